#!/usr/bin/env bash
# usage: tools/setup.sh [--check] [--no-packages] [--tests] [--help]
#
# Installs what nubox needs and this machine lacks: Debian packages (as root or with sudo), and in .deps of
# this clone LibTorch (torch-VERSION, from its wheel) and the Python packages of the report (venv). It first
# lists what it will install and where, and changes nothing else.
#
#   --check        only list what is missing; exit code 1 if anything is
#   --no-packages  leave the Debian packages to you (clusters: load modules instead)
#   --tests        also what only tests use: shellcheck, doxygen and a Slurm to start on one node (their
#                  tests are skipped where these are not available)
#
# Environment:
#   NUBOX_TORCH_VERSION  2.15.0 (default; CUDA 13, GPUs from sm_75 on) or 2.7.1 (CUDA 12, GPUs from sm_50 on: P100, V100)
#   NUBOX_CUDA           AUTO, ON or OFF: also the wheels of CUDA, with which a build needs no toolkit
#                        (AUTO: if this machine has an NVIDIA driver or a CUDA toolkit)
#   NUBOX_TORCH_ROOT     your own LibTorch: no wheel of it is fetched
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
torch_directory="$root/.deps/torch-$NUBOX_TORCH_VERSION"
check_only=false
with_tests=false
with_packages=true

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

# Requirement files of LibTorch for this machine.
torch_files() {
  local directory="$root/tools/requirements/$NUBOX_TORCH_VERSION"
  [ -z "${NUBOX_TORCH_ROOT:-}" ] || return 0
  [ -d "$directory" ] || fail "NUBOX_TORCH_VERSION=$NUBOX_TORCH_VERSION is none of $(torch_versions)"
  say "$directory/torch.txt"
  ! with_cuda || say "$directory/cuda.txt"
}

torch_versions() {
  local file
  for file in "$root"/tools/requirements/*/torch.txt; do
    basename "$(dirname "$file")"
  done | paste -sd' '
}

# requirements FILE...: the lines of requirement files.
requirements() { [ "$#" -eq 0 ] || grep -hv '^#' "$@"; }

# holds DIRECTORY FILE...: whether all these requirements were installed in the directory.
holds() {
  local stamp="$1/nubox-requirements.txt"
  shift
  [ "$#" -eq 0 ] || { [ -f "$stamp" ] && ! requirements "$@" | grep -vxFf "$stamp" >/dev/null; }  # reads all: -q would break the pipe
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

# pip_install WHAT ARGUMENT...
pip_install() {
  local what="$1"
  shift
  "$NUBOX_VENV/bin/python" -m pip install --quiet --disable-pip-version-check "$@" ||
    fail "pip could not install $what. Is the package index reachable, the disk full?"
}

fill_venv() {
  local python
  if ! "$NUBOX_VENV/bin/python" -m pip --version >/dev/null 2>&1; then
    python="$(usable_python)"
    "$python" -m venv --clear "$NUBOX_VENV"
  fi
  rm -f "$NUBOX_VENV/nubox-requirements.txt"
  pip_install tools/requirements/python.txt -r "$python_file"
  requirements "$python_file" >"$NUBOX_VENV/nubox-requirements.txt"
}

# All wheels at once: pip replaces a directory that several wheels share (nvidia) as a whole. LibTorch is used
# without Python, so that the wheel of one Python version serves every machine.
fill_torch() {
  local file arguments=()
  for file in "${torch_requirements[@]}"; do
    arguments+=(-r "$file")
  done
  rm -rf "$torch_directory"
  pip_install "LibTorch $NUBOX_TORCH_VERSION (tools/requirements/$NUBOX_TORCH_VERSION)" --no-deps --only-binary=:all: \
    --python-version 3.11 --target "$torch_directory" "${arguments[@]}"
  requirements "${torch_requirements[@]}" >"$torch_directory/nubox-requirements.txt"
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
python_file="$root/tools/requirements/python.txt"
torch_list="$(torch_files)"
torch_requirements=()
[ -z "$torch_list" ] || mapfile -t torch_requirements <<<"$torch_list"
complete=true

if [ "${#missing[@]}" -gt 0 ]; then
  complete=false
  say "Debian packages to install on this system: ${missing[*]}"
fi
if [ "${#missing_tests[@]}" -gt 0 ]; then
  complete=false
  say "Debian packages to install on this system for tests alone: ${missing_tests[*]}"
fi
venv_is_ready=true torch_is_ready=true
if ! [ -x "$NUBOX_VENV/bin/python" ] || ! holds "$NUBOX_VENV" "$python_file"; then
  complete=false venv_is_ready=false
  say "Python packages to install into $NUBOX_VENV: $(requirements "$python_file" | paste -sd' ')"
fi
if ! holds "$torch_directory" "${torch_requirements[@]}"; then
  complete=false torch_is_ready=false
  say "LibTorch to install into $torch_directory: $(requirements "${torch_requirements[@]}" | paste -sd' ')"
fi
if $complete; then
  say "Nothing to install: all Debian packages are here, .deps is complete."
  exit
fi
! $check_only || exit 1
[ "${#missing[@]}" -eq 0 ] || install_packages "${missing[@]}"
[ "${#missing_tests[@]}" -eq 0 ] || (install_packages "${missing_tests[@]}") ||
  say "Going on without ${missing_tests[*]}: their tests will be skipped."
$venv_is_ready || fill_venv
$torch_is_ready || fill_torch
say "Installed all that nubox needs."
