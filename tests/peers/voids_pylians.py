"""Void catalogues of `nubox stats` against Pylians' void_library: the same particles, the same mesh,
rule `pylians`, void by void (integer cell and radius).

usage: voids_pylians.py --nubox BINARY [--n 64] [--field FILE.h5] [--ranks 2] [--table OUT.md]

Needs Pylians and h5py (VOIDS.md). Exit code 77 where they are missing: skipped.
"""

import argparse
import contextlib
import io
import itertools
import subprocess
import sys
import tempfile
from pathlib import Path

SKIPPED = 77
try:
    import h5py
    import MAS_library
    import numpy as np
    import void_library
except ImportError as error:
    print(f"skipped: {error}; see tests/peers/VOIDS.md")
    sys.exit(SKIPPED)

# The small ones reach the switch of Pylians' rule in small boxes.
RADII_CELLS = [15, 13, 11, 9, 8, 7, 6, 5, 4, 3, 2, 1.5]
REQUIRED = 0.995


def run_nubox(options, ranks, *words):
    command = ["mpirun", "--allow-run-as-root", "--oversubscribe", "--bind-to", "none",
               "-np", str(ranks), options.nubox, *words]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def simulate(options, folder):
    """A box with the paper's spacing, evolved to today."""
    n = options.n
    run_nubox(options, options.ranks, "simulate", f"--box.n={n}", f"--box.size_mpch={n * 1000 / 512}",
              "--simulate.steps=12", "--simulate.mnu_eV=0", "--simulate.neutrinos=none",
              "--simulate.seeds=4", f"--simulate.out={folder}")
    return folder / "pair-4" / "mnu-0.000.h5"


def read_positions(path):
    with h5py.File(path) as file:
        displacement = file["displacement"][...]
        box = float(file.attrs["box_size_mpch"])
    n = displacement.shape[1]
    lattice = np.arange(n) * (box / n)
    position = np.empty((n**3, 3), np.float32)
    for axis in range(3):
        shape = [1, 1, 1]
        shape[axis] = n
        x = lattice.reshape(shape) + displacement[axis].astype(np.float64)
        position[:, axis] = np.mod(x, box).ravel()
    position[position >= box] = 0
    return position, box


def pylians_voids(contrast, box, threshold):
    """Set of (x, y, z, radius) in cells, and the size function."""
    n = contrast.shape[0]
    cell = box / n
    radii = np.array(RADII_CELLS, np.float32) * np.float32(cell)
    with contextlib.redirect_stdout(io.StringIO()):
        found = void_library.void_finder(contrast.copy(), box, threshold, radii, 1, 1)
    cells = np.rint(np.asarray(found.void_pos) / cell).astype(int)
    sizes = np.rint(2 * np.asarray(found.void_radius) / cell) / 2
    return {(*c, r) for c, r in zip(cells.tolist(), sizes.tolist())}, np.asarray(found.void_vsf)


def nubox_voids(options, folder, field, threshold, assignment):
    out = folder / "stats.h5"
    run_nubox(options, options.ranks, "stats", f"--stats.in={field}", f"--stats.out={out}",
              "--stats.statistics=voids", "--stats.resume=never", f"--stats.assignment={assignment}",
              f"--voids.threshold={threshold}", "--voids.rule=pylians", "--voids.profile_shells=0",
              "--voids.radii_cells=" + ",".join(map(str, RADII_CELLS)))
    with h5py.File(out) as file:
        voids = file["voids"]
        cell = voids["radii"][0] / voids["radii_cells"][0]
        catalogue = voids["catalogue_model"]
        cells = np.rint(catalogue["position"][...] / cell).astype(int)
        sizes = np.rint(2 * catalogue["radius"][...] / cell) / 2
        return ({(*c, r) for c, r in zip(cells.tolist(), sizes.tolist())}, voids["vsf_model"][...],
                voids["cell_rule_model"][...])


def compare(options, folder):
    field = Path(options.field) if options.field else simulate(options, folder)
    position, box = read_positions(field)
    n = round(len(position) ** (1 / 3))
    rows, good = [], True
    for assignment, threshold in itertools.product(["CIC", "PCS"], [-0.5, -0.7]):
        contrast = np.zeros((n, n, n), np.float32)
        MAS_library.MA(position, contrast, box, assignment, verbose=False)
        contrast /= np.mean(contrast, dtype=np.float64)
        contrast -= 1.0
        theirs, their_vsf = pylians_voids(contrast, box, threshold)
        ours, our_vsf, switched = nubox_voids(options, folder, field, threshold, assignment.lower())
        common = len(ours & theirs)
        share = common / max(len(ours), len(theirs), 1)
        vsf = np.abs(our_vsf - their_vsf).max() / max(their_vsf.max(), 1e-30)
        good &= share >= REQUIRED and len(theirs) > 0
        rows.append(f"| {assignment} | {threshold} | {len(theirs)} | {len(ours)} | {common} | "
                    f"{100 * share:.3f} % | {int(switched.sum())} of {len(RADII_CELLS)} | {vsf:.1e} |")
    head = (f"{n}^3 particles and mesh, {box:g} Mpc/h, radii {RADII_CELLS} cells, "
            f"{options.ranks} ranks\n\n"
            "| assignment | threshold | Pylians | nubox | identical | share | radii by cells | "
            "largest difference of the size function / its maximum |\n"
            "|---|---|---|---|---|---|---|---|\n")
    return head + "\n".join(rows) + "\n", good


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nubox", required=True)
    parser.add_argument("--n", type=int, default=64)
    parser.add_argument("--field", help="field file to take in place of a simulation")
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--table", help="write the table there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        table, good = compare(options, Path(folder))
    print(table)
    if options.table:
        Path(options.table).write_text(table)
    sys.exit(0 if good else f"less than {100 * REQUIRED} % of the voids are identical")


if __name__ == "__main__":
    main()
