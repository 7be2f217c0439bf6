"""What is left of the density when a method's box is taken from the target's: maps, distributions, Q-Q."""

import matplotlib.pyplot as plt
import numpy as np

from nubox_report.style import TARGET, method_styles, name_of, picture

# Bins of a drawn distribution; files have finer ones, whose tails are mostly empty.
SHOWN_BINS = 160
# The difference of two independent realisations, which no method made.
OTHER = {"color": "0.55", "linestyle": (0, (1, 1.5))}


def has_maps(measurements):
    """Whether the files carry maps and residuals (those of one realisation do, means do not)."""
    return all(m.has("residual/map_residual") and m.has("residual/histogram") for m in measurements)


def density_of(measurement, ending=""):
    """(centres, probability density) of a histogram of residuals, in at most SHOWN_BINS bins."""
    edges, counts = measurement.array(f"residual/edges{ending}"), measurement.array(f"residual/histogram{ending}")
    starts = np.arange(0, len(counts), -(-len(counts) // SHOWN_BINS))
    edges, counts = np.append(edges[starts], edges[-1]), np.add.reduceat(counts.astype(float), starts)
    return 0.5 * (edges[1:] + edges[:-1]), counts / (counts.sum() * np.diff(edges))


def _distribution(axis, curves):
    """Densities with logarithmic axis, and a Gaussian of the standard deviation of each.
    curves: (label, style, measurement, ending of the datasets)."""
    width = 0.0
    for label, style, measurement, ending in curves:
        x, density = density_of(measurement, ending)
        mean, sigma = measurement.array(f"residual/moments{ending}")[:2]
        shown = density > 0
        axis.semilogy(x[shown], density[shown], label=label, **style)
        grid = mean + sigma * np.linspace(-4, 4, 81)
        axis.semilogy(grid, np.exp(-0.5 * ((grid - mean) / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi)),
                      color=style["color"], linewidth=0.7, alpha=0.6)
        width = max(width, sigma)
    highest = max(density_of(m, ending)[1].max() for _, _, m, ending in curves)
    axis.set_xlim(-8 * width, 8 * width)
    axis.set_ylim(1e-5 * highest, 12 * highest)
    axis.set_xlabel(r"difference of $\rho/\bar\rho$")
    axis.set_ylabel("probability density")
    axis.legend(loc="upper left", fontsize=7, handlelength=2)


def _maps(axes, shown, box_mpch):
    """Target's slab, then target minus each method on one symmetric range; returns the images."""
    extent = (0, box_mpch, 0, box_mpch)
    target = axes[0].imshow(np.log10(np.maximum(shown[0].array("residual/map_target"), 1e-2)).T, origin="lower",
                            extent=extent, cmap="viridis")
    axes[0].set_title("target (massive)")
    axes[0].set_ylabel("y  [Mpc/$h$]")
    limit = np.percentile(np.abs(shown[0].array("residual/map_residual")), 99.5) or 1.0
    for axis, m in zip(axes[1:], shown):
        image = axis.imshow(m.array("residual/map_residual").T, origin="lower", extent=extent, cmap="PuOr",
                            vmin=-limit, vmax=limit)
        axis.set_title(f"target - {name_of(m.label)}")
    for axis in axes:
        axis.set_xlabel("x  [Mpc/$h$]")
    return target, image


def _yardstick(measurement, style):
    """Curves (as of _distribution) against other realisations, those that the file holds."""
    name = name_of(measurement.label)
    possible = [(f"{name} - realisation 1", style, "_model_independent"),
                ("target - realisation 1", TARGET, "_target_independent"),
                ("realisation 1 - realisation 2", OTHER, "_independent")]
    return [(label, line, measurement, ending) for label, line, ending in possible
            if measurement.has(f"residual/histogram{ending}")]


def _quantiles(axis, shown, styles):
    """Quantiles of standardised residuals against those of a Gaussian."""
    for m in shown:
        axis.plot(*m.array("residual/qq").T, label=name_of(m.label), **styles[m.label])
    axis.plot([-3, 3], [-3, 3], color="0.6", linewidth=0.8, zorder=0)
    axis.set(xlim=(-3.2, 3.2), ylim=(-6, 6), xlabel="quantile of a Gaussian  [sigma]",
             ylabel="quantile of the residual  [sigma]")
    axis.legend(loc="upper left", fontsize=7, handlelength=2)


def residual_figure(measurements, chosen):
    """Slab of the target and of the residuals of up to three methods (labels, the input first); below their
    distributions, the yardstick of independent realisations (where measured) and the Q-Q plot."""
    by_label = {m.label: m for m in measurements}
    shown = [by_label[label] for label in chosen if label in by_label][:3]
    styles = method_styles([m.label for m in measurements])
    yardstick = _yardstick(shown[-1], styles[shown[-1].label])
    figure = plt.figure(figsize=(3.6 * (1 + len(shown)), 7.6), layout="constrained")
    upper, lower = figure.subfigures(2, 1)
    maps = upper.subplots(1, 1 + len(shown), sharey=True)
    target, residual = _maps(maps, shown, shown[0].box_mpch)
    upper.colorbar(target, ax=maps[0], label=r"$\log_{10}\,\rho/\bar\rho$", location="top", shrink=0.9)
    upper.colorbar(residual, ax=list(maps[1:]), label=r"difference of $\rho/\bar\rho$", location="top", extend="both",
                   shrink=0.9 / len(shown))
    panels = lower.subplots(1, 3 if yardstick else 2)
    _distribution(panels[0], [(f"target - {name_of(m.label)}", styles[m.label], m, "") for m in shown])
    if yardstick:
        _distribution(panels[1], yardstick)
    _quantiles(panels[-1], shown, styles)
    return picture(figure)


def residual_caption(measurements, chosen):
    """Slab, smoothing and the moments of every residual shown."""
    about = measurements[0].stats.group_attributes["residual"]
    moments = "; ".join(
        "target - {}: mean {:.2g}, standard deviation {:.3g}, skewness {:.3g}, kurtosis {:.3g}".format(
            name_of(m.label), *m.array("residual/moments")) for m in measurements if m.label in chosen)
    return (f"{measurements[0].which().capitalize()}. Maps: mean of rho/mean over a slab of {about['slab_mpch']:.3g} "
            f"Mpc/h, residuals on one range (99.5 % of the first). Distributions of the cells (mesh "
            f"{about['mesh']}\u00b3, {about['assignment']}; smoothing: {about['smoothing']}) with Gaussians of "
            f"equal mean and width; Q-Q of the standardised residuals. {moments}.")
