"""Compares `nubox stats` with public codes on the same particles: power, cross power, bispectrum and
PDF with Pylians (PyPI: Pylians), interlaced power with abacusutils (PyPI: abacusutils). Where they
differ from Pylians, both are compared with a computation in double precision as well.

usage: spectra.py --nubox BINARY [--n 128] [--box 512] [--table FILE.md]

Prints one line per comparison with its bar, which both nubox against the peer and nubox against double
precision have to meet; ends with 1 if one is missed, with 77 if neither code is installed.
"""

import argparse
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import double_precision
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import nubox  # noqa: E402

try:
    import MAS_library
    import Pk_library
    import smoothing_library
    have_pylians = True
except ImportError:
    have_pylians = False
try:
    from abacusnbody.analysis.power_spectrum import calc_power
    have_abacus = True
except ImportError:
    have_abacus = False

SKIPPED = 77
ASSIGNMENTS = ("ngp", "cic", "tsc", "pcs")
K1, K2, ANGLES = 0.15, 0.25, 25  # h/Mpc
RADIUS_MPCH = 10.0


@dataclass
class Comparison:
    peer: str
    quantity: str
    assignment: str
    difference: float
    bar: float
    ours_to_double: float | None = None
    peer_to_double: float | None = None

    @property
    def holds(self):
        return self.difference <= self.bar and (self.ours_to_double or 0.0) <= self.bar

    def line(self):
        errors = ["" if e is None else f"{e:.1e}" for e in (self.ours_to_double, self.peer_to_double)]
        return (f"| {self.peer} | {self.quantity} | {self.assignment.upper()} | {self.difference:.1e} | "
                f"{self.bar:.0e} | {'holds' if self.holds else '**missed**'} | {' | '.join(errors)} |")


def three_ways(quantity, assignment, ours, theirs, double, difference):
    """Pylians, nubox and double precision, each with each."""
    return Comparison("Pylians", quantity, assignment, difference(ours, theirs), 2e-6, difference(ours, double),
                      difference(theirs, double))


