#!/usr/bin/env python3
"""One self-contained HTML page and a table from stats files: methods side by side against the target.

usage: report.py --stats [LABEL=]FILE [[LABEL=]FILE ...] [--fields target=FILE LABEL=FILE ...]
                 [--metrics metrics.jsonl] [--figures DIRECTORY] --out page.html

The labels identity, linear, rewind, za and network take the paper's colours and dashes; others get spare ones.
Field files add maps of the density. The table is printed to the terminal too.
"""

import argparse
import base64
import sys
from pathlib import Path

import jinja2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))

import nubox  # noqa: E402
from nubox_report import figures, maps, training  # noqa: E402
from nubox_report.measurements import (TABLE_K_HMPC, read_measurement, require_same_target,  # noqa: E402
                                       summary_rows, summary_text)
from nubox_report.style import name_of  # noqa: E402


def table_for_page(rows):
    """Cells as text, the ones closest to the target marked."""
    columns = np.array([row["transfer"] + row["correlation"] + [row["error_mpch"]] for row in rows])
    count = len(TABLE_K_HMPC)
    ideal = np.array([1.0] * (2 * count) + [0.0])
    distance = np.abs(columns - ideal)
    formats = ["{:.4f}"] * count + ["{:.5f}"] * count + ["{:.5f}"]
    page_rows = []
    for i, row in enumerate(rows):
        cells = []
        for j, value in enumerate(columns[i]):
            known = np.isfinite(value)
            best = known and len(rows) > 1 and distance[i, j] == np.nanmin(distance[:, j])
            cells.append({"text": formats[j].format(value) if known else "-", "best": best})
        page_rows.append({"name": name_of(row["label"]), "cells": cells})
    return page_rows


def page_figures(measurements, metrics, target_map, model_maps):
    """(name, title, PNG, caption) of each figure that these inputs allow."""
    def have(name):
        return all(m.has(name) for m in measurements)

    if model_maps:
        yield ("maps", "Density and what each method leaves",
               figures.map_figure(measurements[0].box_mpch, target_map, model_maps), maps.caption(measurements[0]))
    if have("power/transfer"):
        yield ("power", "Power spectrum", figures.power_figure(measurements),
               figures.power_caption(measurements))
    if have("pdf/fraction_target"):
        yield "pdf", "Density PDF", figures.pdf_figure(measurements), figures.pdf_caption(measurements)
    if have("residual/displacement_mean_abs"):
        yield ("displacement", "Displacement error", figures.displacement_figure(measurements),
               "Mean absolute difference of the displacement to the target's, by component.")
    if metrics:
        yield "training", "Training", training.training_figure(metrics), training.caption(metrics)


def write_page(path, title, measurements, drawn):
    """Renders the page from figures as of page_figures; it refers to nothing outside itself."""
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(Path(__file__).parent / "nubox_report"),
                                     autoescape=True, undefined=jinja2.StrictUndefined)
    page = environment.get_template("page.html.j2").render(
        title=title, setting=measurements[0].setting(), table_k=TABLE_K_HMPC,
        rows=table_for_page(summary_rows(measurements)),
        figures=[{"title": heading, "data": base64.b64encode(data).decode(), "caption": caption}
                 for _, heading, data, caption in drawn],
        sources=[{"label": m.label, "path": m.path, "checksum": m.file_checksum()} for m in measurements],
        provenance=measurements[0].provenance())
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".tmp-report")
    temporary.write_text(page, encoding="utf-8")
    temporary.replace(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stats", nargs="+", required=True, metavar="[LABEL=]FILE",
                        help="stats files measured against the same target")
    parser.add_argument("--fields", nargs="+", default=[], metavar="LABEL=FILE",
                        help="field files to draw maps of; one of them labelled target")
    parser.add_argument("--metrics", type=Path, help="metrics.jsonl of the training")
    parser.add_argument("--title", default="nubox report")
    parser.add_argument("--figures", type=Path, metavar="DIRECTORY", help="write the figures as PNG files too")
    parser.add_argument("--out", type=Path, required=True, help="HTML page to write")
    arguments = parser.parse_args()
    try:
        run(arguments)
    except (nubox.NuboxFileError, OSError) as error:
        sys.exit(f"report.py: {error}")


def run(arguments):
    """Reads, draws, writes the page, prints the table."""
    measurements = [read_measurement(text) for text in arguments.stats]
    require_same_target(measurements)
    metrics = training.read_metrics(arguments.metrics) if arguments.metrics else None
    target_map, model_maps = maps.read_maps(arguments.fields)
    drawn = list(page_figures(measurements, metrics, target_map, model_maps))
    write_page(arguments.out, arguments.title, measurements, drawn)
    if arguments.figures:
        arguments.figures.mkdir(parents=True, exist_ok=True)
        for name, _, data, _ in drawn:
            (arguments.figures / f"{name}.png").write_bytes(data)
    print(summary_text(summary_rows(measurements)))
    print(f"\nReport: {arguments.out.resolve()}")


if __name__ == "__main__":
    main()
