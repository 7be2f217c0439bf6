"""Figures of haloes; each function returns a Picture."""

import matplotlib.pyplot as plt
import numpy as np

from nubox_report.figures import bands, nonzero
from nubox_report.style import TARGET, curve, legend_above, method_styles, name_of, picture, stacked_axes


def has_haloes(measurements):
    """Whether all were measured and the target has any halo."""
    return all(m.has("haloes/hmf_target") for m in measurements) and \
        bool(np.any(measurements[0].array("haloes/hmf_target") > 0))


def haloes_figure(measurements):
    """Halo mass function, its ratio to the target's and, of matched haloes, the scatter of the mass."""
    styles = method_styles([m.label for m in measurements])
    matched = [m for m in measurements if m.has("haloes/match_mass_scatter")]
    figure, axes = stacked_axes([6, 3, 2.6] if matched else [7, 3], height=7.4 if matched else 6.0)
    first = measurements[0]
    edges, target = first.array("haloes/mass_edges"), nonzero(first.array("haloes/hmf_target"))
    mass = np.sqrt(edges[1:] * edges[:-1])
    curve(axes[0], mass, target, first.error("haloes/hmf_target"), "target (massive)",
          {**TARGET, "marker": "o", "markersize": 3, "zorder": 5})
    for m in measurements:
        axes[0].loglog(mass, nonzero(m.array("haloes/hmf_model")), label=name_of(m.label), **styles[m.label])
        ratio, error = m.ratio("haloes/hmf")
        curve(axes[1], mass, np.where(np.isfinite(target), ratio, np.nan), error, None, styles[m.label])
    for m in matched:
        axes[2].semilogx(mass, 100 * m.array("haloes/match_mass_scatter"), **styles[m.label])
    poisson = 1 / np.sqrt(nonzero(first.realisations * first.array("haloes/counts_target").astype(float)))
    axes[1].fill_between(mass, 1 - poisson, 1 + poisson, color="0.88", zorder=0)
    axes[1].axhline(1, color="black", linewidth=0.8)
    axes[1].set_ylim(0.7, 1.3)
    filled = mass[np.isfinite(target)]
    axes[-1].set_xlim(0.8 * filled[0], 1.25 * filled[-1])
    axes[0].set_ylabel(r"$\mathrm{d}n/\mathrm{d}\ln M$  [($h$/Mpc)$^3$]")
    axes[1].set_ylabel("ratio to target")
    if matched:
        axes[2].set_ylabel("mass scatter\nof matches  [%]")
        axes[2].set_ylim(bottom=0)
    axes[-1].set_xlabel(r"$M$  [$M_\odot/h$]")
    legend_above(axes[0])
    return picture(figure)


def haloes_caption(measurements):
    """Finder and masses of the haloes."""
    first = measurements[0]
    haloes = first.stats.group_attributes["haloes"]
    found = first.array("haloes/counts_target").sum() * first.realisations
    return (f"Friends of friends with a linking length of {haloes['linking_length']:g} mean separations and at least "
            f"{haloes['least_particles']} particles; masses of dark matter and baryons without neutrinos; {found:.0f} "
            "haloes in the target. Grey: Poisson scatter of the target's haloes. Matches have the most Lagrangian sites "
            "in common." + bands(measurements))


def has_clustering(measurements):
    """Whether spectra and pairwise velocities of haloes were measured."""
    return all(m.has("haloes/power/p0_target") and m.has("haloes/pairs/velocity_target") for m in measurements)


def clustering_figure(measurements):
    """Ratios to the target's: bias, P0 and P2 of the haloes; and their pairwise velocity."""
    styles = method_styles([m.label for m in measurements])
    figure, axes = plt.subplots(4, 1, figsize=(6.2, 9.0), layout="constrained")
    first = measurements[0]
    k = first.array("haloes/power/k")
    panels = (("bias", "bias"), ("p0", r"$P_0$"), ("p2", r"$P_2$"))
    for axis, (column, text) in zip(axes, panels):
        for m in measurements:
            ratio, error = m.ratio(f"haloes/power/{column}")
            curve(axis, k, ratio, error, name_of(m.label), styles[m.label])
        axis.axhline(1, color="black", linewidth=0.8)
        axis.set_xscale("log")
        axis.set_xlim(0.9 * k[0], k[len(k) // 2])
        axis.set_ylim(0.8, 1.2)
        axis.set_ylabel(text + " ratio")
    axes[2].set_xlabel(r"$k$  [$h$/Mpc]")
    edges = first.array("haloes/pairs/distance_edges")
    distance = 0.5 * (edges[1:] + edges[:-1])
    curve(axes[3], distance, first.array("haloes/pairs/velocity_target"), first.error("haloes/pairs/velocity_target"),
          "target (massive)", {**TARGET, "zorder": 5})
    for m in measurements:
        axes[3].plot(distance, m.array("haloes/pairs/velocity_model"), **styles[m.label])
    axes[3].legend()
    axes[3].set_xlabel(r"$r$  [Mpc/$h$]")
    axes[3].set_ylabel(r"$v_{12}$  [km/s]")
    legend_above(axes[0])
    return picture(figure)


def clustering_caption(measurements):
    """Weights and redshift space of the haloes' spectra."""
    about = measurements[0].stats.group_attributes["haloes/power"]
    return (f"Haloes of {about['min_mass_msunh']:.3g} Msun/h and more, {about['weights']}: bias (cross spectrum with the "
            f"particles), monopole and quadrupole along {about['line_of_sight']} in redshift space relative to the "
            f"target's (shot noise {about['shot_noise']}, interlacing: {about['interlacing']}), and the mean pairwise "
            "velocity." + bands(measurements))