def zeldovich_displacement(n, box_mpch, seed, shared_seed, rms_mpch=4.0):
    """Gaussian displacement of a falling spectrum; two seeds of one shared_seed are correlated."""
    k = 2 * np.pi / box_mpch * np.fft.fftfreq(n, 1 / n)
    kz = 2 * np.pi / box_mpch * np.arange(n // 2 + 1)
    kx, ky, kz = np.meshgrid(k, k, kz, indexing="ij")
    k2 = kx**2 + ky**2 + kz**2
    k2[0, 0, 0] = 1
    noise = np.random.default_rng(shared_seed).standard_normal((n, n, n))
    noise += 0.5 * np.random.default_rng(seed).standard_normal((n, n, n))
    potential = np.fft.rfftn(noise) * k2**-0.5 / (1 + (np.sqrt(k2) / 0.05) ** 1.2) / k2**0.5
    potential[0, 0, 0] = 0
    psi = np.stack([np.fft.irfftn(1j * axis * potential, s=(n, n, n), axes=(0, 1, 2)) for axis in (kx, ky, kz)])
    return (psi * rms_mpch / np.sqrt((psi**2).mean())).astype("f4")


def write_boxes(folder, n, box_mpch):
    header = {"box_size_mpch": box_mpch, "redshift": 0.0, "Omega_m": 0.3175, "Omega_b": 0.049, "h": 0.6711,
              "n_s": 0.9624, "A_s": 2.13e-9, "M_nu_eV": 0.0, "origin": "import"}
    # Single precision at its spacing in the upper half of the box, where it is coarsest: coordinates
    # and displacements both hold these numbers exactly, so that every code sees the same particles.
    spacing = float(np.spacing(np.float32(0.75 * box_mpch)))
    lattice = np.stack(np.meshgrid(*3 * [np.arange(n) * box_mpch / n], indexing="ij"))
    positions = []
    for seed, name in ((1, "model.h5"), (2, "target.h5")):
        x = lattice + zeldovich_displacement(n, box_mpch, seed, shared_seed=3)
        x = np.rint(x / spacing) * spacing
        if not (np.array_equal(x - lattice, (x - lattice).astype("f4"))
                and np.array_equal(x % box_mpch, (x % box_mpch).astype("f4"))):
            sys.exit(f"a lattice of {n}^3 in {box_mpch} Mpc/h is not exact in single precision: take another box")
        nubox.write_field(folder / name, x - lattice, header)
        positions.append(np.ascontiguousarray((x % box_mpch).reshape(3, -1).T, dtype="f4"))
    return positions


def nubox_stats(binary, folder, assignment, interlace=False):
    statistics = "power" if interlace else "power,bispectrum,pdf"
    out = folder / f"{assignment}-{interlace}.h5"
    subprocess.run([binary, "stats", f"--stats.in={folder / 'model.h5'}", f"--stats.target={folder / 'target.h5'}",
                    f"--stats.out={out}", f"--stats.assignment={assignment}", f"--stats.statistics={statistics}",
                    f"--stats.interlace={'true' if interlace else 'false'}", f"--bispectrum.k1={K1}",
                    f"--bispectrum.k2={K2}", f"--bispectrum.n_theta={ANGLES}", f"--pdf.radius_mpch={RADIUS_MPCH}"],
                   check=True, stdout=subprocess.DEVNULL)
    return nubox.read_table(out)


def relative(ours, theirs):
    return float(np.max(np.abs(np.asarray(ours, "f8") / np.asarray(theirs, "f8") - 1)))


def relative_to_largest(ours, theirs):
    return float(np.abs(np.asarray(ours, "f8") - theirs).max() / np.abs(theirs).max())


def pylians_mesh(positions, n, box_mpch, assignment):
    mesh = np.zeros((n, n, n), dtype="f4")
    MAS_library.MA(positions, mesh, box_mpch, assignment.upper(), verbose=False)
    # By the mesh's own mean, as its manual does: the total of its PCS is high by 2e-6.
    return (mesh / mesh.mean(dtype="f8")).astype("f4")  # rho / mean


def compare_power(ours, contrasts, doubles, n, box_mpch, assignment):
    mas = assignment.upper()
    theirs = Pk_library.XPk([c.copy() for c in contrasts], box_mpch, 2, [mas, mas], 1)
    model, target = doubles
    rows = (("p_model", "P", theirs.Pk[:, 0, 0], model.power()),
            ("p_target", "P, second box", theirs.Pk[:, 0, 1], target.power()),
            ("p_cross", "cross P", theirs.XPk[:, 0, 0], model.power(target)))
    for name, label, pylians, double in rows:
        below = len(double)
        yield three_ways(label, assignment, ours.arrays[f"power/{name}"][:below], pylians[:below], double, relative)
    modes = 2 * np.rint(theirs.Nmodes3D[:below]).astype("i8") - ours.arrays["power/modes"][:below].astype("i8")
    yield Comparison("Pylians", "modes, largest difference", assignment, float(np.abs(modes).max()), 0)


def compare_bispectrum(ours, contrast, double_modes, n, box_mpch, assignment):
    theta = ours.arrays["bispectrum/theta"]
    theirs = Pk_library.Bk(contrast.copy(), box_mpch, K1, K2, theta, assignment.upper(), 1)
    double = double_precision.bispectrum(double_modes, K1, K2, theta)
    b, q = (ours.arrays[f"bispectrum/{name}_model"] for name in "bq")
    yield three_ways("B, of the largest B", assignment, b, theirs.B, double.b, relative_to_largest)
    yield three_ways("B, each angle", assignment, b, theirs.B, double.b, relative)
    yield three_ways("Q, each angle", assignment, q, theirs.Q, double.q, relative)
    counts = ours.arrays["bispectrum/triangles"].astype("f8")
    differences = [np.abs(x - y).max() for x, y in
                   ((counts, np.rint(np.asarray(theirs.triangles, "f8") * float(n) ** 6)),
                    (counts, np.rint(double.triangles)))]
    yield Comparison("Pylians", "triangles, largest difference", assignment, differences[0], 6, differences[1])


def compare_pdf(ours, ratio, n, box_mpch, assignment):
    kernel = smoothing_library.FT_filter(box_mpch, RADIUS_MPCH, n, "Top-Hat", 1)
    smoothed = smoothing_library.field_smoothing(ratio.copy(), kernel, 1)
    counts, _ = np.histogram(smoothed, bins=ours.arrays["pdf/edges"])
    moved = np.abs(counts - ours.arrays["pdf/counts_model"].reshape(-1).astype("i8")).sum() / 2
    yield Comparison("Pylians", "PDF, cells in another bin", assignment, float(moved / n**3), 5e-5)


def compare_with_pylians(binary, folder, positions, n, box_mpch):
    for assignment in ASSIGNMENTS:
        ours = nubox_stats(binary, folder, assignment)
        ratios = [pylians_mesh(x, n, box_mpch, assignment) for x in positions]
        contrasts = [ratio - np.float32(1) for ratio in ratios]
        order = ASSIGNMENTS.index(assignment) + 1
        doubles = [double_precision.Modes(double_precision.contrast(x, n, box_mpch, order), box_mpch, order)
                   for x in positions]
        yield from compare_power(ours, contrasts, doubles, n, box_mpch, assignment)
        yield from compare_bispectrum(ours, contrasts[0], doubles[0], n, box_mpch, assignment)
        yield from compare_pdf(ours, ratios[0], n, box_mpch, assignment)


def compare_with_abacus(binary, folder, positions, n, box_mpch):
    for assignment in ("cic", "tsc"):
        ours = nubox_stats(binary, folder, assignment, interlace=True)
        below = int(np.sum(ours.arrays["power/k_edges"][1:] < 0.9 * np.pi * n / box_mpch))
        # Modes on an edge belong to the bin above it: edges a little low make floats agree on that.
        edges = ours.arrays["power/k_edges"][: below + 1] * (1 - 1e-6)
        theirs = calc_power(positions[0].astype("f8"), box_mpch, kbins=edges, paste=assignment.upper(), nmesh=n,
                            compensated=True, interlaced=True, nthread=1, dtype=np.float64)
        yield Comparison("abacusutils", "P, interlaced, k < 0.9 k_Nyquist", assignment,
                         relative(ours.arrays["power/p_model"][:below], np.ravel(theirs["power"])), 1e-4)
        modes = np.ravel(theirs["N_mode"]).astype("i8") - ours.arrays["power/modes"][:below].astype("i8")
        yield Comparison("abacusutils", "modes, largest difference", assignment, float(np.abs(modes).max()), 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nubox", required=True, type=Path)
    parser.add_argument("--n", type=int, default=128, help="particles and mesh points per side")
    parser.add_argument("--box", type=float, default=512.0, help="Mpc/h")
    parser.add_argument("--table", type=Path, help="write the table here as well")
    options = parser.parse_args()
    if not (have_pylians or have_abacus):
        print("skipped: neither Pylians nor abacusutils is installed (pip install Pylians abacusutils)")
        return SKIPPED
    results = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        positions = write_boxes(folder, options.n, options.box)
        for present, compare in ((have_pylians, compare_with_pylians), (have_abacus, compare_with_abacus)):
            if present:
                results += compare(options.nubox.resolve(), folder, positions, options.n, options.box)
    table = "\n".join(["| peer | quantity | assignment | nubox - peer | bar | | nubox - double | peer - double |",
                       "|---|---|---|---|---|---|---|---|",
                       *(result.line() for result in results)])
    print(table)
    if options.table:
        options.table.write_text(table + "\n")
    return 0 if all(result.holds for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
