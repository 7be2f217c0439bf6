"""Figures of power spectrum, density PDF and displacement; each function returns a Picture."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import ticker

from nubox_report.style import TARGET, curve, legend_above, method_styles, name_of, picture, stacked_axes

# Share of the Nyquist wavenumber up to which aliasing leaves P(k) readable.
TRUSTED_NYQUIST_SHARE = 0.7
BANDS = "Bands: error of the mean over the realisations, above that of the target, below that of each method's ratio."


def k_nyquist_hmpc(measurement):
    """Nyquist wavenumber of the power spectrum's mesh, h/Mpc."""
    return float(measurement.stats.group_attributes["power"]["k_nyquist_hmpc"])


def _transfer_panel(axis, measurements, styles):
    """T(k) of every method with guides at 1 and 5 %."""
    for m in measurements:
        curve(axis, m.array("power/k"), m.array("power/transfer"), m.error("power/transfer"), name_of(m.label),
              styles[m.label])
    axis.set_xscale("log")
    axis.axhspan(0.99, 1.01, color="0.85", zorder=0)
    axis.axhline(1, color="black", linewidth=0.8)
    for guide in (0.95, 1.05):
        axis.axhline(guide, color="0.6", linewidth=0.6, linestyle=":")
    transfer = np.concatenate([trusted(m, "transfer") for m in measurements])
    # At most 10 % either way: one poor method must not flatten the differences of the others.
    axis.set_ylim(max(0.9, min(0.985, transfer.min() - 0.005)), min(1.1, max(1.015, transfer.max() + 0.005)))
    axis.set_ylabel(r"$T(k)$")


def _wavenumber_axis(axes, measurement):
    """Range in k of panels over one axis, beyond the trusted share of Nyquist in grey."""
    nyquist = k_nyquist_hmpc(measurement)
    for axis in axes:
        axis.axvspan(TRUSTED_NYQUIST_SHARE * nyquist, 10 * nyquist, color="0.93", zorder=0)
    axes[-1].set_xlim(0.9 * measurement.array("power/k")[0], nyquist)
    axes[-1].set_xlabel(r"$k$  [$h$/Mpc]")


def power_figure(measurements):
    """P(k) of target and methods; T(k); 1 - r^2."""
    styles = method_styles([m.label for m in measurements])
    figure, (top, middle, bottom) = stacked_axes([5, 3, 2.4], height=7.4)
    first = measurements[0]
    curve(top, first.array("power/k"), first.array("power/p_target"), first.error("power/p_target"),
          "target (massive)", {**TARGET, "zorder": 5})
    for m in measurements:
        k = m.array("power/k")
        top.loglog(k, m.array("power/p_model"), label=name_of(m.label), **styles[m.label])
        stochastic = 1 - m.array("power/correlation") ** 2
        # Corners of the mesh hold too few modes for a correlation: one mode has r = 1.
        shown = (stochastic > 0) & (k <= k_nyquist_hmpc(m))
        bottom.loglog(k[shown], stochastic[shown], **styles[m.label])
    _transfer_panel(middle, measurements, styles)
    _wavenumber_axis((top, middle, bottom), first)
    spectrum = first.array("power/p_target")[first.array("power/k") <= k_nyquist_hmpc(first)]
    top.set_ylim(0.5 * spectrum.min(), 2 * spectrum.max())
    top.set_ylabel(r"$P(k)$  [(Mpc/$h)^3$]")
    bottom.set_ylabel(r"$1-r^2(k)$")
    legend_above(top)
    return picture(figure)


