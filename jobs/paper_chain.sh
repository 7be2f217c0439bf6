#!/usr/bin/env bash
# usage: jobs/paper_chain.sh [--dry-run] CONFIG.ini OUT TRAINING_SEEDS TEST_SEEDS [MASS_eV]
#
# The whole study as a chain of jobs, each waiting for the success of the one before:
#   simulate (an array over all seeds) -> train -> predict (an array over the test seeds)
#   -> stats of the network and of the massless input against the simulated truth -> report
# It first prints the memory, time and storage of each stage, from the program's --dry-run. Seeds are lists and ranges: 1-90
# and 91-100 are the paper's numbers; the training seeds are split 7 : 2 into training and validation as
# there. All output goes to OUT. Run it again after a failure to continue where the chain stopped.
# --dry-run prints the commands and submits nothing.
set -euo pipefail
# shellcheck source=jobs/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
submit=("$jobs/submit.sh")
if [ "${1:-}" = --dry-run ]; then
  submit+=(--dry-run)
  shift
fi
require_arguments "$0" 4 "$@"
config="$1" out="$2" training="$3" test="$4"
mass="$(printf 'mnu-%.3f.h5' "${5:-0.15}")"

# seeds_of 1-3,7: one seed a line.
seeds_of() {
  local part
  for part in ${1//,/ }; do seq "${part%-*}" "${part#*-}"; done
}

# files_of SEEDS DIRECTORY [NAME]: comma-separated DIRECTORY/pair-<seed>[/NAME].
files_of() { seeds_of "$1" | sed "s|.*|$2/pair-&${3:+/$3}|" | paste -sd,; }

# after JOB...: the dependency on these jobs; a job whose dependency failed leaves the queue.
after() {
  local IFS=:
  printf -- '--dependency=afterok:%s --kill-on-invalid-dep=yes' "$*"
}

# send NAME [sbatch options] -- ARGUMENTS: submits and prints the job's number (a dry run: the command).
send() {
  local name="$1" printed
  shift
  printed="$("${submit[@]}" "$name" --parsable --output="$out/logs/%x-%j.log" "$@")"
  if [ "${#submit[@]}" -gt 1 ]; then
    say "$printed"
    printed="<$name>"
  fi
  echo "${printed%%;*}"
}

"$python" "$tools/../jobs/sizing.py" --binary "$nubox" --config "$config" --training "$(seeds_of "$training" | wc -l)" \
  --test "$(seeds_of "$test" | wc -l)"
[ "${#submit[@]}" -gt 1 ] || mkdir -p "$out/logs"

pairs="$out/pairs" predicted="$out/predicted" model="$out/training/model.h5"
tests="$(seeds_of "$test" | wc -l)"
simulate="$(send simulate "--array=$training,$test" -- "$config" "$pairs")"
# shellcheck disable=SC2046  # two words
train="$(send "${train_script%.slurm}" $(after "$simulate") -- "$config" "$out/training" \
  "--data.pairs=$(files_of "$training" "$pairs")" --data.split=0.778,0.222,0)"
# shellcheck disable=SC2046
predict="$(send predict_suite $(after "$train") "--array=1-$((tests < 8 ? tests : 8))" -- "$config" \
  "$(files_of "$test" "$pairs" mnu-0.000.h5)" "$predicted" "--predict.model=$model")"
truth="$(files_of "$test" "$pairs" "$mass")"
# shellcheck disable=SC2046
network="$(send stats $(after "$predict") -- "$config" "$(files_of "$test" "$predicted" "$mass")" "$truth" \
  "$out/measured/network/stats.h5")"
# shellcheck disable=SC2046
identity="$(send stats $(after "$predict") -- "$config" "$(files_of "$test" "$pairs" mnu-0.000.h5)" "$truth" \
  "$out/measured/identity/stats.h5")"
# shellcheck disable=SC2046
report="$(send report $(after "$network" "$identity") -- "$out/report.html" "$out/training/metrics.jsonl" \
  "identity=$out/measured/identity/stats.h5" "network=$out/measured/network/stats.h5")"
say "simulate $simulate -> train $train -> predict $predict -> stats $network, $identity -> report $report"
