#!/usr/bin/env python3
"""Tables and figures from the JSON files of `nubox bench`.

  compare_bench.py a.json b.json             the rows of a and b, and how much faster b is
  compare_bench.py --roofline FILE...        one line per component: speed, limit measured in the same run, ratio
  compare_bench.py --scaling FILE... [--plot scaling.png] [--out scaling.json]
                                             strong and weak scaling over the ranks of the files

A file given twice for the same component, size and ranks counts once, by its faster rows.
"""

import argparse
import json
import pathlib
import re
import sys

# Sizes stand in the names of quantities; without them, rows of runs of other sizes are told to be the same.
SIZE = re.compile(r",? \d+\^3( particles)?|, [\d.]+ GB")
# Same work per rank, where n was rounded.
WEAK_TOLERANCE = 0.2


def fail(text):
    sys.exit(f"compare_bench.py: {text}")


def read(path):
    try:
        document = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        fail(f"{path}: {error}")
    if document.get("format") != "nubox-bench":
        fail(f"{path} is no file of nubox bench")
    return document


def quantity_of(row):
    """Name of a row without sizes: 'forward', 'pm: step'."""
    return SIZE.sub("", row["quantity"])


def own_mode(quantity):
    """"strong" or "weak" where a row says that its work is the same for all ranks together or for each; else None."""
    return next((mode for mode in ("strong", "weak") if f": {mode}," in quantity), None)


def speed(document, row):
    """Work per second of all ranks together, up to a factor that is the same for all sizes and ranks; None for
    what is no speed (memory, shares). Work goes with n^3."""
    unit, value = row["unit"], row["value"]
    if value <= 0:
        return None
    if own_mode(row["quantity"]) == "weak":
        return document["ranks"] / value
    if unit == "s":
        return document["n"] ** 3 / value
    if unit.startswith("us/particle"):  # of a core
        return document["ranks"] / value
    return value if unit.endswith("/s") or unit.endswith("per hour") else None


def bounded(document):
    """The first row of each limit: what the component does as a whole, not its phases."""
    seen = set()
    for row in document["rows"]:
        if "limit" in row and row["limit"] not in seen:
            seen.add(row["limit"])
            yield row


def headlines(document):
    """The rows that tell how a component scales: the whole where it is measured, what says so itself, else what has
    a limit."""
    whole = [row for row in document["rows"] if row["quantity"].startswith("everything")]
    stated = [row for row in document["rows"] if own_mode(row["quantity"])]
    return whole or stated or list(bounded(document))


