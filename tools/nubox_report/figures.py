"""The report's figures; each function returns PNG bytes."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import ticker

from nubox_report.style import TARGET, legend_above, method_styles, name_of, png, stacked_axes

# Share of the Nyquist wavenumber up to which aliasing leaves P(k) readable.
TRUSTED_NYQUIST_SHARE = 0.7


def k_nyquist_hmpc(measurement):
    """Nyquist wavenumber of the power spectrum's mesh, h/Mpc."""
    return float(measurement.stats.group_attributes["power"]["k_nyquist_hmpc"])


def power_figure(measurements):
    """P(k) of target and methods; T(k); 1 - r^2."""
    styles = method_styles([m.label for m in measurements])
    figure, (top, middle, bottom) = stacked_axes([5, 3, 2.4], height=7.4)
    first = measurements[0]
    top.loglog(first.array("power/k"), first.array("power/p_target"), label="target (massive)", zorder=5, **TARGET)
    for m in measurements:
        k = m.array("power/k")
        top.loglog(k, m.array("power/p_model"), label=name_of(m.label), **styles[m.label])
        middle.semilogx(k, m.array("power/transfer"), **styles[m.label])
        stochastic = 1 - m.array("power/correlation") ** 2
        bottom.loglog(k, np.where(stochastic > 0, stochastic, np.nan), **styles[m.label])
    middle.axhspan(0.99, 1.01, color="0.85", zorder=0)
    middle.axhline(1, color="black", linewidth=0.8)
    for guide in (0.95, 1.05):
        middle.axhline(guide, color="0.6", linewidth=0.6, linestyle=":")
    transfer = np.concatenate([trusted(m, "transfer") for m in measurements])
    # At most 10 % either way: one poor method must not flatten the differences of the others.
    middle.set_ylim(max(0.9, min(0.94, transfer.min() - 0.01)), min(1.1, max(1.06, transfer.max() + 0.01)))
    nyquist = k_nyquist_hmpc(first)
    for axis in (top, middle, bottom):
        axis.axvspan(TRUSTED_NYQUIST_SHARE * nyquist, 10 * nyquist, color="0.93", zorder=0)
    bottom.set_xlim(0.9 * first.array("power/k")[0], nyquist)
    visible = first.array("power/k") <= nyquist
    spectrum = first.array("power/p_target")[visible]
    top.set_ylim(0.5 * spectrum.min(), 2 * spectrum.max())
    top.set_ylabel(r"$P(k)$  [(Mpc/$h)^3$]")
    middle.set_ylabel(r"$T(k)$")
    bottom.set_ylabel(r"$1-r^2(k)$")
    bottom.set_xlabel(r"$k$  [$h$/Mpc]")
    top.legend(loc="lower left")
    return png(figure)


def trusted(measurement, name):
    """Values of a power dataset below the trusted share of the Nyquist wavenumber."""
    k = measurement.array("power/k")
    return measurement.array(f"power/{name}")[k < TRUSTED_NYQUIST_SHARE * k_nyquist_hmpc(measurement)]


def pdf_figure(measurements):
    """Fraction of cells by overdensity; relative difference to the target."""
    styles = method_styles([m.label for m in measurements])
    figure, (top, bottom) = stacked_axes([7, 3])
    first = measurements[0]
    edges = first.array("pdf/edges")
    centre = np.sqrt(edges[1:] * edges[:-1])
    target = nonzero(first.array("pdf/fraction_target"))
    top.loglog(centre, target, label="target (massive)", zorder=5, **TARGET)
    for m in measurements:
        model = nonzero(m.array("pdf/fraction_model"))
        top.loglog(centre, model, label=name_of(m.label), **styles[m.label])
        bottom.semilogx(centre, 100 * (model - target) / target, **styles[m.label])
    # Bins with few cells say more about noise than about a method.
    scatter = 100 / np.sqrt(nonzero(first.array("pdf/counts_target")))
    bottom.fill_between(centre, -scatter, scatter, color="0.88", zorder=0)
    bottom.axhline(0, color="black", linewidth=0.8)
    bottom.set_ylim(-15, 15)
    filled = centre[np.isfinite(target)]
    bottom.set_xlim(filled[0], filled[-1])
    # One or two decades: label 1, 2, 5 and leave the rest to bare ticks.
    bottom.xaxis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5)))
    bottom.xaxis.set_major_formatter(ticker.FormatStrFormatter("%g"))
    bottom.xaxis.set_minor_formatter(ticker.NullFormatter())
    top.set_ylabel("fraction of cells")
    bottom.set_ylabel("difference  [%]")
    bottom.set_xlabel(r"$\rho/\bar\rho$, smoothed")
    top.legend(loc="lower center")
    return png(figure)


