#!/usr/bin/env python3
"""GPU architectures of the device code in shared libraries.

usage: tools/gpu_architectures.py LIBRARY... [--cmake]

Prints for each library the compute capabilities that it has machine code for (sm) and intermediate code for (ptx).
A GPU runs machine code of its own major version up to its own minor version, and intermediate code of any earlier
version. With --cmake only the machine code that all libraries have, as a list for CMake.

Device code is a sequence of fat binaries: a header (magic 0xba55ed50, version, header size, size of what follows)
and entries (kind: 1 intermediate, 2 machine code; version; header size; size; at byte 28 the architecture).
"""

import argparse
import mmap
import pathlib
import struct

MAGIC = struct.pack("<I", 0xBA55ED50)
INTERMEDIATE, MACHINE = 1, 2


def architectures(path):
    """Returns (machine code, intermediate code): two sets of architectures, for example 60 for sm_60."""
    found = {INTERMEDIATE: set(), MACHINE: set()}
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        at = data.find(MAGIC)
        while at >= 0:
            end = read_binary(data, at, found)
            at = data.find(MAGIC, end)
    return found[MACHINE], found[INTERMEDIATE]


def read_binary(data, at, found):
    """Adds the entries of the fat binary at a position, if it is one; returns where to search on."""
    if at + 16 > len(data):
        return at + 4
    _, version, header, size = struct.unpack_from("<IHHQ", data, at)
    if version != 1 or header != 16 or at + header + size > len(data):
        return at + 4
    entry, end = at + header, at + header + size
    while entry + 32 <= end:
        kind, _, entry_header, entry_size = struct.unpack_from("<HHIQ", data, entry)
        if kind not in found or entry_header < 32:
            return at + 4
        found[kind].add(struct.unpack_from("<I", data, entry + 28)[0])
        entry += entry_header + entry_size
    return end


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("libraries", nargs="+", type=pathlib.Path)
    parser.add_argument("--cmake", action="store_true")
    arguments = parser.parse_args()
    common = None
    for library in arguments.libraries:
        machine, intermediate = architectures(library)
        if not machine and not intermediate:
            parser.exit(1, f"{library} has no device code\n")
        common = machine if common is None else common & machine
        if not arguments.cmake:
            print(library.name, "sm", *sorted(machine), "ptx", *sorted(intermediate) or "-")
    if arguments.cmake:
        print(*sorted(common), sep=";")


if __name__ == "__main__":
    main()
