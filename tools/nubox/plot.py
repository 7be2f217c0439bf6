"""One-line plots. Each takes one file or box, or a dict of label -> file or box, and returns a matplotlib figure:

    nubox.plot.transfer({"default": "a/stats.h5", "linear": "b/stats.h5"}).savefig("transfer.png")

Files are read where a path is given. The figures of a report come from tools/report.py.
"""

import os

import numpy as np

from nubox.boxes import Field, Table
from nubox.errors import NuboxError
from nubox.maps import density_map, slab_cells
from nubox.reading import read_field, read_table

# Okabe and Ito's palette without yellow: colour-blind readers can tell the curves apart.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
DASHES = ("-", (0, (6, 2)), (0, (1, 1.5)), (0, (6, 2, 1, 2)), (0, (3, 1, 1, 1, 1, 1)), (0, (9, 2)))


def _by_label(given, read, kind):
    """label -> Table or Field."""
    given = given if isinstance(given, dict) else {"": given}
    if not given:
        raise NuboxError("nothing to plot: the dict is empty")
    read_ones = {label: read(item) if isinstance(item, (str, os.PathLike)) else item for label, item in given.items()}
    for label, item in read_ones.items():
        if not isinstance(item, kind):
            raise TypeError(f"'{label}' is a {type(item).__name__}: a {kind.__name__} or the name of its file is needed")
    return read_ones


def _column(table, label, name):
    if name not in table.arrays:
        raise NuboxError(f"{f'{label!r}: ' if label else ''}the table holds no {name}: run stats with power in "
                         "stats.statistics" + (" and with a target" if name != "power/p_model" else ""))
    return np.asarray(table.arrays[name])


def _axes():
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(6, 4), constrained_layout=True)


def _curve(axis, table, label, name, **style):
    """A column over k up to the Nyquist wavenumber of its mesh."""
    k, values = _column(table, label, "power/k"), _column(table, label, name)
    shown = k <= float(table.group_attributes.get("power", {}).get("k_nyquist_hmpc", k[-1]))
    axis.plot(k[shown], values[shown], label=label or None, **style)


def _curves(axis, tables, name):
    for i, (label, table) in enumerate(tables.items()):
        _curve(axis, table, label, name, color=COLOURS[i % len(COLOURS)], linestyle=DASHES[i // len(COLOURS) % len(DASHES)])
    axis.set_xscale("log")
    axis.set_xlabel("k  [h/Mpc]")


def _legend(axis):
    """A legend, if a curve has a label."""
    if axis.get_legend_handles_labels()[1]:
        axis.legend(frameon=False)


def power(stats):
    """P(k) of each stats file up to the Nyquist wavenumber, and of the target of the first, where there is one."""
    tables = _by_label(stats, read_table, Table)
    figure, axis = _axes()
    _curves(axis, tables, "power/p_model")
    first = next(iter(tables.values()))
    if "power/p_target" in first.arrays:
        _curve(axis, first, "target", "power/p_target", color="black", linestyle=(0, (6, 2)))
    axis.set_yscale("log")
    axis.set_ylabel("P(k)  [(Mpc/h)$^3$]")
    _legend(axis)
    return figure


def transfer(stats):
    """Transfer function T(k) = sqrt(P_model/P_target) of each stats file, with a grey band at 1 %."""
    tables = _by_label(stats, read_table, Table)
    figure, axis = _axes()
    axis.axhspan(0.99, 1.01, color="0.88", zorder=0)
    axis.axhline(1, color="black", linewidth=0.8)
    _curves(axis, tables, "power/transfer")
    axis.set_ylabel("T(k)")
    _legend(axis)
    return figure


def density(boxes):
    """Density of a slab of each box, 15 Mpc/h thick from z = 0, on one logarithmic scale."""
    import matplotlib.pyplot as plt
    from matplotlib import ticker

    fields = _by_label(boxes, read_field, Field)
    figure, axes = plt.subplots(1, len(fields), figsize=(3.2 * len(fields) + 0.9, 3.6), squeeze=False, sharey=True,
                                constrained_layout=True)
    maps, sizes = {}, {}
    for label, box in fields.items():
        sizes[label] = box.attributes["box_size_mpch"]
        painted = density_map(box.displacement, sizes[label], box.attributes["lattice_offset_cells"])
        maps[label] = np.log10(np.maximum(painted, 1e-2))
    together = np.concatenate([values.ravel() for values in maps.values()])
    # A few almost empty cells must not take half of the colours.
    lowest, highest = np.percentile(together, 1), together.max()
    for axis, (label, values) in zip(axes[0], maps.items()):
        size = sizes[label]
        image = axis.imshow(values.T, origin="lower", extent=(0, size, 0, size), vmin=lowest, vmax=highest)
        n = fields[label].attributes["n"]
        axis.set_title(label or f"slab of {slab_cells(n, size) * size / n:.1f} Mpc/h", fontsize=10)
        axis.set_xlabel("x  [Mpc/h]")
        axis.xaxis.set_major_locator(ticker.MaxNLocator(4, prune="upper"))
    axes[0, 0].set_ylabel("y  [Mpc/h]")
    figure.colorbar(image, ax=list(axes[0]), label=r"$\log_{10}\,\rho/\bar\rho$", extend="min", shrink=0.85)
    return figure
