"""Colours, dashes and axes that all figures share."""

import io
from dataclasses import dataclass

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

# Named in the metadata of every page and picture.
MAKER = "nubox report tools"

# Okabe and Ito's palette, which colour-blind readers can tell apart, with the roles and dashes of the
# paper: target black dashed, input red dash-dotted, network blue solid, Zel'dovich green dotted.
TARGET = {"color": "black", "linestyle": (0, (6, 2)), "linewidth": 1.4}
METHODS = {
    "identity": {"color": "#D55E00", "linestyle": (0, (6, 2, 1, 2))},
    "linear": {"color": "#CC79A7", "linestyle": (0, (9, 2))},
    "rewind": {"color": "#E69F00", "linestyle": (0, (3, 1, 1, 1, 1, 1))},
    "damped": {"color": "#56B4E9", "linestyle": (0, (4, 1))},
    "za": {"color": "#009E73", "linestyle": (0, (1, 1.5))},
    "network": {"color": "#0072B2", "linestyle": "-"},
    "d3m": {"color": "#0072B2", "linestyle": "-"},
    "default": {"color": "#882255", "linestyle": "-", "linewidth": 2.2},
    "d3m_inception": {"color": "#F781BF", "linestyle": (0, (6, 2, 1, 2))},
    "d3m_mse": {"color": "#888888", "linestyle": (0, (6, 2))},
    "d3m_deep": {"color": "#E69F00", "linestyle": (0, (1, 1.5))},
    "d3m_periodic": {"color": "#117733", "linestyle": (0, (5, 3))},
}
NAMES = {"identity": "input (massless)", "linear": "linear filter", "rewind": "rewind", "damped": "damped rewind",
         "za": "Zel'dovich", "network": "network", "d3m": "D3M", "default": "default model",
         "d3m_inception": "D3M, Inception", "d3m_mse": "D3M, MSE", "d3m_deep": "D3M, deeper",
         "d3m_periodic": "D3M, periodic tiles", "one_mass": "one mass", "no_prior": "no prior",
         "linear_prior": "linear prior", "density_loss": "one mass, density loss", "half_data": "one mass, half the data"}
SPARE = [
    {"color": "#999933", "linestyle": (0, (4, 1))},
    {"color": "#332288", "linestyle": (0, (3, 1, 1, 1, 1, 1))},
    {"color": "#666666", "linestyle": (0, (2, 2))},
    {"color": "#AA4499", "linestyle": (0, (8, 2, 2, 2))},
    {"color": "#117733", "linestyle": (0, (5, 3))},
]

plt.rcParams.update({
    "font.size": 10, "axes.labelsize": 10, "legend.fontsize": 9, "legend.frameon": False, "legend.handlelength": 3.2,
    "lines.linewidth": 1.6, "xtick.direction": "in", "ytick.direction": "in",
    "xtick.top": True, "ytick.right": True, "axes.titlesize": 10,
})


def method_styles(labels):
    """Line style of every label: its role's where it has one, else a spare one in order."""
    spare = (SPARE[i % len(SPARE)] for i in range(len(labels)))
    return {label: METHODS[label] if label in METHODS else next(spare) for label in labels}


def name_of(label):
    """Text of a label in legends."""
    return NAMES.get(label, label)


def stacked_axes(heights, width=6.2, height=6.0):
    """Panels over one x axis."""
    figure, axes = plt.subplots(len(heights), 1, sharex=True, figsize=(width, height),
                                gridspec_kw={"height_ratios": heights, "hspace": 0.06})
    return figure, list(axes)


def legend_above(axis):
    """The legend outside, where it hides nothing; above the title if there is one."""
    axis.legend(loc="lower center", bbox_to_anchor=(0.5, 1.07 if axis.get_title() else 1.0), ncols=3)


@dataclass(frozen=True)
class Picture:
    """A drawn figure in both of its forms."""

    png: bytes
    pdf: bytes


def _saved(figure, form):
    buffer = io.BytesIO()
    # Without the date the same figure has the same bytes.
    metadata = {"Creator": MAKER, "CreationDate": None} if form == "pdf" else {"Software": MAKER}
    figure.savefig(buffer, format=form, dpi=130, bbox_inches="tight", metadata=metadata)
    return buffer.getvalue()


def picture(figure):
    """The figure as PNG and PDF; the figure is closed."""
    drawn = Picture(_saved(figure, "png"), _saved(figure, "pdf"))
    plt.close(figure)
    return drawn


def png(figure):
    """The figure as PNG bytes; the figure is closed."""
    drawn = _saved(figure, "png")
    plt.close(figure)
    return drawn


def curve(axis, x, y, error, label, style):
    """A line with its band of one error of the mean (None: no band)."""
    axis.plot(x, y, label=label, **style)
    if error is not None:
        axis.fill_between(x, y - error, y + error, color=style["color"], alpha=0.2, linewidth=0)
