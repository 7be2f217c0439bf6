#!/usr/bin/env bash
# usage: tools/build.sh [--help | target ...]
#
# Configures and builds the release preset into build/ (binary: build/nubox); without a target,
# tests too.
#
# Environment: NUBOX_TORCH_VERSION, NUBOX_CUDA=AUTO|ON|OFF, NUBOX_TORCH_ROOT=<your own LibTorch> (tools/setup.sh), NUBOX_JOBS=<parallel
# compilations, default: the number of cores>, NUBOX_WERROR=ON (warnings are errors, as in CI), NUBOX_LARGE_UNITS=ON (compiles many
# sources at once: faster from nothing, slower after small edits).
set -euo pipefail
# shellcheck source=tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

case "${1:-}" in
  --help) usage && exit ;;
  -*) usage >&2 && exit 2 ;;
esac

cd "$root"
stage configure cmake --preset release "-DNUBOX_TORCH_VERSION=$NUBOX_TORCH_VERSION" \
  "-DNUBOX_CUDA=$NUBOX_CUDA" "-DNUBOX_WERROR=${NUBOX_WERROR:-OFF}" "-DNUBOX_TORCH_ROOT=${NUBOX_TORCH_ROOT:-}" \
  "-DCMAKE_UNITY_BUILD=${NUBOX_LARGE_UNITS:-OFF}"
stage compile cmake --build --preset release --parallel "${NUBOX_JOBS:-$(nproc)}" ${1:+--target "$@"}
