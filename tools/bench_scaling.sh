#!/usr/bin/env bash
# usage: tools/bench_scaling.sh --out DIR [--ranks-per-node P] [--nodes N] [--n SIZE] [--repeats R]
#                               [--strong | --weak] [COMPONENT ...]
#
# Runs the components of `nubox bench` on 1, 2, 4, ..., P ranks of this machine, or, under Slurm
# (jobs/bench_scaling.slurm), on P ranks of 1, 2, 4, ..., N nodes: at the same size (strong) and at
# the same size per rank (weak). DIR has a JSON file of each run, and beside it the version, threads,
# repeats and nodes that it was made with; a second call measures only what is missing or was made with others. At
# the end it prints a table with the ratio of each component to the limit of the machine and writes DIR/scaling.json
# and DIR/scaling.png.
#
# Default: all components, P = 2, N = 1, SIZE = 256 on the fewest ranks, 3 repeats.
# Environment: NUBOX_BINARY, NUBOX_PYTHON, NUBOX_LAUNCH (for example: srun --mpi=pmix; default: mpirun).
set -euo pipefail
# shellcheck source=tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

out="" per_node=2 nodes=1 n=256 repeats=3 modes="strong weak" components=()
while [ "$#" -gt 0 ]; do
  case "$1" in
    --out) out="$2" && shift ;;
    --ranks-per-node) per_node="$2" && shift ;;
    --nodes) nodes="$2" && shift ;;
    --n) n="$2" && shift ;;
    --repeats) repeats="$2" && shift ;;
    --strong | --weak) modes="${1#--}" ;;
    --help) usage && exit ;;
    -*) usage >&2 && exit 2 ;;
    *) components+=("$1") ;;
  esac
  shift
done
[ -n "$out" ] || { usage >&2 && exit 2; }
binary="${NUBOX_BINARY:-$root/build/nubox}"
python="${NUBOX_PYTHON:-$NUBOX_VENV/bin/python}"
[ "${#components[@]}" -gt 0 ] || mapfile -t components < <(bench_components "$binary")

# counts_to LAST: 1, 2, 4, ..., LAST.
counts_to() {
  local count
  for ((count = 1; count < $1; count *= 2)); do say "$count"; done
  say "$1"
}

# size_for MODE FACTOR: of the same work per rank, a multiple of 8 as networks need it.
size_for() {
  if [ "$1" = strong ]; then
    say "$n"
  else
    awk -v n="$n" -v factor="$2" 'BEGIN { print 8 * int(n * factor ^ (1 / 3) / 8 + 0.5) }'
  fi
}

# bench COMPONENT SIZE RANKS NODES
bench() {
  local file="$out/$1-n$2-ranks$3.json" launch=(mpirun -np "$3" --bind-to none)
  local work="$version, ${OMP_NUM_THREADS:-1} threads, $repeats repeats, $4 nodes"
  [ ! -e "$file" ] || [ "$(cat "$file.work" 2>/dev/null)" != "$work" ] || return 0
  if [[ "${NUBOX_LAUNCH:-}" == srun* ]]; then
    read -ra launch <<<"$NUBOX_LAUNCH --nodes=$4 --ntasks=$3"
  else
    mpirun_allowances "$3"
    launch+=("${allowances[@]}")
  fi
  say "== $1, $2^3, $3 ranks" >&2
  OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}" "${launch[@]}" "$binary" bench "--bench.what=$1" "--bench.n=$2" \
    "--bench.repeats=$repeats" "--bench.directory=$out" "--bench.out=$file" >&2 || {
    say "nubox: $1 at $2^3 on $3 ranks failed with exit code $?: not in the table" >&2
    return 0
  }
  say "$work" >"$file.work"
}

mkdir -p "$out"
version="$(command "$binary" --version | head -n 1)"  # not the function of that name
first=1
[ "$nodes" = 1 ] || first="$per_node"
for component in "${components[@]}"; do
  for mode in $modes; do
    for count in $(counts_to "$((nodes > 1 ? nodes : per_node))"); do
      bench "$component" "$(size_for "$mode" "$count")" "$((first * count))" "$((nodes > 1 ? count : 1))"
    done
  done
done
exec "$python" "$root/tools/compare_bench.py" --scaling "$out"/*-n*-ranks*.json --plot "$out/scaling.png" --out "$out/scaling.json"
