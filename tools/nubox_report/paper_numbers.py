"""Every number that Giusarma et al. 2019 (arXiv:1910.04255) states about its method, and how to take it from a
stats file. Each function returns a Taken: value, error, and the datasets it was worked out from."""

import math
from dataclasses import dataclass

import numpy as np


@dataclass
class Taken:
    """value and error (NaN: none); at: where the nearest bin lies."""

    value: float
    error: float
    datasets: tuple
    at: str = ""


def transfer_at(m, k_hmpc):
    """T - 1 in the bin that contains k."""
    index = np.searchsorted(m.array("power/k_edges"), k_hmpc, side="right") - 1
    transfer, error = m.array("power/transfer"), m.error("power/transfer")
    if not 0 <= index < len(transfer):
        return Taken(math.nan, math.nan, ("power/transfer",), "no such k in this box")
    return Taken(float(transfer[index] - 1), math.nan if error is None else float(error[index]),
                 ("power/transfer", "power/k_edges"), f"k = {m.array('power/k')[index]:.3f} h/Mpc")


def transfer_within(m, low, high):
    """T - 1 that is furthest from 0 in the bins whose mean k lies between low and high."""
    k, transfer, error = m.array("power/k"), m.array("power/transfer"), m.error("power/transfer")
    inside = np.flatnonzero((k > low) & (k < high))
    if len(inside) == 0:
        return Taken(math.nan, math.nan, ("power/transfer",), "no such k in this box")
    index = inside[np.argmax(np.abs(transfer[inside] - 1))]
    return Taken(float(transfer[index] - 1), math.nan if error is None else float(error[index]),
                 ("power/transfer", "power/k"), f"k = {k[index]:.3f} h/Mpc")


def pdf_at(m, density):
    """Relative residual of the density PDF in the bin that contains rho/mean."""
    edges = m.array("pdf/edges")
    index = np.searchsorted(edges, density, side="right") - 1
    ratio, error = m.ratio("pdf/fraction")
    if not np.isfinite(ratio[index]):
        return Taken(math.nan, math.nan, ("pdf/fraction_target",), f"no cells near {density:g}")
    return Taken(float(ratio[index] - 1), math.nan if error is None else float(error[index]),
                 ("pdf/fraction_model", "pdf/fraction_target", "pdf/edges"),
                 f"rho/mean {edges[index]:.3f} to {edges[index + 1]:.3f}")


def pdf_within(m, low, high):
    """Mean absolute residual of the PDF over the filled bins between two densities."""
    edges = m.array("pdf/edges")
    ratio, _ = m.ratio("pdf/fraction")
    inside = (edges[:-1] >= low) & (edges[1:] <= high) & np.isfinite(ratio)
    value = float(np.mean(np.abs(ratio[inside] - 1))) if inside.any() else math.nan
    return Taken(value, math.nan, ("pdf/fraction_model", "pdf/fraction_target", "pdf/edges"))


def bispectrum_residual(m):
    """Mean over the angles of |B / B_target - 1|, of the means over realisations."""
    ratio, _ = m.ratio("bispectrum/b")
    return Taken(float(np.nanmean(np.abs(ratio - 1))), math.nan, ("bispectrum/b_model", "bispectrum/b_target"))


def voids_at(m, radius_mpch):
    """Residual of the void size function at the bin nearest to a radius, at most a tenth away and with voids."""
    radius, target = m.array("voids/vsf_radius"), m.array("voids/vsf_target")
    near = np.where(target > 0, np.abs(radius / radius_mpch - 1), np.inf)
    index = int(np.argmin(near))
    if not near[index] <= 0.1:
        return Taken(math.nan, math.nan, ("voids/vsf_target",), f"no voids near {radius_mpch:g} Mpc/h")
    ratio, error = m.ratio("voids/vsf")
    return Taken(float(ratio[index] - 1), math.nan if error is None else float(error[index]),
                 ("voids/vsf_model", "voids/vsf_target", "voids/vsf_radius"), f"R = {radius[index]:.1f} Mpc/h")


