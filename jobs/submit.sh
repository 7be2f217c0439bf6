#!/usr/bin/env bash
# usage: jobs/submit.sh [--dry-run] NAME [sbatch options] -- [arguments of the job]
#
# Hands jobs/NAME.slurm to sbatch with the options of site.env for it, from the directory in which the job is to
# run. Options given here override those of the site. jobs/NAME.slurm --help prints the arguments.
# --dry-run prints the command.
set -euo pipefail
# shellcheck source=jobs/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
require_arguments "$0" 1 "$@"
command=(sbatch)
if [ "$1" = --dry-run ]; then
  command=(echo sbatch)
  shift
fi
name="${1%.slurm}"
shift
[ -f "$jobs/$name.slurm" ] || fail "no job '$name' in $jobs"
given=()
while [ "$#" -gt 0 ] && [ "$1" != -- ]; do
  given+=("$1")
  shift
done
[ "$#" -eq 0 ] || shift
sbatch_options "$name"
export NUBOX_JOBS="$jobs"
"${command[@]}" "${options[@]}" "${given[@]}" "$jobs/$name.slurm" "$@"
