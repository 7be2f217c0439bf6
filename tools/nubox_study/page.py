"""The study's page and figure from its curves (per cent over k)."""

import numpy as np

from nubox_report.style import plt, png

TITLE = "# Accuracy of the matched-pair simulator"

NAMES = {"supereasy": "SuperEasy source", "steps-60": "60 steps", "mesh-3N": "mesh 3N",
         "mesh-6N": "mesh 6N, 80 steps", "cola-15": "COLA, 15 steps", "seeds-125": "scatter of a seed, 125 Mpc/h",
         "seeds-250": "scatter of a seed, 250 Mpc/h", "seeds-500": "scatter of a seed, 500 Mpc/h"}
STYLES = {"supereasy": {"color": "#0072B2", "linestyle": "-"},
          "steps-60": {"color": "#D55E00", "linestyle": (0, (6, 2, 1, 2))},
          "mesh-3N": {"color": "#009E73", "linestyle": (0, (1, 1.5))},
          "mesh-6N": {"color": "black", "linestyle": (0, (6, 2))},
          "cola-15": {"color": "#CC79A7", "linestyle": (0, (9, 2))},
          "seeds-125": {"color": "0.75", "linestyle": "-"}, "seeds-250": {"color": "0.55", "linestyle": "-"},
          "seeds-500": {"color": "0.35", "linestyle": "-"}}
SHOWN_K_HMPC = (0.1, 0.3, 0.5, 0.8, 1.0, 1.5)


def figure(linear, ratio, power):
    """Linear growth, P(0.15)/P(0) and P(k), each as per cent from its reference, as PNG bytes."""
    canvas, axes = plt.subplots(3, 1, figsize=(6.6, 9.2), gridspec_kw={"hspace": 0.28})
    for curve, color in zip(linear, ("#0072B2", "#56B4E9", "#D55E00", "#E69F00") * 2):
        dashes = "-" if curve["k_max"] > 0.03 else (0, (4, 2))
        axes[0].plot(curve["k"], curve["percent"], color=color, linestyle=dashes,
                     label=f"{curve['mass']:g} eV, z = {curve['redshift']}, {curve['title']}")
    axes[0].axhspan(-0.1, 0.1, color="0.92", zorder=0)
    axes[0].set(xlim=(0.002, 0.05), ylim=(-0.2, 0.2), ylabel="P(M)/P(0) from linear theory [%]")
    axes[0].legend(ncols=2, fontsize=7, loc="lower left")
    for name, (k, percent) in ratio.items():
        axes[1].plot(k, percent, label=_label(name), **STYLES[name])
    axes[1].axhspan(-0.3, 0.3, color="0.92", zorder=0)
    axes[1].set(xlim=(0.05, 1.55), ylim=(-1.5, 1.5), ylabel="change of P(0.15 eV)/P(0) [%]")
    axes[1].legend(ncols=2, fontsize=7, loc="lower left")
    for name, (k, percent) in power.items():
        axes[2].plot(k, percent, label=_label(name), **STYLES[name])
    axes[2].set(xlim=(0.05, 1.55), ylabel="change of P(k), 0 eV [%]")
    axes[2].legend(fontsize=8, loc="upper left")
    for axis in axes:
        axis.axhline(0, color="0.6", linewidth=0.6, zorder=0)
        axis.set_xlabel("k [h/Mpc]")
    axes[1].set_ylim(*_limits(ratio))
    axes[2].set_ylim(*_limits(power))
    return png(canvas)


def _label(name):
    return NAMES[name] + (" (from 60 steps)" if name == "cola-15" else "")


def _limits(curves):
    values = np.concatenate([percent[k < 1.55] for k, percent in curves.values()])
    margin = 0.08 * (values.max() - values.min())
    return values.min() - 4 * margin, values.max() + margin


def _largest(k, percent, k_max):
    return np.abs(percent[k <= k_max]).max()


def _verdict(value, bar):
    return "holds" if value <= bar else "**missed**"


