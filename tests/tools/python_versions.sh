#!/usr/bin/env bash
# The package nubox with the oldest and the newest packages that pip gives, in empty virtual environments; needs the
# network. Not part of the suite.
#   tests/tools/python_versions.sh [--run RUN] PYTHON...      RUN: a quickstart to try the example on
# Each PYTHON gets the newest packages; a PYTHON of version 3.9 gets the oldest as well.
set -euo pipefail
cd "$(dirname "$0")/../.."
export PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1 MPLBACKEND=Agg
run=
if [ "${1:-}" = --run ]; then run="$2"; shift 2; fi
[ $# -gt 0 ] || { sed -n '2,6s/^# \?//p' "$0" >&2; exit 2; }
# Files that git does not track: an installation must leave none behind.
strays() { git status --porcelain --untracked-files=all --ignored tools | grep -E '^(\?\?|!!)' || true; }
before="$(strays)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

# try PYTHON NAME [REQUIREMENT...]
try() {
  local python="$1" venv="$work/$2" start="$SECONDS"
  shift 2
  "$python" -m venv "$venv"
  "$venv/bin/pip" install -q ./tools "$@"
  (cd "$work" && "$venv/bin/python" -c "
import sys, h5py, matplotlib, nubox, numpy
assert nubox.__file__.startswith(sys.prefix), nubox.__file__
print('Python', sys.version.split()[0], 'numpy', numpy.__version__, 'h5py', h5py.__version__,
      'HDF5', h5py.version.hdf5_version, 'matplotlib', matplotlib.__version__)")
  if [ -n "$run" ]; then
    "$venv/bin/python" examples/python/first_look.py "$run" "$venv/out"
    echo "installed and ran the example in $((SECONDS - start)) s"
  fi
  (cd tests/tools && "$venv/bin/python" -m unittest -q nubox_file_test nubox_package_test)
  [ "$(strays)" = "$before" ] || {
    echo "the installation left files in tools/" >&2
    exit 1
  }
}

count=0
for python in "$@"; do
  count=$((count + 1))
  try "$python" "newest-$count"
  case "$("$python" -V)" in
    "Python 3.9."*) try "$python" "oldest-$count" numpy==1.19.3 h5py==3.1.0 xxhash==3.0.0 matplotlib==3.5.0 ;;
  esac
done
