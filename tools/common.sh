# Sourced by the scripts of tools/: where things are, messages, stages with their time.
# shellcheck shell=bash
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
export NUBOX_VENV="$root/.deps/venv"
# Versions of LibTorch: the directories in tools/requirements. The default stands in CMakeLists.txt (not in an installation).
if [ -f "$root/CMakeLists.txt" ]; then
  default_torch_version="$(sed -n 's/^set(NUBOX_DEFAULT_TORCH_VERSION \(.*\))$/\1/p' "$root/CMakeLists.txt")"
fi
export NUBOX_TORCH_VERSION="${NUBOX_TORCH_VERSION:-${default_torch_version:-}}"
export NUBOX_CUDA="${NUBOX_CUDA:-AUTO}"
case "$NUBOX_CUDA" in
  AUTO | ON | OFF) ;;
  *)
    echo "nubox: NUBOX_CUDA=$NUBOX_CUDA is not one of AUTO, ON, OFF" >&2
    exit 2
    ;;
esac

# Each argument on a line of its own.
say() { printf '%s\n' "$@"; }

fail() {
  printf 'nubox: %s\n' "$*" >&2
  exit 1
}

# The comment block at the head of a script is its usage text.
usage() { sed -n '2,/^[^#]/{/^#/s/^# \{0,1\}//p}' "$0"; }

# only_help ARGUMENTS: for scripts without options of their own.
only_help() {
  case "${1:-}" in
    "") ;;
    --help) usage && exit ;;
    *) usage >&2 && exit 2 ;;
  esac
}

# stage NAME COMMAND...: runs the command, prints its wall time and notes it in stage_times.
stage_times=()
stage() {
  local name="$1" start="$SECONDS" seconds
  shift
  say "== $name"
  "$@" || fail "stage '$name' failed (exit code $?); its messages stand above"
  seconds=$((SECONDS - start))
  stage_times+=("$name $seconds s")
  say "== $name: done in $seconds s"
}

# mpirun_allowances RANKS: fills `allowances` with what mpirun asks for as root or with fewer cores than ranks.
mpirun_allowances() {
  allowances=()
  [ "$(id -u)" != 0 ] || allowances+=(--allow-run-as-root)
  [ "$(nproc)" -ge "$1" ] || allowances+=(--oversubscribe)
}

# Components of `nubox bench`, one a line, as its help lists them.
bench_components() {
  command "$1" bench --help | sed -n '/--bench.what/{n;s/.*(one of \(.*\))$/\1/p}' | tr -d ' ' | tr , '\n'
}

# Whether to build with CUDA: as NUBOX_CUDA says; AUTO: if this machine has an NVIDIA driver or a CUDA toolkit.
with_cuda() {
  case "$NUBOX_CUDA" in
    ON) ;;
    OFF) return 1 ;;
    AUTO) [ -e /dev/nvidiactl ] || [ -n "${CUDA_HOME:-}" ] || [ -d /usr/local/cuda ] ;;
  esac
}

# nubox ARGUMENT...: the program on two ranks.
nubox() {
  mpirun_allowances 2
  OMP_NUM_THREADS=1 mpirun -np 2 --bind-to none "${allowances[@]}" "$root/build/nubox" "$@"
}
