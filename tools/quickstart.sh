#!/usr/bin/env bash
# usage: tools/quickstart.sh [--help]
#
# From a fresh clone to a massive-neutrino box and its figures: installs what is missing
# (tools/setup.sh), builds (tools/build.sh), simulates matched pairs of boxes, trains a network,
# predicts the massive box of a seed that was not used for training, measures it and four baselines against
# the simulated truth, and writes one HTML page. All output is in runs/quickstart/; the options are in
# configs/quickstart.ini. A second run does only what is missing or older than its inputs.
#
# Environment: those of tools/setup.sh and tools/build.sh.
set -euo pipefail
# shellcheck source=tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

only_help "$@"

cd "$root"
trap '[ $? -eq 0 ] || say "To start afresh: rm -r runs/quickstart" >&2' EXIT
config=configs/quickstart.ini
out=runs/quickstart
model="$out/training/model.h5"
massless="$out/pairs/pair-8/mnu-0.000.h5"
truth="$out/pairs/pair-8/mnu-0.150.h5"
methods=(identity linear rewind za default network)

# stage_for FILE NAME "INPUTS" COMMAND...: the stage runs if FILE is missing or older than an input.
stage_for() {
  local product="$1" name="$2" inputs="$3" input
  shift 3
  for input in $inputs; do
    [ -e "$input" ] || fail "stage '$name' needs $input, which is not there"
    if [ ! -e "$product" ] || [ "$input" -nt "$product" ]; then
      stage "$name" "$@"
      return
    fi
  done
  say "== $name: complete, skipped ($product)"
}

predict() {
  local method="$1" choice
  case "$method" in
    identity) choice=(--model.architecture=none --model.prior=none) ;;
    default) choice=(--predict.model=default.h5) ;;
    network) choice=("--predict.model=$model") ;;
    *) choice=(--model.architecture=none "--model.prior=$method") ;;
  esac
  nubox predict "$config" "--predict.in=$massless" "--predict.out=$out/$method/predicted.h5" "${choice[@]}"
}

report() {
  "$NUBOX_VENV/bin/python" tools/report.py --title "nubox quickstart" --stats "${stats[@]}" --fields "${fields[@]}" \
    --metrics "$out/training/metrics.jsonl" --figures "$out/figures" --out "$out/report.html" >"$out/table.txt"
}

stage setup tools/setup.sh
stage build tools/build.sh nubox
# The command itself skips each box that stands complete and makes the others.
stage simulate nubox simulate "$config"
training_pairs="$(echo "$out"/pairs/pair-[1-7]/mnu-0.{000,150}.h5)"
stage_for "$model" train "$config $training_pairs" nubox train "$config"
stats=() fields=("target=$truth")
for method in "${methods[@]}"; do
  needs="$massless $config"
  [ "$method" != network ] || needs+=" $model"
  predicted="$out/$method/predicted.h5"
  measured="$out/$method/measured/stats.h5"
  stage_for "$predicted" "predict $method" "$needs" predict "$method"
  stage_for "$measured" "measure $method" "$predicted $truth" \
    nubox stats "$config" "--stats.in=$predicted" "--stats.target=$truth" "--stats.out=$measured"
  stats+=("$method=$measured") fields+=("$method=$predicted")
done
stage report report

printf -v times '%s, ' "${stage_times[@]}"
say "" "Stages: ${times%, }; all $SECONDS s" ""
cat "$out/table.txt"
