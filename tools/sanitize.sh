#!/usr/bin/env bash
# usage: tools/sanitize.sh [--help | ctest arguments]
#
# Builds the tests of the modules without LibTorch with the address and undefined-behaviour sanitizers
# and with the checks of collectives (preset sanitize, build-sanitize/), and runs them serially and, but
# for the long ones of sim and prior, on 2 ranks. A finding fails the test that made it. Needs what
# tools/setup.sh installs.
#
# All of them on every number of ranks: ctest --test-dir build-sanitize -L 'unit|mpi'
#
# Environment: NUBOX_JOBS=<parallel compilations, default: the number of cores>.
set -euo pipefail
# shellcheck source=tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

if [ "${1:-}" = --help ]; then
  usage
  exit
fi
cd "$root"
stage configure cmake --preset sanitize
stage compile cmake --build --preset sanitize --parallel "${NUBOX_JOBS:-$(nproc)}"
say "== test with sanitizers (after $SECONDS s)"
exec ctest --preset sanitize "$@"
