"""Pairs of boxes beside those of a TreePM code from the same initial conditions.

    treepm.py ics REFERENCE ICS.h5               field file of the initial conditions, for simulate.ics
    treepm.py compare REFERENCE FOLDER [...]     tables of P(k), 1 - r and P(M)/P(0), shell by shell
    treepm.py input REFERENCE BOX.h5             field file of the massless box at z = 0, for predict
    treepm.py judge REFERENCE MASS BOX.h5 [...]  errors of predictions of that mass: displacement, T(k) - 1, 1 - r, velocity

REFERENCE is a directory with Mnu<eV>_seed<seed>_z0.hdf5 and Mnu0_seed<seed>_ic_z<z>.hdf5 as
/displacement and /velocity [3][N][N][N] (Mpc/h, km/s). FOLDER holds mnu-<eV>.h5 of `nubox simulate`.
P(k) is that of the CIC density on a mesh of four points per particle spacing, its window divided out, in shells k (1 +- 0.07).
"""

import pathlib
import sys

import h5py
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tools"))
import nubox

SHELLS = np.array([0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0])
HALF_WIDTH = 0.07
MASSES = {"0": "0.000", "0.15": "0.150", "0.6": "0.600"}  # in names of the reference and of nubox


def density_modes(displacement, box_mpch):
    """Modes of the CIC density of lattice particles, window divided out; Mpc/h."""
    n = displacement.shape[1]
    m = 4 * n
    lattice = np.indices((n, n, n)) * (box_mpch / n)
    x = np.mod((lattice + displacement.astype(float)) * (m / box_mpch), m).reshape(3, -1)
    cell = np.floor(x).astype(int)
    upper = x - cell
    density = np.zeros(m**3)
    for corner in np.ndindex(2, 2, 2):
        weight = np.prod([upper[c] if corner[c] else 1 - upper[c] for c in range(3)], axis=0)
        index = [(cell[c] + corner[c]) % m for c in range(3)]
        density += np.bincount((index[0] * m + index[1]) * m + index[2], weights=weight, minlength=m**3)
    modes = np.fft.rfftn(density.reshape(m, m, m) / density.mean() - 1) / m**3
    window = [np.sinc(np.fft.fftfreq(m)) ** 2, np.sinc(np.fft.fftfreq(m)) ** 2, np.sinc(np.fft.rfftfreq(m)) ** 2]
    return modes / (window[0][:, None, None] * window[1][:, None] * window[2])


class Shells:
    """Averages over the modes of each shell."""

    def __init__(self, mesh, box_mpch):
        full, half = np.fft.fftfreq(mesh, 1 / mesh), np.fft.rfftfreq(mesh, 1 / mesh)
        k = 2 * np.pi / box_mpch * np.sqrt(full[:, None, None] ** 2 + full[:, None] ** 2 + half**2)
        weight = np.where((half == 0) | (half == mesh / 2), 1.0, 2.0) * np.ones_like(k)
        self._index = [np.flatnonzero(np.abs(k / shell - 1).ravel() <= HALF_WIDTH) for shell in SHELLS]
        self._weight = [weight.ravel()[index] for index in self._index]
        self._volume = box_mpch**3

    def power(self, a, b=None):
        b = a if b is None else b
        return self._volume * np.array([np.average((a.ravel()[i] * b.ravel()[i].conj()).real, weights=w)
                                        for i, w in zip(self._index, self._weight)])


def reference_file(directory, pattern):
    found = sorted(pathlib.Path(directory).glob(pattern))
    if len(found) != 1:
        sys.exit(f"{directory}: {len(found)} files {pattern}, not one")
    return h5py.File(found[0])


def write_massless(directory, pattern, path):
    with reference_file(directory, pattern) as file:
        a = file.attrs
        nubox.write_field(path, displacement=file["displacement"][:], velocity=file["velocity"][:], header={
            "box_size_mpch": float(a["box_Mpc_h"]), "M_nu_eV": float(a["Mnu_eV"]), "origin": "import",
            **{name: float(a[name]) for name in ("redshift", "Omega_m", "Omega_b", "h", "n_s", "A_s")}})


def row(name, values, text):
    print(f"| {name} | " + " | ".join(format(value, text) for value in values) + " |")


