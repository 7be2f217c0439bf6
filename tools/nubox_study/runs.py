"""The runs of the study and their power spectra, by the nubox command itself."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

import nubox
from nubox_study.stages import Stage

MASSES = ("0.000", "0.150")


@dataclass
class Run:
    """Matched pairs of one setting: `nubox simulate` options that differ from the base."""

    name: str
    n: int = 64
    box_mpch: float = 125.0
    masses: tuple = MASSES
    redshifts: tuple = (0,)
    seeds: tuple = (1,)
    steps: int = 30
    mesh_factor: int = 2
    options: dict = field(default_factory=dict)

    def box_file(self, work, seed, mass, redshift):
        suffix = f"-z{redshift:.3f}" if len(self.redshifts) > 1 else ""
        return work / self.name / f"pair-{seed}" / f"mnu-{mass}{suffix}.h5"

    def files(self, work):
        return [self.box_file(work, *key) for key in
                ((s, m, z) for s in self.seeds for m in self.masses for z in self.redshifts)]

    def stage(self, work):
        """The stage that makes the boxes."""
        settings = {"box.n": self.n, "box.size_mpch": self.box_mpch,
                    "simulate.mnu_eV": ",".join(str(float(m)) for m in self.masses),
                    "simulate.redshifts": ",".join(map(str, self.redshifts)),
                    "simulate.seeds": ",".join(map(str, self.seeds)), "simulate.steps": self.steps,
                    "simulate.mesh_factor": self.mesh_factor}
        return Stage(f"simulate/{self.name}", "simulate", work / self.name, {**settings, **self.options},
                     {"simulate.out": work / self.name}, [], self.files(work))


LINEAR = {"masses": ("0.000", "0.150", "0.600"), "redshifts": (1, 0)}
FIXED = {"simulate.fixed_amplitude": "true"}
RUNS = [
    Run("linear-low", n=128, box_mpch=1000, **LINEAR, options=FIXED | {"cosmology.A_s": "2.13e-13"}),
    Run("linear-full", n=96, box_mpch=2000, **LINEAR, options=FIXED),
    Run("linear-full-flip", n=96, box_mpch=2000, **LINEAR, options=FIXED | {"simulate.phase_flip": "true"}),
    Run("base", seeds=(1, 2, 3, 4)),
    Run("supereasy", options={"simulate.neutrinos": "supereasy"}),
    Run("steps-60", steps=60),
    Run("mesh-3N", mesh_factor=3),
    Run("mesh-6N", mesh_factor=6, steps=80),
    Run("box-250", n=128, box_mpch=250),
    Run("seeds-250", box_mpch=250, seeds=(1, 2, 3, 4)),
    Run("seeds-500", n=128, box_mpch=500, seeds=(1, 2, 3)),
    Run("cola-15", steps=15, options={"simulate.stepping": "cola"}),
]


class Simulator:
    """Makes and measures the boxes of the study: stages of a workshop."""

    def __init__(self, workshop):
        self.workshop = workshop

    def simulate(self, run):
        """Makes the boxes of a run, unless they stand complete."""
        self.workshop.run(run.stage(self.workshop.work))

    def power(self, run, seed, mass, redshift=0):
        """Bin edges, mode counts and P(k) of a box: PCS, interlaced, on a mesh of 2N."""
        box = run.box_file(self.workshop.work, seed, mass, redshift)
        name = f"stats/{run.name}-{seed}-{box.stem}"
        out = self.workshop.work / name / "stats.h5"
        settings = {"stats.mesh": 2 * run.n, "stats.assignment": "pcs", "stats.interlace": "true",
                    "stats.statistics": "power"}
        self.workshop.run(Stage(name, "stats", out.parent, settings, {"stats.in": box, "stats.out": out}, [box], [out]))
        arrays = nubox.read_table(out).arrays
        return Power(*(np.asarray(arrays[f"power/{name}"]) for name in ("k_edges", "k", "modes", "p_model")))


@dataclass
class Power:
    edges: np.ndarray
    k: np.ndarray
    modes: np.ndarray
    p: np.ndarray

    def in_bins_of(self, other):
        """P averaged over the modes of the bins of a box that is a whole factor smaller."""
        factor = round(other.edges[0] / self.edges[0])
        first = factor - 1  # bin i begins at (i + 1) fundamental wavenumbers
        count = min(len(other.p), (len(self.p) - first) // factor)
        rows = slice(first, first + count * factor)
        weight = self.modes[rows].reshape(count, factor).astype(float)
        return (weight * self.p[rows].reshape(count, factor)).sum(axis=1) / weight.sum(axis=1)


def ratio_of(simulator, run, seed=1):
    """k and P(0.15 eV)/P(0) of one pair."""
    massless, massive = (simulator.power(run, seed, mass) for mass in MASSES)
    return massless.k, massive.p / massless.p


def linear_ratio(tables, mass_eV, redshift, box_mpch, edges):
    """P_cb(M)/P_cb(0) of linear theory averaged over the modes of each bin, from the table's nodes."""
    def ln_transfer(name):
        path = Path(tables) / f"transfer_Mnu{name}.txt"
        columns = path.read_text().split("\n")[1].split()[1:]
        table = np.loadtxt(path)
        return np.log(table[:, 0]), np.log(table[:, columns.index(f"Tcb_z{redshift:g}")])

    n_max = int(round(edges[-1] * box_mpch / (2 * np.pi)))
    n = np.arange(-n_max, n_max + 1)
    squares = (n[:, None, None] ** 2 + n[None, :, None] ** 2 + n[None, None, :] ** 2).ravel()
    squares, counts = np.unique(squares[squares > 0], return_counts=True)
    k = 2 * np.pi / box_mpch * np.sqrt(squares)
    massless, massive = (np.interp(np.log(k), *ln_transfer(m)) for m in ("0", f"{float(mass_eV):g}"))
    power = counts * k ** 0.9624 * np.exp(2 * massless)
    bins = np.searchsorted(np.round(edges * box_mpch / (2 * np.pi)) ** 2, squares, side="right") - 1
    inside = (bins >= 0) & (bins < len(edges) - 1)

    def total(weight):
        return np.bincount(bins[inside], weight[inside], minlength=len(edges) - 1)

    return total(power * np.exp(2 * (massive - massless))) / total(power)
