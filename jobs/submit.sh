#!/usr/bin/env bash
# usage: jobs/submit.sh [--dry-run] NAME [sbatch options] -- [arguments of the job]
#
# Hands jobs/NAME.slurm to sbatch with the options of site.env for it, from the directory in which the job is to
# run. Options given here override those of the site. jobs/NAME.slurm --help prints the arguments.
# --dry-run prints the command, lets the program parse the configuration and its options, and asks sbatch, where there is
# one, whether it would take the job (sbatch --test-only). Nothing is submitted.
set -euo pipefail
# shellcheck source=jobs/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
require_arguments "$0" 1 "$@"
dry_run=false
if [ "$1" = --dry-run ]; then
  dry_run=true
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
if ! $dry_run; then
  exec sbatch "${options[@]}" "${given[@]}" "$jobs/$name.slurm" "$@"
fi
echo sbatch "${options[@]}" "${given[@]}" "$jobs/$name.slurm" "$@"
if grep -q '^run' "$jobs/$name.slurm"; then
  NUBOX_PARSE_ONLY=1 bash "$jobs/$name.slurm" "$@" || fail "the program refuses these options"
fi
if command -v sbatch >/dev/null; then
  # The jobs that it would wait for do not exist.
  tested=()
  for option in "${given[@]}"; do [[ "$option" == --dependency* ]] || tested+=("$option"); done
  sbatch --test-only "${options[@]}" "${tested[@]}" "$jobs/$name.slurm" "$@" >&2 || fail "sbatch refuses this job"
fi
