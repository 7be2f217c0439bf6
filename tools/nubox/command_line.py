"""The command: contents of an HDF5 file as text, and verification of nubox files."""

import argparse
import os
import sys
from pathlib import Path

import h5py

import nubox
from nubox.errors import NuboxFileError
from nubox.header import native
from nubox.reading import all_names, open_hdf5, read


def describe(path):
    """Attributes, groups and datasets with type, shape and units of any HDF5 file, as text."""
    with open_hdf5(path) as file:
        lines = [f"{path} ({os.path.getsize(path)} bytes)"]
        lines += [f"  {name} = {native(value)}" for name, value in sorted(file.attrs.items())]
        for name in all_names(file):
            node = file[name]
            if isinstance(node, h5py.Dataset):
                units = native(node.attrs.get("units", b""))
                lines.append(f"/{name}  {node.dtype} {node.shape}{', ' + units if units else ''}")
            else:
                lines.append(f"/{name}  group")
            lines.extend(f"    {key} = {native(value)}" for key, value in sorted(node.attrs.items()))
    return "\n".join(lines)


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="nubox.py", description="Show the contents of an HDF5 file.",
                                     epilog=nubox.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--verify", action="store_true", help="also verify format, end mark and all checksums")
    options = parser.parse_args(arguments)
    try:
        print(describe(options.file))
        if options.verify:
            read(options.file)
            print("all checksums are right")
    except (NuboxFileError, OSError) as error:
        print(f"nubox.py: {error}", file=sys.stderr)
        return 3 if isinstance(error, NuboxFileError) else 4
    return 0
