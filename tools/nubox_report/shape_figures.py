"""Figures of bispectrum and voids; each function returns a Picture."""

import numpy as np
from matplotlib import ticker

from nubox_report.figures import bands, nonzero
from nubox_report.style import TARGET, curve, legend_above, method_styles, name_of, picture, stacked_axes


def bispectrum_figure(measurements):
    """B by angle, its ratio to the target's, and the reduced bispectrum Q."""
    styles = method_styles([m.label for m in measurements])
    figure, (top, middle, bottom) = stacked_axes([5, 3, 3], height=7.6)
    first = measurements[0]
    angle = first.array("bispectrum/theta") / np.pi
    for axis, name in ((top, "b"), (bottom, "q")):
        curve(axis, angle, first.array(f"bispectrum/{name}_target"), first.error(f"bispectrum/{name}_target"),
              "target (massive)", {**TARGET, "zorder": 5})
    for m in measurements:
        top.plot(angle, m.array("bispectrum/b_model"), label=name_of(m.label), **styles[m.label])
        ratio, error = m.ratio("bispectrum/b")
        curve(middle, angle, ratio, error, None, styles[m.label])
        bottom.plot(angle, m.array("bispectrum/q_model"), **styles[m.label])
    middle.axhspan(0.99, 1.01, color="0.85", zorder=0)
    middle.axhline(1, color="black", linewidth=0.8)
    middle.set_ylim(0.85, 1.15)
    bispectrum = first.array("bispectrum/b_target")
    top.set_ylim(min(0, 1.2 * bispectrum.min()), 1.35 * bispectrum.max())
    # Up to a power of ten above the axis, as in 1e7.
    top.ticklabel_format(axis="y", style="sci", scilimits=(0, 0))
    k1, k2 = (float(first.stats.group_attributes["bispectrum"][name]) for name in ("k1_hmpc", "k2_hmpc"))
    top.set_title(rf"$k_1={k1:g}$, $k_2={k2:g}\;h$/Mpc; left $k_3={k1 + k2:g}$, right $k_3={abs(k1 - k2):g}$",
                  fontsize=9)
    top.set_ylabel(r"$B$  [(Mpc/$h)^6$]")
    middle.set_ylabel(r"$B/B_\mathrm{target}$")
    bottom.set_ylabel(r"$Q$")
    bottom.set_xlabel(r"$\theta/\pi$")
    bottom.set_xlim(0, 1)
    legend_above(top)
    return picture(figure)


def bispectrum_caption(measurements):
    """Shells and density of the bispectrum."""
    about = measurements[0].stats.group_attributes["bispectrum"]
    return ("Top: bispectrum by the angle between the sides. Middle: ratio of the means, band 1 %. Bottom: "
            f"{about['reduced_bispectrum']}. Mesh {about['mesh']}\u00b3, assignment {about['assignment']}, "
            f"interlacing {about['interlacing']}; shells "
            f"{about['shell_rule']}; shot noise {about['shot_noise']}." + bands(measurements))


def has_voids(measurements):
    """Whether any void stands in the target."""
    return all(m.has("voids/vsf_target") for m in measurements) and \
        bool(np.any(measurements[0].array("voids/vsf_target") > 0))


def voids_figure(measurements):
    """Void size function, and its ratio to the target's."""
    styles = method_styles([m.label for m in measurements])
    figure, (top, bottom) = stacked_axes([7, 3])
    first = measurements[0]
    radius, target = first.array("voids/vsf_radius"), nonzero(first.array("voids/vsf_target"))
    curve(top, radius, target, first.error("voids/vsf_target"), "target (massive)",
          {**TARGET, "marker": "o", "markersize": 3, "zorder": 5})
    for m in measurements:
        top.loglog(radius, nonzero(m.array("voids/vsf_model")), label=name_of(m.label), **styles[m.label])
        ratio, error = m.ratio("voids/vsf")
        ratio = np.where(np.isfinite(target), ratio, np.nan)
        curve(bottom, radius, ratio, error, None, styles[m.label])
    # The mean of R voids per realisation scatters by 1 / sqrt(all voids of the bin).
    counts = first.realisations * _counts_of_bins(first)
    poisson = 1 / np.sqrt(nonzero(counts))
    order = np.argsort(radius)
    bottom.fill_between(radius[order], 1 - poisson[order], 1 + poisson[order], color="0.88", zorder=0)
    bottom.axhline(1, color="black", linewidth=0.8)
    bottom.set_ylim(0.7, 1.3)
    filled = radius[np.isfinite(target)]
    bottom.set_xlim(0.93 * filled.min(), 1.07 * filled.max())
    top.set_ylim(0.5 * np.nanmin(target), 2 * np.nanmax(target))
    bottom.xaxis.set_major_locator(ticker.LogLocator(subs=(1, 1.5, 2, 3, 4, 5, 7)))
    bottom.xaxis.set_major_formatter(ticker.FormatStrFormatter("%g"))
    bottom.xaxis.set_minor_formatter(ticker.NullFormatter())
    top.set_ylabel(r"$\mathrm{d}n/\mathrm{d}R$  [($h$/Mpc)$^4$]")
    bottom.set_ylabel("ratio to target")
    bottom.set_xlabel(r"$R$  [Mpc/$h$]")
    legend_above(top)
    return picture(figure)


def _counts_of_bins(measurement):
    """Target voids per realisation in each bin of the size function: those of the larger radius of the bin."""
    return measurement.array("voids/counts_target")[:len(measurement.array("voids/vsf_radius"))].astype(float)


def voids_caption(measurements):
    """Finder and radii of the voids."""
    voids, first = measurements[0].stats.group_attributes["voids"], measurements[0]
    radii = ", ".join(f"{r:.3g}" for r in first.array("voids/radii"))
    found = first.array("voids/counts_target").sum() * first.realisations
    return (f"Spherical-overdensity voids below a contrast of {voids['threshold']:g}, rule {voids['rule']}, radii "
            f"{radii} Mpc/h; {found:.0f} voids in the target. Grey: Poisson scatter of the target's voids." +
            bands(measurements))
