#!/usr/bin/env bash
# usage: tools/test.sh [ctest arguments]
#        tools/test.sh --gpu [arguments of tests/gpu/report.py]
#
# Installs what is missing (tools/setup.sh), builds (tools/build.sh) and runs the whole test suite;
# further arguments go to ctest, for example -L unit or -R power. With --gpu it builds with CUDA and writes
# one file with what the GPUs of this node compute beside its CPUs, in place of the suite.
set -euo pipefail
# shellcheck source=tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

if [ "${1:-}" = --help ]; then
  usage
  exit
fi
cd "$root"
if [ "${1:-}" = --gpu ]; then
  shift
  export NUBOX_CUDA=ON
  stage setup tools/setup.sh
  tools/build.sh nubox nubox_cuda
  exec "$NUBOX_VENV/bin/python" tests/gpu/report.py "$@"
fi
stage setup tools/setup.sh --tests
tools/build.sh
say "== test (after $SECONDS s)"
# Not a stage: ctest's own closing lines are the last words.
exec ctest --test-dir build --output-on-failure --parallel "$(($(nproc) < 2 ? 1 : 2))" "$@"