def compare(directory, folders):
    truth = {}
    for mass in MASSES:
        with reference_file(directory, f"Mnu{mass}_seed*_z0.hdf5") as file:
            box = float(file.attrs["box_Mpc_h"])
            truth[mass] = density_modes(file["displacement"][:], box)
    shells = Shells(truth["0"].shape[0], box)
    power = {mass: shells.power(modes) for mass, modes in truth.items()}
    row("k, h/Mpc", SHELLS, ".1f")
    for mass in MASSES:
        row(f"TreePM, {mass} eV: P / P(0 eV)", power[mass] / power["0"], ".4f")
    for folder in map(pathlib.Path, folders):
        massless = None
        for mass, name in MASSES.items():
            path = folder / f"mnu-{name}.h5"
            if not path.exists():
                continue
            modes = density_modes(nubox.read_field(path).displacement, box)
            found = shells.power(modes)
            correlation = shells.power(modes, truth[mass]) / np.sqrt(found * power[mass])
            row(f"{folder}, {mass} eV: P / P(TreePM) - 1, %", 100 * (found / power[mass] - 1), ".2f")
            row(f"{folder}, {mass} eV: 1 - r", 1 - correlation, ".1e")
            if mass == "0":
                massless = found
            elif massless is not None:
                ratio = found / massless / (power[mass] / power["0"])
                row(f"{folder}, {mass} eV: ratio to 0 eV beside TreePM's, %", 100 * (ratio - 1), ".3f")


def rms(vectors):
    return np.sqrt((vectors.astype(float) ** 2).sum(axis=0).mean())


def coherent(velocity, box_mpch, k_max_hmpc):
    """The modes k <= k_max of a field on the lattice."""
    n = velocity.shape[1]
    full, half = np.fft.fftfreq(n, 1 / n), np.fft.rfftfreq(n, 1 / n)
    k = 2 * np.pi / box_mpch * np.sqrt(full[:, None, None] ** 2 + full[:, None] ** 2 + half**2)
    return np.stack([np.fft.irfftn(np.fft.rfftn(v) * (k <= k_max_hmpc), s=v.shape, axes=(0, 1, 2)) for v in velocity])


def judge(directory, mass, paths):
    with reference_file(directory, f"Mnu{mass}_seed*_z0.hdf5") as file:
        box = float(file.attrs["box_Mpc_h"])
        truth, velocity = file["displacement"][:], file["velocity"][:]
    modes = density_modes(truth, box)
    shells = Shells(modes.shape[0], box)
    power = shells.power(modes)
    row("k, h/Mpc", SHELLS, ".1f")
    for path in paths:
        field = nubox.read_field(path)
        error = field.displacement.astype(float) - truth
        error -= box * np.round(error / box)
        found = density_modes(field.displacement, box)
        found_power = shells.power(found)
        row(f"{path}: T - 1, %", 100 * (np.sqrt(found_power / power) - 1), ".2f")
        row(f"{path}: 1 - r", 1 - shells.power(found, modes) / np.sqrt(found_power * power), ".1e")
        print(f"{path}: mean abs displacement error {np.sqrt((error ** 2).sum(axis=0)).mean():.4f} Mpc/h, "
              f"by component {np.abs(error).mean():.4f}")
        if field.velocity is not None:
            k_max = 1.0
            slow, slow_true = coherent(field.velocity, box, k_max), coherent(velocity, box, k_max)
            print(f"{path}: rms velocity error {100 * rms(field.velocity - velocity) / rms(velocity):.1f} % site by site, "
                  f"{100 * rms(slow - slow_true) / rms(slow_true):.1f} % of the modes k <= {k_max:g} h/Mpc")


def main(arguments):
    if len(arguments) == 3 and arguments[0] == "ics":
        write_massless(arguments[1], "Mnu0_seed*_ic_z*.hdf5", arguments[2])
    elif len(arguments) == 3 and arguments[0] == "input":
        write_massless(arguments[1], "Mnu0_seed*_z0.hdf5", arguments[2])
    elif len(arguments) >= 4 and arguments[0] == "judge":
        judge(arguments[1], arguments[2], arguments[3:])
    elif len(arguments) >= 3 and arguments[0] == "compare":
        compare(arguments[1], arguments[2:])
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
