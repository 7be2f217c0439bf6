"""Figures of correlation function, marked power, Minkowski functionals and nearest neighbours; each function
returns a Picture."""

import numpy as np

from nubox_report.figures import bands, nonzero
from nubox_report.style import TARGET, curve, legend_above, method_styles, name_of, picture, stacked_axes


def _ratio_panel(axis, measurements, styles, x, column, row=None):
    """Model over target of each method with a band of 1 %."""
    for m in measurements:
        ratio, error = m.ratio(column)
        if row is not None:
            ratio, error = ratio[row], None if error is None else error[row]
        curve(axis, x, ratio, error, None, styles[m.label])
    axis.axhspan(0.99, 1.01, color="0.85", zorder=0)
    axis.axhline(1, color="black", linewidth=0.8)
    axis.set_ylim(0.9, 1.1)
    axis.set_ylabel("ratio to target")


def correlation_figure(measurements):
    """r^2 xi(r) in real space, and its ratio to the target's."""
    styles = method_styles([m.label for m in measurements])
    figure, (top, bottom) = stacked_axes([7, 3])
    first = measurements[0]
    r = first.array("correlation/r")
    curve(top, r, r**2 * first.array("correlation/xi_target"), None, "target (massive)", {**TARGET, "zorder": 5})
    for m in measurements:
        top.plot(r, r**2 * m.array("correlation/xi_model"), label=name_of(m.label), **styles[m.label])
    _ratio_panel(bottom, measurements, styles, r, "correlation/xi")
    top.set_ylabel(r"$r^2\,\xi(r)$  [(Mpc/$h)^2$]")
    bottom.set_xlabel(r"$r$  [Mpc/$h$]")
    legend_above(top)
    return picture(figure)


def correlation_caption(measurements):
    """Estimator of the correlation function."""
    about = measurements[0].stats.group_attributes["correlation"]
    return (f"Correlation function in real space from the power: {about['estimator']}, R = {about['smoothing_mpch']:.3g} "
            f"Mpc/h. Mesh {about['mesh']}\u00b3, assignment {about['assignment']}, shot noise {about['shot_noise']}." +
            bands(measurements))


def marked_figure(measurements):
    """Marked power spectrum, and its ratio to the target's."""
    styles = method_styles([m.label for m in measurements])
    figure, (top, bottom) = stacked_axes([7, 3])
    first = measurements[0]
    k, nyquist = first.array("marked/k"), first.stats.group_attributes["marked"]["k_nyquist_hmpc"]
    curve(top, k, first.array("marked/m_target"), first.error("marked/m_target"), "target (massive)",
          {**TARGET, "zorder": 5})
    for m in measurements:
        top.loglog(k, m.array("marked/m_model"), label=name_of(m.label), **styles[m.label])
    _ratio_panel(bottom, measurements, styles, k, "marked/m")
    bottom.set_xlim(0.9 * k[0], nyquist)
    shown = first.array("marked/m_target")[k <= nyquist]
    top.set_ylim(0.5 * shown.min(), 2 * shown.max())
    top.set_ylabel(r"$M(k)$  [(Mpc/$h)^3$]")
    bottom.set_xlabel(r"$k$  [$h$/Mpc]")
    legend_above(top)
    return picture(figure)


def marked_caption(measurements):
    """Mark and its parameters."""
    about = measurements[0].stats.group_attributes["marked"]
    return (f"Marked power spectrum: {about['mark']}, top-hat of {about['radius_mpch']:g} Mpc/h, delta_s = "
            f"{about['delta_s']:g}, p = {about['p']:g}. Shot noise {about['shot_noise']}." + bands(measurements))


def minkowski_figure(measurements):
    """The four functionals by threshold."""
    styles = method_styles([m.label for m in measurements])
    figure, axes = stacked_axes([1, 1, 1, 1], height=8.4)
    first = measurements[0]
    threshold = first.array("minkowski/threshold")
    for order, axis in enumerate(axes):
        name = f"minkowski/v{order}"
        curve(axis, threshold, first.array(f"{name}_target"), first.error(f"{name}_target"), "target (massive)",
              {**TARGET, "zorder": 5})
        for m in measurements:
            axis.plot(threshold, m.array(f"{name}_model"), label=name_of(m.label), **styles[m.label])
        unit = ("", r"  [$h$/Mpc]", r"  [($h$/Mpc)$^2$]", r"  [($h$/Mpc)$^3$]")[order]
        axis.set_ylabel(rf"$v_{order}$" + unit)
        axis.axhline(0, color="0.6", linewidth=0.6)
    axes[-1].set_xlabel(r"threshold of $\delta_R$")
    legend_above(axes[0])
    return picture(figure)


def minkowski_caption(measurements):
    """Smoothing and estimator of the functionals."""
    about = measurements[0].stats.group_attributes["minkowski"]
    return (f"Minkowski functionals per volume (volume, area, mean curvature, Euler characteristic) of the regions above "
            f"a threshold; {about['filter']}, R = {about['radius_mpch']:g} Mpc/h; {about['estimator']}." +
            bands(measurements))


def knn_figure(measurements):
    """Peaked distribution functions min(F, 1 - F) of the target's neighbours, and the ratio of F to it."""
    styles = method_styles([m.label for m in measurements])
    first = measurements[0]
    neighbours = first.array("knn/k")
    figure, axes = stacked_axes([6] + [2] * len(neighbours), height=4 + 1.4 * len(neighbours))
    radius = first.array("knn/radius")
    for row, k in enumerate(neighbours):
        for m, column, style in [(first, "knn/cdf_target", {**TARGET, "zorder": 5})] + [
                (m, "knn/cdf_model", styles[m.label]) for m in measurements]:
            cdf = m.array(column)[row]
            label = None if row else "target (massive)" if column.endswith("target") else name_of(m.label)
            axes[0].loglog(radius, nonzero(np.minimum(cdf, 1 - cdf)), label=label, **style)
        _ratio_panel(axes[row + 1], measurements, styles, radius, "knn/cdf", row)
        axes[row + 1].set_ylabel(f"ratio, k = {k}")
    axes[0].set_ylabel(r"min($F_k$, $1-F_k$)")
    axes[0].set_ylim(bottom=1e-4)
    axes[-1].set_xlabel(r"$r$  [Mpc/$h$]")
    legend_above(axes[0])
    return picture(figure)


def knn_caption(measurements):
    """Points and neighbours."""
    first = measurements[0]
    about = first.stats.group_attributes["knn"]
    return (f"Distribution of the distance from {about['points_per_side']}\u00b3 points to the k-th nearest particle, k = "
            f"{', '.join(str(k) for k in first.array('knn/k'))}. Below: ratio of the distribution functions." +
            bands(measurements))


# (dataset that has to exist, name, title, figure, caption)
FIGURES = (
    ("correlation/xi_target", "correlation", "Correlation function", correlation_figure, correlation_caption),
    ("marked/m_target", "marked", "Marked power spectrum", marked_figure, marked_caption),
    ("minkowski/v0_target", "minkowski", "Minkowski functionals", minkowski_figure, minkowski_caption),
    ("knn/cdf_target", "knn", "Nearest neighbours", knn_figure, knn_caption),
)