def voids_below(m, radius_mpch):
    """Mean absolute residual of the void size function over the filled bins up to a radius."""
    radius, target = m.array("voids/vsf_radius"), m.array("voids/vsf_target")
    ratio, _ = m.ratio("voids/vsf")
    inside = (radius <= radius_mpch) & (target > 0)
    value = float(np.mean(np.abs(ratio[inside] - 1))) if inside.any() else math.nan
    return Taken(value, math.nan, ("voids/vsf_model", "voids/vsf_target", "voids/vsf_radius"),
                 "" if inside.any() else f"no voids up to {radius_mpch:g} Mpc/h")


@dataclass
class Number:
    """One number of the paper: what, its text there, the statistic it needs, how it is taken (in per cent)."""

    quantity: str
    paper: str
    needs: str
    take: object  # Measurement -> Taken
    baseline: bool = False  # said of the Zel'dovich benchmark, not of the network


# At 0.15 eV, then at 0.6 eV (Appendix B).
MAIN = [
    Number("T - 1 at k = 0.55 h/Mpc", "3.5 %", "power/transfer", lambda m: transfer_at(m, 0.55)),
    Number("T - 1 at k = 0.7 h/Mpc", "6.3 %", "power/transfer", lambda m: transfer_at(m, 0.7)),
    Number("T - 1, furthest from 0 in 0.03 < k < 0.5 h/Mpc", "about 0", "power/transfer",
           lambda m: transfer_within(m, 0.03, 0.5)),
    Number("Zel'dovich: T - 1, furthest from 0 for k < 0.05 h/Mpc", "about 0", "power/transfer",
           lambda m: transfer_within(m, 0.0, 0.05), True),
    Number("PDF residual at rho/mean = 0.15", "15 %", "pdf/fraction_target", lambda m: pdf_at(m, 0.15)),
    Number("PDF residual at rho/mean = 9", "6 %", "pdf/fraction_target", lambda m: pdf_at(m, 9.0)),
    Number("PDF, mean |residual| in 0.3 < rho/mean < 6", "about 0", "pdf/fraction_target",
           lambda m: pdf_within(m, 0.3, 6.0)),
    Number("bispectrum, mean |residual|, k1 = 0.15, k2 = 0.25 h/Mpc", "0.4 %", "bispectrum/b_target",
           bispectrum_residual),
    Number("void size function, residual at R = 30 Mpc/h", "8 %", "voids/vsf_target", lambda m: voids_at(m, 30.0)),
    Number("void size function, mean |residual| up to R = 20 Mpc/h", "good agreement", "voids/vsf_target",
           lambda m: voids_below(m, 20.0)),
]
APPENDIX = [
    Number("0.6 eV: T - 1, furthest from 0 in 0.03 < k < 0.45 h/Mpc", "about 0", "power/transfer",
           lambda m: transfer_within(m, 0.03, 0.45)),
    Number("0.6 eV: T - 1 at k = 0.5 h/Mpc", "8 %", "power/transfer", lambda m: transfer_at(m, 0.5)),
]


def taken_by(numbers, measurements):
    """Rows: (Number, label -> Taken) of the measurements that hold what it needs."""
    return [(number, {m.label: number.take(m) for m in measurements if m.has(number.needs)}) for number in numbers]


def best_of(taken, labels):
    """The label among `labels` that is closest to the target; None where none has a value."""
    known = {label: abs(taken[label].value) for label in labels if label in taken
             and math.isfinite(taken[label].value)}
    return min(known, key=known.get) if known else None


def percent(taken):
    """Value and error as text."""
    if taken is None or not math.isfinite(taken.value):
        return "-" if taken is None or not taken.at else taken.at
    text = f"{100 * taken.value:+.2f} %"
    return text if math.isnan(taken.error) else f"{text} \u00b1 {100 * taken.error:.2f}"
