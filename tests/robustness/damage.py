#!/usr/bin/env python3
"""Random damage to snapshots that nubox exported: does an import ever give another box without a word?

    tests/robustness/damage.py --nubox build/nubox

Exports a box of 16^3 particles as HDF5 and in Gadget's binary format 2, in one file and in three, damages one bit
or one byte at a random place (every third within 2 KiB of the beginning or the end of a file, where headers are),
imports the snapshot and compares displacements, velocities and header with those of the undamaged one. 300 damages
of each format by default; half a second of a core each.

Exit code 1 if an import succeeded with another box, or ended otherwise than with exit code 2, 3 or 4 and one
message. It runs outside the test suite, for as long as one likes.
"""

import argparse
import collections
import os
import pathlib
import random
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(SOURCE / "tests/system"), str(SOURCE / "tools")]

import nubox as files  # noqa: E402

FORMATS = {"hdf5": "hdf5", "binary": "gadget2"}
FILES = (1, 3)
HEADER_BYTES = 2048
REFUSALS = (2, 3, 4)
# What an import writes of the place and the bytes of its input, and of the program.
OWN_ATTRIBUTES = ("attributes_checksum", "code_version")


class Import:
    """Imports of one snapshot, by one process without mpirun."""

    def __init__(self, binary, snapshot, out):
        self.out = out
        self.command = [binary, "import", f"--import.snapshot={snapshot}", f"--import.out={out}"]

    def run(self):
        self.out.unlink(missing_ok=True)
        return subprocess.run(self.command, capture_output=True, text=True, timeout=120)

    def box(self):
        """Bytes of the fields and the attributes of the box that was made."""
        box = files.read_field(self.out)
        about = {name: str(value) for name, value in box.attributes.items() if name not in OWN_ATTRIBUTES}
        return box.displacement.tobytes(), box.velocity.tobytes(), about


def damaged(content, pick):
    """The content with one bit or byte changed, and where."""
    near_header = pick.random() < 1 / 3
    place = pick.randrange(min(HEADER_BYTES, len(content))) if near_header else pick.randrange(len(content))
    if near_header and pick.random() < 0.5:
        place = len(content) - 1 - place
    mask = 1 << pick.randrange(8) if pick.random() < 0.5 else pick.randrange(1, 256)
    changed = bytearray(content)
    changed[place] ^= mask
    return bytes(changed), f"byte {place} ^ {mask:#04x}"


def difference(found, expected):
    names = ("displacement", "velocity", "header")
    return ", ".join(name for name, here, there in zip(names, found, expected) if here != there)


def verdict(outcome, imported, reference):
    """(kind, detail) of an import of a damaged snapshot."""
    if outcome.returncode == 0:
        changed = difference(imported.box(), reference)
        return ("silently different", changed) if changed else ("same box", "")
    message = outcome.stderr.partition("nubox: error")[2].strip().splitlines()[-1:]
    if outcome.returncode in REFUSALS and outcome.stderr.count("nubox: error") == 1:
        return f"refused ({outcome.returncode})", "".join(message).strip()
    return f"ended badly ({outcome.returncode})", outcome.stderr[-500:]


def damage_set(binary, work, form, count, files_of_set, pick, verbose):
    """Counts of verdicts for one kind of snapshot."""
    name = work / f"{form}-{files_of_set}" / "snap"
    subprocess.run([binary, "export", f"--export.in={work}/pairs/pair-1/mnu-0.000.h5", f"--export.out={name}",
                    f"--export.format={FORMATS[form]}", f"--export.files={files_of_set}"], check=True,
                   capture_output=True)
    parts = sorted(path for path in name.parent.iterdir() if path.name.startswith("snap"))
    if len(parts) != files_of_set:
        sys.exit(f"export made {len(parts)} files, not {files_of_set}: {parts}")
    snapshot = Import(binary, parts[0] if files_of_set == 1 else name, work / f"{form}-{files_of_set}.h5")
    outcome = snapshot.run()
    if outcome.returncode != 0:
        sys.exit(f"the undamaged snapshot is not imported: {outcome.stderr}")
    reference = snapshot.box()
    counts = collections.Counter()
    for _ in range(count):
        part = pick.choice(parts)
        whole = part.read_bytes()
        content, place = damaged(whole, pick)
        part.write_bytes(content)
        kind, detail = verdict(snapshot.run(), snapshot, reference)
        part.write_bytes(whole)
        counts[kind] += 1
        if verbose or kind.startswith(("silently", "ended")):
            print(f"{form}, {part.name}, {place}: {kind} {detail}", flush=True)
    return counts


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nubox", type=pathlib.Path, default=SOURCE / "build/nubox", help="the program")
    parser.add_argument("--count", type=int, default=300, help="damages to each format")
    parser.add_argument("--formats", nargs="+", choices=FORMATS, default=list(FORMATS), help="formats to damage")
    parser.add_argument("--seed", type=int, default=1, help="of places and kinds of damage")
    parser.add_argument("--verbose", action="store_true", help="a line for every damage")
    arguments = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    binary, pick = arguments.nubox.resolve(), random.Random(arguments.seed)
    total = collections.Counter()
    with tempfile.TemporaryDirectory(prefix="nubox-damage-") as directory:
        work = pathlib.Path(directory)
        subprocess.run([binary, "simulate", "--box.n=16", "--box.size_mpch=31.25", "--simulate.steps=4",
                        "--simulate.mnu_eV=0", f"--simulate.out={work}/pairs"], check=True, capture_output=True)
        for form in arguments.formats:
            for files_of_set in FILES:
                share = arguments.count // len(FILES)
                counts = damage_set(binary, work, form, share, files_of_set, pick, arguments.verbose)
                print(f"{form}, {files_of_set} file(s), {share} damages: " +
                      ", ".join(f"{number} {kind}" for kind, number in sorted(counts.items())), flush=True)
                total += counts
    bad = sum(number for kind, number in total.items() if kind.startswith(("silently", "ended")))
    print(f"all: {total.total()} damages, " + ", ".join(f"{number} {kind}" for kind, number in sorted(total.items())))
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