def transfer_figure(measurements):
    """T(k) alone, for variants of one method."""
    figure, axis = plt.subplots(figsize=(6.2, 3.8))
    _transfer_panel(axis, measurements, method_styles([m.label for m in measurements]))
    _wavenumber_axis((axis,), measurements[0])
    legend_above(axis)
    return picture(figure)


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
    curve(top, centre, target, first.error("pdf/fraction_target"), "target (massive)", {**TARGET, "zorder": 5})
    for m in measurements:
        top.loglog(centre, nonzero(m.array("pdf/fraction_model")), label=name_of(m.label), **styles[m.label])
        ratio, error = m.ratio("pdf/fraction")
        curve(bottom, centre, 100 * (ratio - 1), None if error is None else 100 * error, None, styles[m.label])
    # Bins with few cells say more about noise than about a method.
    scatter = 100 / np.sqrt(nonzero(first.realisations * first.array("pdf/counts_target")))
    bottom.fill_between(centre, -scatter, scatter, color="0.88", zorder=0)
    bottom.axhline(0, color="black", linewidth=0.8)
    bottom.set_ylim(-15, 15)
    filled = centre[np.isfinite(target)]
    bottom.set_xlim(filled[0], filled[-1])
    top.set_ylim(0.5 * np.nanmin(target), 2 * np.nanmax(target))
    # One or two decades: label 1, 2, 5 and leave the rest to bare ticks.
    bottom.xaxis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5)))
    bottom.xaxis.set_major_formatter(ticker.FormatStrFormatter("%g"))
    bottom.xaxis.set_minor_formatter(ticker.NullFormatter())
    top.set_ylabel("fraction of cells")
    bottom.set_ylabel("difference  [%]")
    bottom.set_xlabel(r"$\rho/\bar\rho$, smoothed")
    legend_above(top)
    return picture(figure)


def nonzero(values):
    """As float, with NaN for zero: logarithmic axes leave a gap there."""
    return np.where(values > 0, values, np.nan).astype(float)


def displacement_figure(measurements):
    """Mean absolute displacement error by component; logarithmic, as methods differ by orders of magnitude."""
    styles = method_styles([m.label for m in measurements])
    figure, axis = plt.subplots(figsize=(6.2, 3.4))
    markers = "osD^vP*X<>"
    for i, m in enumerate(measurements):
        x = np.arange(3) + 0.7 * ((i + 0.5) / len(measurements) - 0.5)
        errors = nonzero(m.displacement_error_mpch())
        axis.errorbar(x, errors, yerr=m.error("residual/displacement_mean_abs"), linestyle="none",
                      marker=markers[i % len(markers)], markersize=6, color=styles[m.label]["color"],
                      label=name_of(m.label))
        for place, error in zip(x, errors):
            if np.isfinite(error):
                # Upright: neighbours of one size would write over each other.
                axis.annotate(f"{error:.2g}", (place, error), xytext=(0, 7), textcoords="offset points",
                              ha="center", va="bottom", rotation=90, fontsize=6.5)
    axis.set_yscale("log")
    axis.set_xticks(range(3), ["x", "y", "z"])
    axis.set_xlabel("component")
    axis.set_ylabel("mean |displacement error|\n[Mpc/$h$]")
    axis.margins(x=0.08, y=0.2)
    legend_above(axis)
    return picture(figure)


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
    return picture(figure)


def bands(measurements):
    """The sentence on error bands, where there are any."""
    return " " + BANDS if measurements[0].realisations > 1 else ""


def power_caption(measurements):
    """Panels and conventions of the power figure."""
    return ("Top: P(k). Middle: transfer function sqrt(P / P_target), band 1 %, guides 5 %. Bottom: stochastic power "
            "that no filter removes. Grey: beyond 0.7 of the Nyquist wavenumber. " + measurements[0].conventions() +
            bands(measurements))


def pdf_caption(measurements):
    """Smoothing and bins of the PDF."""
    pdf = measurements[0].stats.group_attributes["pdf"]
    count = len(measurements[0].array("pdf/edges")) - 1
    return (f"Cells by density after a {pdf['filter']} of radius {pdf['radius_mpch']:g} Mpc/h, {count} logarithmic "
            "bins. Grey: Poisson scatter of the target's counts." + bands(measurements))
