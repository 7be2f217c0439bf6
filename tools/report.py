#!/usr/bin/env python3
"""One self-contained HTML page and a table from stats files: methods side by side against the target.

    tools/report.py --stats a.h5 b.h5 --out page.html

usage: report.py --stats [LABEL=]FILE [[LABEL=]FILE ...] [--fields target=FILE LABEL=FILE ...]
                 [--metrics metrics.jsonl] [--figures DIRECTORY] --out page.html

The labels identity, linear, rewind, za and network take the paper's colours and dashes; others get spare ones.
Field files add maps of the density. The table is also printed to the terminal.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))

import nubox  # noqa: E402
from nubox_report import figures, halo_figures, maps, page, residual_figures, shape_figures, structure_figures, training  # noqa: E402
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
    """(name, title, Picture, caption) of each figure that these inputs allow."""
    def have(name):
        return all(m.has(name) for m in measurements)

    if model_maps:
        yield ("maps", "Density and what each method leaves",
               figures.map_figure(measurements[0].box_mpch, target_map, model_maps), maps.caption(measurements[0]))
    if residual_figures.has_maps(measurements):
        chosen = [m.label for m in measurements][:3]
        yield ("residual", "Residuals", residual_figures.residual_figure(measurements, chosen),
               residual_figures.residual_caption(measurements, chosen))
    if have("power/transfer"):
        yield ("power", "Power spectrum", figures.power_figure(measurements),
               figures.power_caption(measurements))
    if have("pdf/fraction_target") and measurements[0].array("pdf/edges").ndim == 1:
        yield "pdf", "Density PDF", figures.pdf_figure(measurements), figures.pdf_caption(measurements)
    if have("bispectrum/b_target"):
        yield ("bispectrum", "Bispectrum", shape_figures.bispectrum_figure(measurements),
               shape_figures.bispectrum_caption(measurements))
    if shape_figures.has_voids(measurements):
        yield "voids", "Voids", shape_figures.voids_figure(measurements), shape_figures.voids_caption(measurements)
    if halo_figures.has_haloes(measurements):
        yield "haloes", "Haloes", halo_figures.haloes_figure(measurements), halo_figures.haloes_caption(measurements)
    if halo_figures.has_clustering(measurements):
        yield ("halo-clustering", "Clustering of haloes", halo_figures.clustering_figure(measurements),
               halo_figures.clustering_caption(measurements))
    for dataset, name, title, figure, caption in structure_figures.FIGURES:
        if have(dataset):
            yield name, title, figure(measurements), caption(measurements)
    if have("residual/displacement_mean_abs"):
        yield ("displacement", "Displacement error", figures.displacement_figure(measurements),
               "Mean absolute difference of the displacement to the target's, by component.")
    if metrics:
        yield "training", "Training", training.training_figure(metrics), training.caption(metrics)


def report_page(path, title, measurements, drawn):
    """Writes the page of figures as of page_figures."""
    page.write_page(
        path, "page.html.j2", title=title, setting=measurements[0].setting(), table_k=TABLE_K_HMPC,
        rows=table_for_page(summary_rows(measurements)), figures=page.for_page(drawn),
        sources=[{"label": m.label, "path": m.path, "checksum": m.file_checksum()} for m in measurements],
        provenance=measurements[0].provenance())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stats", nargs="+", required=True, metavar="[LABEL=]FILE",
                        help="stats files measured against the same target")
    parser.add_argument("--fields", nargs="+", default=[], metavar="LABEL=FILE",
                        help="field files to draw maps of; one of them labelled target")
    parser.add_argument("--metrics", type=Path, help="metrics.jsonl of the training")
    parser.add_argument("--title", default="nubox report")
    parser.add_argument("--figures", type=Path, metavar="DIRECTORY", help="write the figures as PNG and PDF files too")
    parser.add_argument("--out", type=Path, required=True, help="HTML page to write")
    arguments = parser.parse_args()
    try:
        run(arguments)
    except (nubox.NuboxFileError, OSError) as error:
        sys.exit(f"report.py: {error}")


def run(arguments):
    """Reads, draws, writes the page, prints the table."""
    nubox.require_replaceable(arguments.out, page.PAGE_MARK)
    measurements = [read_measurement(text) for text in arguments.stats]
    require_same_target(measurements)
    metrics = training.read_metrics(arguments.metrics) if arguments.metrics else None
    target_map, model_maps = maps.read_maps(arguments.fields)
    drawn = list(page_figures(measurements, metrics, target_map, model_maps))
    report_page(arguments.out, arguments.title, measurements, drawn)
    if arguments.figures:
        page.write_figures(arguments.figures, drawn)
    print(summary_text(summary_rows(measurements)))
    print(f"\nReport: {arguments.out.resolve()}")


if __name__ == "__main__":
    main()