def _bars(linear, ratio):
    """Rows of the table of bars: check, measured per cent, bar, verdict."""
    for curve in linear:
        value = np.abs(curve["percent"]).max()
        yield (f"linear growth, P({curve['mass']:g} eV)/P(0) against the table, z = {curve['redshift']}, "
               f"{curve['title']}, k < {curve['k_max']:g}", value, 0.1)
    yield "SuperEasy against table source, k <= 1", _largest(*ratio["supereasy"], 1.0), 0.1
    for name, what in (("steps-60", "steps 30 -> 60"), ("mesh-3N", "mesh 2N -> 3N")):
        yield f"convergence of P(0.15)/P(0): {what}, k <= 0.8", _largest(*ratio[name], 0.8), 0.3
    for size in (125, 250, 500):
        k, percent = ratio[f"seeds-{size}"]
        yield (f"P(0.15)/P(0) of one seed in {size} Mpc/h, standard deviation (rms over k <= 0.8)",
               np.sqrt(np.mean(percent[k <= 0.8] ** 2)), 0.3)


def _table(curves, title, digits):
    lines = [f"| {title} | " + " | ".join(f"k = {k:g}" for k in SHOWN_K_HMPC) + " |",
             "|---|" + "---|" * len(SHOWN_K_HMPC)]
    for name, (k, percent) in curves.items():
        cells = [f"{percent[np.argmin(np.abs(k - shown))]:+.{digits}f}" if shown <= k[-1] else "-"
                 for shown in SHOWN_K_HMPC]
        lines.append(f"| {_label(name)} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def readme(runs, linear, ratio, box, power, versions):
    """The page, in Markdown."""
    base = runs["base"]
    spacing = base.box_mpch / base.n
    k, difference, error = (curve[box[0] <= 0.8] for curve in box)
    difference, expected = (np.sqrt(np.mean(curve ** 2)) for curve in (difference, error))
    fine_k, fine = power["steps-60"]

    def cost(k_hmpc):
        return fine[np.argmin(np.abs(fine_k - k_hmpc))]

    bars = "\n".join(f"| {check} | {value:.3f} % | {bar} % | {_verdict(value, bar)} |"
                     for check, value, bar in _bars(linear, ratio))
    return f"""{TITLE}

Written by `tools/simulator_study.py` from runs of `nubox simulate` and `nubox stats`.
Base: {base.n}^3 particles in {base.box_mpch:g} Mpc/h ({spacing:.2f} Mpc/h spacing), 2LPT at z = 19,
{base.steps} steps uniform in sqrt(a), mesh 2N, table source, z = 0, seed 1. Every other run differs from it only as
named and has the same phases. P(k): PCS, interlaced, mesh 2N, window divided out, shot noise left in, bins
of one fundamental wavenumber.

| check | measured (largest over k) | bar | |
|---|---|---|---|
{bars}

![deviations over k](simulator_study.png)

Linear growth: {runs['linear-low'].n}^3 in {runs['linear-low'].box_mpch:g} Mpc/h with A_s x 1e-4,
{runs['linear-full'].n}^3 in {runs['linear-full'].box_mpch:g} Mpc/h at full amplitude (mean of a run and its
phase-flipped partner), fixed amplitudes, linear theory averaged over the modes of each bin. What rises at
full amplitude, 0.6 eV and z = 0 is one-loop growth, physics and not error.

The scatter of the ratio among seeds is sample variance: it falls as the square root of the volume and is
no property of the method (the boxes of the scatter in 250 and 500 Mpc/h have a spacing of 3.9 Mpc/h).
One {runs['box-250'].box_mpch:g} Mpc/h box of the base's spacing differs from the mean of the base's
{len(base.seeds)} seeds by {difference:.2f} % (rms over k <= 0.8), where that scatter makes {expected:.2f} % likely.

## Change of P(0.15 eV)/P(0), per cent

{_table(ratio, "from the base", 3)}

## Change of P(k) without neutrino mass, per cent

{_table(power, "run", 2)}

COLA with 15 steps is compared with 60 steps of the particle mesh, the others with the base run. The mesh
6N run resolves the force on a third of the base's scale and is the stand-in for snapshots of tree codes; its
pair takes four minutes of one core. Mesh 2N lacks power where haloes are resolved, for both masses alike: the
ratio of the masses changes by a tenth of what the power does. The base's 30 steps lose {cost(0.1):.1f} % of
the power at k = 0.1 and {cost(1):.1f} % at k = 1 next to 60, which hardly touches the ratio.

Boxes made by {', '.join(versions)}.
"""
