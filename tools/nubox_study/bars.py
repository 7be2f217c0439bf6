"""The bars that a default model is held against, the verdicts, and the tables as text and Markdown."""

import math
from dataclasses import dataclass

# Name of a figure of merit -> (heading, factor of the printed number, decimals).
COLUMNS = {
    "transfer_0.7": ("max abs(T-1), k <= 0.7 [%]", 100, 3),
    "transfer_1": ("max abs(T-1), k <= 1.0 [%]", 100, 3),
    "displacement": ("mean abs displacement error [Mpc/h]", 1, 4),
    "correlation": ("1 - r at k = 1 [1e-3]", 1000, 3),
    "pdf": ("PDF residual [%]", 100, 3),
    "bispectrum": ("B residual [%]", 100, 3),
    "bispectrum_q": ("Q residual [%]", 100, 3),
}
LEGEND = """T: sqrt(P / P_target) in bands of 0.1 h/Mpc from 0.1, mean over realisations, the band furthest from 1.
Displacement: per component, mean over x, y, z. r: modes with 0.95 <= k < 1.05 h/Mpc. PDF residual: mean over bins of
abs(cells / target's cells - 1) for 0.2 < rho/mean < 8, top-hat of 10 Mpc/h, bins with at least 100 cells. B (Q)
residual: mean over angles of abs(<B> / <B_target> - 1), k1 = 0.15 and k2 = 0.25 h/Mpc. Errors: of the mean over
realisations (PDF, B, Q: leaving out one at a time)."""


@dataclass
class Bar:
    """One demand: a figure of merit of a method on a set and mass."""

    pairs: str  # label of the set
    mass: str
    merit: str
    kind: str  # limit, share (of another method), best (below every other method), interpolated (between two masses)
    limit: float = math.nan
    method: str = "default"
    other: str = ""


BARS = [
    Bar("2N", "0.150", "transfer_0.7", "limit", 2e-3), Bar("2N", "0.150", "transfer_1", "limit", 4e-3),
    Bar("2N", "0.150", "transfer_0.7", "limit", 1e-2, "rewind"),
    Bar("2N", "0.150", "transfer_1", "limit", 2e-2, "rewind"),
    Bar("fine", "0.150", "transfer_0.7", "limit", 2e-3), Bar("fine", "0.150", "transfer_1", "limit", 4e-3),
    Bar("2N", "0.150", "displacement", "share", 0.9, other="rewind"),
    Bar("2N", "0.150", "correlation", "best"), Bar("fine", "0.150", "correlation", "best"),
    Bar("2N", "0.600", "transfer_0.7", "limit", 6e-3), Bar("2N", "0.600", "transfer_1", "limit", 1.2e-2),
    Bar("fine", "0.600", "transfer_0.7", "limit", 8e-3), Bar("fine", "0.600", "transfer_1", "limit", 2e-2),
    Bar("2N", "0.300", "transfer_0.7", "interpolated", 1.5), Bar("2N", "0.300", "transfer_1", "interpolated", 1.5),
    Bar("2N", "0.150", "pdf", "best"), Bar("fine", "0.150", "pdf", "best"),
    Bar("2N", "0.150", "bispectrum", "best"), Bar("fine", "0.150", "bispectrum", "best"),
]


def shown(merit, name):
    """A figure of merit with its error in the units of its column."""
    _, factor, decimals = COLUMNS[name]
    if math.isnan(merit.value):
        return "-"
    text = f"{factor * merit.value:.{decimals}f}"
    return text if math.isnan(merit.error) else f"{text} ± {factor * merit.error:.{decimals}f}"


def _demand(bar, table):
    """(largest allowed value, its text), or None where what it refers to was not measured.
    table: (pairs, mass, method) -> name -> Merit."""
    def value(mass, method):
        row = table.get((bar.pairs, mass, method))
        return row[bar.merit].value if row else None

    _, factor, decimals = COLUMNS[bar.merit]
    if bar.kind == "limit":
        return bar.limit, f"<= {factor * bar.limit:g}"
    if bar.kind == "share":
        reference = value(bar.mass, bar.other)
        if reference is None:
            return None
        return bar.limit * reference, f"<= {bar.limit:g} x {bar.other} = {factor * bar.limit * reference:.{decimals}f}"
    if bar.kind == "best":
        others = {method: row[bar.merit].value for (pairs, mass, method), row in table.items()
                  if pairs == bar.pairs and mass == bar.mass and method != bar.method}
        if not others:
            return None
        best = min(others, key=others.get)
        return others[best], f"< {best} = {factor * others[best]:.{decimals}f}"
    low, high = value("0.150", bar.method), value("0.600", bar.method)
    if low is None or high is None:
        return None
    between = low + (high - low) * (float(bar.mass) - 0.15) / 0.45
    return bar.limit * between, f"<= {bar.limit:g} x interpolated = {factor * bar.limit * between:.{decimals}f}"


def verdicts(table, massless_unchanged):
    """Rows of the table of bars: dicts with pairs, mass, method, quantity, demand, measured, verdict.
    massless_unchanged: (pairs, method) -> whether the output at 0 eV has the bits of the input."""
    rows = []
    for bar in BARS:
        row, demand = table.get((bar.pairs, bar.mass, bar.method)), _demand(bar, table)
        measured = row[bar.merit] if row else None
        if measured is None or demand is None or math.isnan(measured.value) or math.isnan(demand[0]):
            verdict = "not measured"
        else:
            holds = measured.value < demand[0] if bar.kind == "best" else measured.value <= demand[0]
            verdict = "holds" if holds else "missed"
        rows.append({"pairs": bar.pairs, "mass": bar.mass, "method": bar.method, "quantity": COLUMNS[bar.merit][0],
                     "demand": demand[1] if demand else "-",
                     "measured": shown(measured, bar.merit) if measured else "-",
                     "detail": measured.detail if measured else "", "verdict": verdict})
    for (pairs, method), unchanged in massless_unchanged.items():
        rows.append({"pairs": pairs, "mass": "0.000", "method": method, "quantity": "output = input, bit for bit",
                     "demand": "yes", "measured": "yes" if unchanged else "no", "detail": "",
                     "verdict": "holds" if unchanged else "missed"})
    return rows


def grid(head, rows):
    """Markdown that also reads as text: columns padded to one width."""
    widths = [max(map(len, column)) for column in zip(head, *rows)]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in (head, *rows)]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


def merit_tables(table, described):
    """One table per set and mass, rows by method. described: (set, mass) -> what was measured."""
    parts = []
    for pairs, mass in dict.fromkeys((pairs, mass) for pairs, mass, _ in table):
        rows = [[method, *(shown(row[name], name) for name in COLUMNS)]
                for (p, m, method), row in table.items() if (p, m) == (pairs, mass)]
        parts.append(f"## {pairs}, {float(mass):g} eV\n\n{described[pairs, mass]}\n\n" +
                     grid(["method", *(heading for heading, _, _ in COLUMNS.values())], rows))
    return "\n\n".join(parts)


def bar_table(rows):
    """The table of bars."""
    names = ("pairs", "mass", "method", "quantity", "demand", "measured", "verdict")
    return grid(["set", "eV", *names[2:]], [[row[name] for name in names] for row in rows])
