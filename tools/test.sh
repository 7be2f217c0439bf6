#!/usr/bin/env bash
# usage: tools/test.sh [ctest arguments]
#
# Installs what is missing (tools/setup.sh), builds (tools/build.sh) and runs the whole test suite;
# further arguments go to ctest, for example -L unit or -R power.
set -euo pipefail
# shellcheck source=tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

if [ "${1:-}" = --help ]; then
  usage
  exit
fi
cd "$root"
stage setup tools/setup.sh --tests
tools/build.sh
say "== test (after $SECONDS s)"
# Not a stage: ctest's own closing lines are the last words.
exec ctest --test-dir build --output-on-failure --parallel "$(($(nproc) < 2 ? 1 : 2))" "$@"