def table(head, rows):
    """Columns as wide as their content, the first to the left."""
    cells = [head, *rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    return "\n".join("  ".join(cell.ljust(width) if i == 0 else cell.rjust(width)
                               for i, (cell, width) in enumerate(zip(row, widths))).rstrip() for row in cells) + "\n"


def comparison(a, b):
    """Rows of both documents: the speed of b over that of a, or the plain ratio of what is no speed."""
    known = {(row["component"], row["quantity"]): row for row in a["rows"]}
    rows = []
    for row in b["rows"]:
        old = known.get((row["component"], row["quantity"]))
        if old is None or old["value"] == 0:
            continue
        faster = speed(b, row) / speed(a, old) if speed(a, old) and speed(b, row) else None
        ratio = f"{faster:.3g} times as fast" if faster else f"{row['value'] / old['value']:.3g} times as much"
        limits = f"{old['ratio']:.3g} -> {row['ratio']:.3g}" if "ratio" in old and "ratio" in row else ""
        rows.append([f"{row['component']}: {row['quantity']}", f"{old['value']:.4g}", f"{row['value']:.4g}",
                     row["unit"], ratio, limits])
    if not rows:
        fail("the two files have no row in common: other components or sizes?")
    return table(["quantity", "a", "b", "unit", "b to a", "ratio to own limit"], rows)


def roofline(documents):
    """One line per component and limit: what was achieved, the limit measured in the same run, their ratio."""
    rows = [[f"{row['component']}: {row['quantity']}", str(document["ranks"]), f"{row['value']:.4g}",
             f"{row['limit_value']:.4g}", row["unit"], f"{row['ratio']:.3g}", row["limit"]]
            for document in documents for row in bounded(document)]
    return table(["component", "ranks", "achieved", "limit", "unit", "ratio", "limit is"], rows)


def fastest(documents):
    """{(component, quantity): {(n, ranks): (speed, ratio to its limit)}} of the headlines."""
    found = {}
    for document in documents:
        for row in headlines(document):
            value = speed(document, row)
            if value is None or document["what"] == "allreduce":  # more ranks are more work there
                continue
            points = found.setdefault((row["component"], quantity_of(row)), {})
            size = (document["n"], document["ranks"])
            points[size] = max(points.get(size, (0, None)), (value, row.get("ratio")), key=lambda point: point[0])
    return found


def scaling(documents):
    """Rows of strong (same size) and weak (same size per rank) scaling against the fewest ranks of a component."""
    rows = []
    for (component, quantity), points in fastest(documents).items():
        n0, ranks0 = min(points, key=lambda size: (size[1], size[0]))
        for (n, ranks), (value, ratio) in sorted(points.items()):
            speed_up, more = value / points[n0, ranks0][0], ranks / ranks0
            load = (n / n0) ** 3 / more
            modes = [mode for mode, fits in (("strong", n == n0), ("weak", abs(load - 1) < WEAK_TOLERANCE)) if fits]
            if own_mode(quantity):
                modes = [own_mode(quantity)]
            for mode in modes:
                rows.append({"component": component, "quantity": quantity, "mode": mode, "n": n, "ranks": ranks,
                             "speed_up": speed_up, "efficiency": speed_up / more, "ratio_to_limit": ratio})
    # One run alone scales with nothing.
    series = [(row["component"], row["quantity"], row["mode"]) for row in rows]
    return sorted((row for row, key in zip(rows, series) if series.count(key) > 1), key=lambda row: row["mode"])


def scaling_text(rows):
    return table(["component", "scaling", "size", "ranks", "speed-up", "efficiency", "ratio to own limit"],
                 [[f"{row['component']}: {row['quantity']}", row["mode"], f"{row['n']}^3", str(row["ranks"]),
                   f"{row['speed_up']:.2f}", f"{row['efficiency']:.0%}",
                   "" if row["ratio_to_limit"] is None else f"{row['ratio_to_limit']:.3g}"]
                  for row in rows])


def plot(rows, path):
    """Strong scaling as speed-up beside the ideal, weak scaling as efficiency; a line per component."""
    from nubox_report import page, style

    figure, axes = style.plt.subplots(1, 2, figsize=(9, 4.2))

    def name_of(row):
        """One name, and with it one style, in both panels."""
        return re.sub(r"(strong|weak), | per rank", "", f"{row['component']}: {row['quantity']}")

    names = list(dict.fromkeys(name_of(row) for row in rows))
    known = [*style.METHODS.values(), *style.SPARE]
    known = [one for i, one in enumerate(known) if one not in known[:i]]
    styles = dict(zip(names, known * (1 + len(names) // len(known))))
    for axis, mode, key in ((axes[0], "strong", "speed_up"), (axes[1], "weak", "efficiency")):
        for name in names:
            points = [(row["ranks"], row[key]) for row in rows if row["mode"] == mode and name_of(row) == name]
            if points:
                axis.plot(*zip(*points), marker="o", markersize=3, label=name, **styles[name])
        ranks = sorted({row["ranks"] for row in rows})
        ideal = [rank / ranks[0] for rank in ranks] if mode == "strong" else [1] * len(ranks)
        axis.plot(ranks, ideal, **style.TARGET, label="ideal")
        axis.set_xscale("log", base=2)
        axis.set_xticks(ranks, [str(rank) for rank in ranks])
        axis.set_xlabel("MPI ranks")
        axis.set_title(f"{mode} scaling")
    axes[0].set_yscale("log", base=2)
    axes[0].yaxis.set_major_formatter("{x:g}")
    axes[0].set_ylabel("speed-up")
    axes[1].set_ylabel("efficiency")
    axes[1].set_ylim(0, None)
    lines = {line.get_label(): line for axis in axes for line in axis.get_lines()}
    axes[1].legend(lines.values(), lines.keys(), loc="center left", bbox_to_anchor=(1.02, 0.5))
    page.write_picture(path, style.png(figure))


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", help="JSON files of nubox bench")
    parser.add_argument("--roofline", action="store_true")
    parser.add_argument("--scaling", action="store_true")
    parser.add_argument("--plot", help="with --scaling: PNG to write")
    parser.add_argument("--out", type=pathlib.Path, help="with --scaling: JSON to write")
    options = parser.parse_args(arguments)
    try:
        run(parser, options)
    except OSError as error:
        fail(str(error))


def run(parser, options):
    """Prints the tables and writes the files that the options name."""
    documents = [read(path) for path in options.files]
    if options.roofline:
        print(roofline(documents), end="")
    elif options.scaling:
        rows = scaling(documents)
        if not rows:
            fail("the files hold no component on more than one number of ranks")
        print(scaling_text(rows), end="")
        if options.out:
            import nubox
            nubox.require_replaceable(options.out, "nubox-scaling")
            options.out.write_text(json.dumps({"format": "nubox-scaling", "format_version": 1, "rows": rows}, indent=2)
                                   + "\n", encoding="utf-8")
        if options.plot:
            plot(rows, options.plot)
    elif len(documents) == 2:
        print(comparison(*documents), end="")
    else:
        parser.error("two files to compare, or --roofline or --scaling")


if __name__ == "__main__":
    main()