def nonzero(values):
    """As float, with NaN for zero: logarithmic axes leave a gap there."""
    return np.where(values > 0, values, np.nan).astype(float)


def displacement_figure(measurements):
    """Mean absolute displacement error by component; logarithmic, as methods differ by orders of magnitude."""
    styles = method_styles([m.label for m in measurements])
    figure, axis = plt.subplots(figsize=(6.2, 3.4))
    markers = "osD^vP*"
    for i, m in enumerate(measurements):
        x = np.arange(3) + 0.6 * ((i + 0.5) / len(measurements) - 0.5)
        errors = nonzero(m.displacement_error_mpch())
        axis.semilogy(x, errors, linestyle="none", marker=markers[i % len(markers)], markersize=7,
                      color=styles[m.label]["color"], label=name_of(m.label))
        for place, error in zip(x, errors):
            if np.isfinite(error):
                axis.annotate(f"{error:.2g}", (place, error), xytext=(0, 7), textcoords="offset points",
                              ha="center", fontsize=7)
    axis.set_xticks(range(3), ["x", "y", "z"])
    axis.set_xlabel("component")
    axis.set_ylabel("mean |displacement error|\n[Mpc/$h$]")
    axis.margins(x=0.08, y=0.18)
    legend_above(axis)
    return png(figure)


def map_figure(box_mpch, target, models):
    """Slab of the target, and target minus each method (label -> map), on one symmetric scale."""
    residuals = {label: target - model for label, model in models.items()}
    # The first method's scale: a poor method saturates instead of whitening the others.
    limit = np.percentile(np.abs(next(iter(residuals.values()))), 99.5) or 1.0
    columns = min(3, 1 + len(models))
    rows = -(-(1 + len(models)) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(3.6 * columns, 3.5 * rows), squeeze=False,
                                sharex=True, sharey=True, layout="constrained")
    panels = axes.ravel()
    extent = (0, box_mpch, 0, box_mpch)
    image = panels[0].imshow(np.log10(np.maximum(target, 1e-2)).T, origin="lower", extent=extent, cmap="viridis")
    panels[0].set_title("target")
    figure.colorbar(image, ax=panels[0], label=r"$\log_{10}\,\rho/\bar\rho$", shrink=0.85)
    for panel, (label, residual) in zip(panels[1:], residuals.items()):
        image = panel.imshow(residual.T, origin="lower", extent=extent, cmap="PuOr", vmin=-limit, vmax=limit)
        panel.set_title(f"target - {name_of(label)}")
    figure.colorbar(image, ax=list(panels[1:]), label=r"difference of $\rho/\bar\rho$", shrink=0.6, extend="both")
    for panel in panels[1 + len(models):]:
        panel.set_visible(False)
    for panel in axes[-1]:
        panel.set_xlabel("x  [Mpc/$h$]")
    for panel in axes[:, 0]:
        panel.set_ylabel("y  [Mpc/$h$]")
    return png(figure)


def power_caption(measurements):
    """Panels and conventions of the power figure."""
    return ("Top: P(k). Middle: transfer function sqrt(P / P_target), band 1 %, guides 5 %. Bottom: stochastic power "
            "that no filter removes. Grey: beyond 0.7 of the Nyquist wavenumber. " + measurements[0].conventions())


def pdf_caption(measurements):
    """Smoothing and bins of the PDF."""
    pdf = measurements[0].stats.group_attributes["pdf"]
    bins = len(measurements[0].array("pdf/edges")) - 1
    return (f"Cells by density after a {pdf['filter']} of radius {pdf['radius_mpch']:g} Mpc/h, {bins} logarithmic bins. "
            "Grey: Poisson scatter of the target's counts.")
