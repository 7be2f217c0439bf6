#!/usr/bin/env bash
# HDF5 2.0 (h5py 3.16, libver="latest") writes chunked datasets with a layout message that HDF5 before
# 2.0 refuses ("bad version number for layout message"); contiguous ones stay readable. Opening the
# target with libver="v114" and copying the dataset with h5py's File.copy (H5Ocopy), the usual way to
# rewrite a file, keeps the new message: the copy is as unreadable as the source. Writing the values
# anew with create_dataset into the same file is what older libraries read.
#
# Output seen: "source refused, copy refused, anew read" with h5py 3.16.0 (HDF5 2.0.0) as writer and
# h5py 3.8.0 (HDF5 1.12.2) as reader; the same with HDF5 1.10.8 as reader.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for version in 3.16.0 3.8.0; do
  python3 -m venv "$folder/$version"
  "$folder/$version/bin/pip" install -q "h5py==$version" "numpy$([ "$version" = 3.8.0 ] && echo '<2' || echo '<2.5')"
done
"$folder/3.16.0/bin/python" - "$folder" <<'PYTHON'
import sys
import h5py
import numpy as np

folder = sys.argv[1]
print("writer: HDF5", h5py.version.hdf5_version)
with h5py.File(f"{folder}/source.h5", "w", libver="latest") as file:
    file.create_dataset("x", data=np.arange(192, dtype="f4").reshape(64, 3), chunks=(8, 3), compression="gzip")
with h5py.File(f"{folder}/source.h5") as source:
    with h5py.File(f"{folder}/copy.h5", "w", libver="v114") as target:
        source.copy("x", target)
    with h5py.File(f"{folder}/anew.h5", "w", libver="v114") as target:
        target.create_dataset("x", data=source["x"][...], chunks=source["x"].chunks, compression="gzip")
PYTHON
"$folder/3.8.0/bin/python" - "$folder" <<'PYTHON'
import sys
import h5py

print("reader: HDF5", h5py.version.hdf5_version)
found = {}
for name in ("source", "copy", "anew"):
    try:
        with h5py.File(f"{sys.argv[1]}/{name}.h5") as file:
            found[name] = "read" if file["x"][63, 2] == 191 else "wrong"
    except (OSError, KeyError) as error:
        found[name] = "refused"
        print(f"{name}: {error}")
print(", ".join(f"{name} {what}" for name, what in found.items()))
sys.exit(found != {"source": "refused", "copy": "refused", "anew": "read"})
PYTHON
