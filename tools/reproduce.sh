#!/usr/bin/env bash
# usage: tools/reproduce.sh [--scale small|medium|paper] [--submit] [--help]
#
# From a fresh clone to one page with every figure and number of Giusarma et al. 2019 beside those of this
# program: simulates, trains, predicts, measures, draws. All output is in runs/reproduce/<scale>/; the plan is
# configs/reproduce/<scale>.ini. A second run does only what is missing or was made from other inputs or options.
#
#   small   64^3 to 128^3 particles, sized for an hour on two cores (the default)
#   medium  256^3, sized for a day on two cores
#   paper   512^3 in 1 Gpc/h, 100 pairs: prints time, memory and storage; --submit runs it as a chain of Slurm jobs
#           (simulate, train, measure, page), each waiting for the one before and requeued until it is complete
#
# Environment: NUBOX_RANKS, MPI ranks (default: 2; in a job SLURM_NTASKS); NUBOX_SBATCH, options of sbatch for
# every job of the chain; NUBOX_SBATCH_SIMULATE, _TRAIN, _MEASURE, _PAGE, for one; those of tools/setup.sh.
set -euo pipefail
# shellcheck source=tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

scale=small submit=no
while [ $# -gt 0 ]; do
  case "$1" in
    --scale) scale="${2:-}" && shift 2 ;;
    --submit) submit=yes && shift ;;
    --help) usage && exit ;;
    *) usage >&2 && exit 2 ;;
  esac
done
case "$scale" in small | medium | paper) ;; *) usage >&2 && exit 2 ;; esac

cd "$root"
ranks="${NUBOX_RANKS:-2}"
study=(tools/reproduce.py "configs/reproduce/$scale.ini" --out "runs/reproduce/$scale")

# submit_part PART PREVIOUS-JOB: the job's number.
submit_part() {
  local part="$1" previous="$2" own="NUBOX_SBATCH_${1^^}" options=() run
  read -ra options <<<"${NUBOX_SBATCH:-} ${!own:-}"
  [ -z "$previous" ] || options+=("--dependency=afterok:$previous" --kill-on-invalid-dep=yes)
  run="$NUBOX_VENV/bin/python ${study[*]} --ranks \${SLURM_NTASKS:-$ranks} --until $part"
  # 85: stopped on purpose after a checkpoint.
  sbatch --parsable --requeue --open-mode=append --job-name="nubox-$part" \
    --output="runs/reproduce/$scale/slurm-$part.log" "${options[@]}" \
    --wrap "$run; code=\$?; [ \$code -ne 85 ] || scontrol requeue \$SLURM_JOB_ID; exit \$code" | cut -d';' -f1
}

stage setup tools/setup.sh
stage build tools/build.sh nubox
say "From nothing this takes:"
"$NUBOX_VENV/bin/python" "${study[@]}" --dry-run
if [ "$scale" != paper ]; then
  "$NUBOX_VENV/bin/python" "${study[@]}" --ranks "$ranks"
elif [ "$submit" = yes ]; then
  command -v sbatch >/dev/null || fail "there is no sbatch here: --submit needs Slurm"
  mkdir -p "runs/reproduce/$scale"
  job=""
  for part in simulate train measure page; do
    job="$(submit_part "$part" "$job")"
    say "$part: job $job"
  done
else
  say "Nothing was started: tools/reproduce.sh --scale paper --submit submits it to Slurm."
fi
