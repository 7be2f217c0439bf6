#!/usr/bin/env bash
# usage: tools/quickstart.sh [--help]
#
# From a fresh clone to a massive-neutrino box and its figures: installs what is missing
# (tools/setup.sh), builds (tools/build.sh), simulates matched pairs of boxes, trains a network,
# predicts the massive box of a seed that was not used for training, measures it and four baselines against
# the simulated truth, and writes one HTML page. All output is in runs/quickstart/; the options are in
# configs/quickstart.ini. A second run does only what is missing or was made by another command or from
# other inputs.
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

# checksum_of FILE...: one checksum of what files hold; their names do not matter.
checksum_of() { cat -- "$@" | sha256sum | cut -d' ' -f1; }

# stage_for FILE NAME "INPUTS" COMMAND...: makes FILE unless the same command made it from the same inputs.
# $out/stages has the record: a checksum of command and inputs and, once the stage is complete, that of FILE. The
# directory of FILE belongs to the stage and is removed if the work is another.
stage_for() {
  local product="$1" name="$2" inputs="$3" record="$out/stages/${2// /-}" input work
  shift 3
  for input in $inputs; do
    [ -e "$input" ] || fail "stage '$name' needs $input, which is not there"
  done
  # shellcheck disable=SC2086  # INPUTS is a list
  work="$(printf '%s\n' "$*" "$(declare -f "$1" nubox)" | checksum_of - $inputs)"
  if [ -e "$product" ] && [ "$(cat "$record" 2>/dev/null)" = "$work $(checksum_of "$product")" ]; then
    say "== $name: complete, skipped ($product)"
    return
  fi
  if [ -e "$record" ] && [ "$(cut -d' ' -f1 "$record")" != "$work" ]; then rm -rf "$(dirname "$product")"; fi
  mkdir -p "$out/stages"
  # A product without a record is left to nubox, which tells whether it is the same work.
  [ -e "$product" ] || say "$work" >"$record"
  stage "$name" "$@"
  say "$work $(checksum_of "$product")" >"$record.partial"
  mv "$record.partial" "$record"
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
tables="$(echo configs/cosmology/hades/*)"
stage_for "$model" train "$config $tables $training_pairs" nubox train "$config"
stats=() fields=("target=$truth")
for method in "${methods[@]}"; do
  needs="$massless $config $tables"
  case "$method" in
    network) needs+=" $model" ;;
    default) needs+=" configs/models/default.h5" ;;
  esac
  predicted="$out/$method/predicted.h5"
  measured="$out/$method/measured/stats.h5"
  stage_for "$predicted" "predict $method" "$needs" predict "$method"
  stage_for "$measured" "measure $method" "$predicted $truth $config" \
    nubox stats "$config" "--stats.in=$predicted" "--stats.target=$truth" "--stats.out=$measured"
  stats+=("$method=$measured") fields+=("$method=$predicted")
done
stage report report

printf -v times '%s, ' "${stage_times[@]}"
say "" "Stages: ${times%, }; all $SECONDS s" ""
cat "$out/table.txt"
