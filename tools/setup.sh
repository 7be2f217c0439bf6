#!/usr/bin/env bash
# usage: tools/setup.sh [--check] [--no-packages] [--tests] [--help]
#
# Installs what nubox needs and this machine lacks: Debian packages (as root or with sudo), and the
# LibTorch wheel with the Python packages of the report into .deps/venv of this clone. It first lists
# what it will install and where, and changes nothing else.
#
#   --check        only list what is missing; exit code 1 if anything is
#   --no-packages  leave the Debian packages to you (clusters: load modules instead)
#   --tests        also what only tests use: shellcheck, doxygen and a Slurm to start on one node (their
#                  tests are skipped where these are not available)
#
# Environment: NUBOX_CUDA=AUTO|ON|OFF (wheels for GPU builds; AUTO: if a CUDA 13 toolkit with NCCL is
# found in CUDA_HOME or /usr/local/cuda), NUBOX_TORCH_ROOT (your own LibTorch: no wheel is fetched).
set -euo pipefail
# shellcheck source=tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

debian_packages=(
  g++ cmake ninja-build pkg-config git ca-certificates
  libopenmpi-dev openmpi-bin libhdf5-openmpi-dev libfftw3-dev
  libboost-dev libboost-program-options-dev librandom123-dev libgsl-dev libspdlog-dev libfmt-dev
  nlohmann-json3-dev libxxhash-dev libgtest-dev python3 python3-venv
)
test_packages=(shellcheck doxygen slurm-wlm munge)
check_only=false
with_tests=false
with_packages=true
stamp="$NUBOX_VENV/nubox-requirements.txt"

# missing_packages PACKAGE...: those that are not installed.
missing_packages() {
  local installed package
  installed=" $(dpkg-query -W -f='${db:Status-Status}:${Package} ' "$@" 2>/dev/null || true)"
  for package in "$@"; do
    case "$installed" in
      *" installed:$package "*) ;;
      *) say "$package" ;;
    esac
  done
}

install_packages() {
  local as_root=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null ||
      fail "neither root nor sudo here. Have an administrator run: apt-get install $*"
    as_root=(sudo)
  fi
  "${as_root[@]}" apt-get update -q || fail "apt-get update failed. Are the package sources reachable?"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@" ||
    fail "apt-get could not install: $*"
}

# Requirement files of the wheels for this machine; they are taken without their dependencies.
wheel_files() {
  local toolkit
  [ -n "${NUBOX_TORCH_ROOT:-}" ] || say torch.txt
  if toolkit="$(cuda_toolkit)"; then
    say torch-cuda.txt
    [ -e "$toolkit/lib64/libcudnn.so.9" ] || ldconfig -p 2>/dev/null | grep -q libcudnn.so.9 || say cudnn.txt
  fi
}

wanted_requirements() {
  local file
  for file in "${wheels[@]}" python.txt; do
    grep -v '^#' "$root/tools/requirements/$file"
  done
}

venv_is_ready() {
  [ -x "$NUBOX_VENV/bin/python" ] && [ -f "$stamp" ] &&
    ! wanted_requirements | grep -vxFf "$stamp" >/dev/null  # reads all: -q would break the pipe
}

usable_python() {
  local python
  for python in /usr/bin/python3 python3; do
    if "$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 9))' 2>/dev/null; then
      say "$python"
      return
    fi
  done
  fail "no python3 >= 3.9 with venv and ensurepip found. On Debian: apt-get install python3 python3-venv"
}

fill_venv() {
  local python pip file
  if ! "$NUBOX_VENV/bin/python" -m pip --version >/dev/null 2>&1; then
    python="$(usable_python)"
    "$python" -m venv --clear "$NUBOX_VENV"
  fi
  rm -f "$stamp"
  pip=("$NUBOX_VENV/bin/python" -m pip install --quiet --disable-pip-version-check)
  # These before the wheels: pip would complain of the dependencies that the wheels do without.
  "${pip[@]}" -r "$root/tools/requirements/python.txt" ||
    fail "pip could not install tools/requirements/python.txt. Is the package index reachable, the disk full?"
  for file in "${wheels[@]}"; do
    "${pip[@]}" --no-deps -r "$root/tools/requirements/$file" ||
      fail "pip could not install tools/requirements/$file. Is the package index reachable, the disk full?"
  done
  wanted_requirements >"$stamp"
}

for argument in "$@"; do
  case "$argument" in
    --check) check_only=true ;;
    --no-packages) with_packages=false ;;
    --tests) with_tests=true ;;
    --help) usage && exit ;;
    *) usage >&2 && exit 2 ;;
  esac
done

missing=() missing_tests=()
if $with_packages; then
  command -v dpkg-query >/dev/null ||
    fail "this is no Debian. Provide the like of: ${debian_packages[*]}; then run tools/setup.sh --no-packages"
  mapfile -t missing < <(missing_packages "${debian_packages[@]}")
  ! $with_tests || mapfile -t missing_tests < <(missing_packages "${test_packages[@]}")
fi
mapfile -t wheels < <(wheel_files)
complete=true

if [ "${#missing[@]}" -gt 0 ]; then
  complete=false
  say "Debian packages to install on this system: ${missing[*]}"
fi
if [ "${#missing_tests[@]}" -gt 0 ]; then
  complete=false
  say "Debian packages to install on this system for tests alone: ${missing_tests[*]}"
fi
if ! venv_is_ready; then
  complete=false
  say "Python packages to install into $NUBOX_VENV: $(wanted_requirements | paste -sd' ')"
fi
if $complete; then
  say "Nothing to install: all Debian packages are here, .deps/venv is complete."
  exit
fi
! $check_only || exit 1
[ "${#missing[@]}" -eq 0 ] || install_packages "${missing[@]}"
[ "${#missing_tests[@]}" -eq 0 ] || (install_packages "${missing_tests[@]}") ||
  say "Going on without ${missing_tests[*]}: their tests will be skipped."
venv_is_ready || fill_venv
say "Installed all that nubox needs."
