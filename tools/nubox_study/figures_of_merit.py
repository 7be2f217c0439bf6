"""Figures of merit of a method, from the stats files of its realisations against the truth.

Each is a Merit: value, error of the mean over realisations, and the datasets it was worked out from.
"""

from dataclasses import dataclass

import numpy as np

# Bands of T(k): width 0.1 h/Mpc from 0.1; a band counts below k_max if it ends there or before.
BAND_EDGES_HMPC = 0.1 * np.arange(1, 11)
K_MAX_HMPC = (0.7, 1.0)
# Modes that stand for k = 1 h/Mpc.
CORRELATION_BAND_HMPC = (0.95, 1.05)
# Range of rho/mean that is judged, and target cells (all realisations) that a bin needs.
PDF_RANGE = (0.2, 8.0)
PDF_MIN_CELLS = 100
BASIC_POWER = ("power/k", "power/modes", "power/p_model", "power/p_target")


@dataclass
class Merit:
    """value and error (NaN for one realisation); detail says where the extreme lies."""

    value: float
    error: float
    datasets: tuple
    detail: str = ""


def _band_sum(table, name, low, high):
    """Sum over the modes with low <= k < high of a power dataset."""
    k = np.asarray(table.arrays["power/k"])
    inside = (k >= low) & (k < high)
    return float(np.sum(np.asarray(table.arrays["power/modes"], float)[inside] *
                        np.asarray(table.arrays[f"power/{name}"])[inside]))


def _mean_and_error(values):
    """Mean over realisations (axis 0) and its error."""
    values = np.asarray(values, float)
    if len(values) < 2:
        return values.mean(axis=0), np.full(values.shape[1:], np.nan)
    return values.mean(axis=0), values.std(axis=0, ddof=1) / np.sqrt(len(values))


def _jackknife(tables, figure):
    """A figure of all realisations together, and its error from leaving out one at a time."""
    value = figure(tables)
    count = len(tables)
    if count < 2:
        return value, float("nan")
    left_out = np.array([figure(tables[:i] + tables[i + 1:]) for i in range(count)])
    return value, float(np.sqrt((count - 1) * np.mean((left_out - left_out.mean()) ** 2)))


def band_transfers(tables):
    """T in every band of BAND_EDGES_HMPC: mean over realisations, error of the mean. NaN where a band has no mode."""
    bands = list(zip(BAND_EDGES_HMPC[:-1], BAND_EDGES_HMPC[1:]))
    with np.errstate(invalid="ignore", divide="ignore"):
        each = [[np.sqrt(np.divide(_band_sum(t, "p_model", *band), _band_sum(t, "p_target", *band))) for band in bands]
                for t in tables]
    return _mean_and_error(each)


def transfer_merit(tables, k_max):
    """Largest |T - 1| over the bands up to k_max."""
    mean, error = band_transfers(tables)
    allowed = BAND_EDGES_HMPC[1:] <= k_max * (1 + 1e-9)
    worst = int(np.nanargmax(np.where(allowed, np.abs(mean - 1), np.nan)))
    return Merit(float(abs(mean[worst] - 1)), float(error[worst]), BASIC_POWER,
                 f"T = {mean[worst]:.4f} in {BAND_EDGES_HMPC[worst]:.1f}-{BAND_EDGES_HMPC[worst + 1]:.1f} h/Mpc")


def correlation_merit(tables):
    """1 - r at k = 1 h/Mpc."""
    def one(table):
        model, target, cross = (_band_sum(table, f"p_{name}", *CORRELATION_BAND_HMPC)
                                for name in ("model", "target", "cross"))
        return 1 - cross / np.sqrt(model * target) if target > 0 else float("nan")

    mean, error = _mean_and_error([one(table) for table in tables])
    return Merit(float(mean), float(error), (*BASIC_POWER, "power/p_cross"))


def displacement_merit(tables):
    """Mean absolute displacement error per component, Mpc/h: mean over x, y, z."""
    each = np.array([np.ravel(table.arrays["residual/displacement_mean_abs"]) for table in tables], float)
    mean, error = _mean_and_error(each.mean(axis=1))
    x, y, z = each.mean(axis=0)
    return Merit(float(mean), float(error), ("residual/displacement_mean_abs",), f"x {x:.4f}, y {y:.4f}, z {z:.4f}")


def pdf_merit(tables):
    """Mean over bins of |cells of the method / cells of the target - 1| for 0.2 < rho/mean < 8, cells summed over
    realisations, bins with fewer than PDF_MIN_CELLS target cells left out."""
    edges = np.asarray(tables[0].arrays["pdf/edges"])
    inside = (edges[:-1] >= PDF_RANGE[0]) & (edges[1:] <= PDF_RANGE[1])

    def figure(some):
        model, target = (sum(np.asarray(t.arrays[f"pdf/counts_{name}"], float) for t in some)
                         for name in ("model", "target"))
        kept = inside & (target >= PDF_MIN_CELLS)
        return float(np.mean(np.abs(model[kept] / target[kept] - 1))) if kept.any() else float("nan")

    return Merit(*_jackknife(tables, figure), ("pdf/edges", "pdf/counts_model", "pdf/counts_target"))


def bispectrum_merit(tables, name="b"):
    """Mean over angles of |<B of the method> / <B of the target> - 1|; name: b, or q for the reduced one."""
    def figure(some):
        model, target = (sum(np.asarray(t.arrays[f"bispectrum/{name}_{side}"], float) for t in some)
                         for side in ("model", "target"))
        return float(np.nanmean(np.abs(model / target - 1)))

    return Merit(*_jackknife(tables, figure), (f"bispectrum/{name}_model", f"bispectrum/{name}_target"))


def merits(tables):
    """All figures of merit of one method, one mass, one set: name -> Merit."""
    return {**{f"transfer_{k:g}": transfer_merit(tables, k) for k in K_MAX_HMPC},
            "displacement": displacement_merit(tables), "correlation": correlation_merit(tables),
            "pdf": pdf_merit(tables), "bispectrum": bispectrum_merit(tables),
            "bispectrum_q": bispectrum_merit(tables, "q")}
