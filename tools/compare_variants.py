#!/usr/bin/env python3
"""Compares methods and models on test pairs, with a table of bars computed from stats files.

    tools/compare_variants.py --pairs 2N=runs/test2 fine=runs/test6 \\
        --model default=models/default.h5 d3m@0.150=runs/d3m/model.h5 --out runs/compare

A set of pairs is a directory of pair-<seed> directories (or these themselves, with commas), each with
mnu-0.000.h5 and the masses. The baselines identity, linear, rewind, damped and za need no model. A model
labelled LABEL@MASS serves that mass only. `nubox predict` and `nubox stats` run for what is missing or
was made from other inputs. All output is in --out, with the tables as table.md, table.txt and
table.json, which names the file and dataset of every number. The bars apply to the model labelled default
on sets labelled 2N and fine.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import nubox  # noqa: E402
from nubox_study import bars  # noqa: E402
from nubox_study.figures_of_merit import merits  # noqa: E402
from nubox_study.program import Nubox  # noqa: E402
from nubox_study.stages import Workshop  # noqa: E402
from nubox_study.variants import (BASELINES, Method, PairSet, box, is_unchanged, measure,  # noqa: E402
                                  measurement_settings, predict)

TABLE_TITLE = "# Methods side by side"


def labelled(text, what):
    label, separator, value = text.partition("=")
    if not separator or not label or not value:
        sys.exit(f"compare_variants.py: '{text}' is not {what}")
    return label, value


def methods_of(names, models, options):
    """Method objects from the command line: baselines by name, models by LABEL[@MASS]=FILE, and
    LABEL:KEY=VALUE options of predict for any of them."""
    methods = {name: Method(name, dict(BASELINES[name])) for name in names}
    for text in models:
        label, file = labelled(text, "LABEL=FILE or LABEL@MASS=FILE")
        label, _, mass = label.partition("@")
        method = methods.setdefault(label, Method(label))
        method.models[f"{float(mass):.3f}" if mass else None] = Path(file)
    for text in options:
        label, _, option = text.partition(":")
        key, value = labelled(option, "LABEL:KEY=VALUE")
        methods.setdefault(label, Method(label)).settings[key] = value
    return list(methods.values())


def description(pairs):
    """What realisations are made of, from the boxes themselves."""
    first = nubox.read_field(box(pairs.directories[0], "0.000")).attributes
    how = ", ".join(f"{name.replace('_', ' ')} {first[name]}" for name in ("mesh_factor", "steps") if name in first)
    return (f"{first['n']}^3 particles in {first['box_size_mpch']:g} Mpc/h, z = {first['redshift']:g}"
            f"{', ' + how if how else ''}; seeds {', '.join(pairs.seeds())}: " +
            ", ".join(map(str, pairs.directories)))


def json_of(table, files, unchanged, rows, program):
    """All numbers with the files and datasets behind them."""
    def number(value):
        return None if np.isnan(value) else value

    entries = [{"pairs": key[0], "mass_eV": float(key[1]), "method": key[2], "merit": name,
                "value": number(merit.value), "error": number(merit.error), "detail": merit.detail,
                "datasets": [f"{path}:/{dataset}" for path in files[key] for dataset in merit.datasets]}
               for key, row in table.items() for name, merit in row.items()]
    return {"program": program, "merits": entries, "bars": rows,
            "massless_unchanged": [{"pairs": p, "method": m, "unchanged": u} for (p, m), u in unchanged.items()]}


def compare(workshop, sets, methods, masses, statistics):
    """Runs what is missing; returns (set, mass, method) -> merits, the same -> stats files, (set, mass) -> text,
    (set, method) -> whether a massless box stayed as it is."""
    table, files, described, unchanged = {}, {}, {}, {}
    for pairs in sets:
        settings = {**measurement_settings(box(pairs.directories[0], "0.000")), **statistics}
        for mass in masses:
            having = pairs.having(mass)
            if not having.directories:
                print(f"{pairs.label}: no realisation of {mass} eV", file=sys.stderr)
                continue
            described[pairs.label, mass] = description(having)
            for method in methods:
                if not method.applies_to(mass):
                    continue
                whole, each = measure(workshop, method, having, mass, settings)
                key = (pairs.label, mass, method.label)
                files[key] = each
                table[key] = merits([nubox.read_table(path) for path in each])
        first = pairs.directories[0]
        for method in methods:
            if method.applies_to("0.000"):
                made = predict(workshop, method, first, pairs, "0.000")
                unchanged[pairs.label, method.label] = is_unchanged(made, box(first, "0.000"))
    return table, files, described, unchanged


def write_tables(out, table, files, described, unchanged, program):
    """table.md, table.txt (the same, for terminals) and table.json in `out`; returns the text."""
    rows = bars.verdicts(table, unchanged)
    text = "\n\n".join([TABLE_TITLE, bars.merit_tables(table, described), bars.LEGEND,
                        "## Bars", bars.bar_table(rows),
                        f"Made by {program}. Files and datasets behind every number: table.json.", ""])
    for name in ("table.md", "table.txt"):
        nubox.require_replaceable(out / name, TABLE_TITLE)
        (out / name).write_text(text, encoding="utf-8")
    (out / "table.json").write_text(json.dumps(json_of(table, files, unchanged, rows, program), indent=1),
                                    encoding="utf-8")
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", nargs="+", required=True, metavar="LABEL=DIR[,DIR...]", help="sets of test pairs")
    parser.add_argument("--model", nargs="+", default=[], metavar="LABEL[@MASS]=FILE", help="model files to compare")
    parser.add_argument("--baselines", default=",".join(BASELINES), help="methods without a model, with commas")
    parser.add_argument("--option", nargs="+", default=[], metavar="LABEL:KEY=VALUE",
                        help="options of nubox predict for one method")
    parser.add_argument("--stats-option", nargs="+", default=[], metavar="KEY=VALUE", help="options of nubox stats")
    parser.add_argument("--masses", default="0.15,0.3,0.6", help="sums of the neutrino masses, eV")
    parser.add_argument("--nubox", type=Path, default=ROOT / "build/nubox", help="the program")
    parser.add_argument("--ranks", type=int, default=2, help="MPI ranks")
    parser.add_argument("--out", type=Path, default=ROOT / "runs/compare", help="boxes, statistics and tables")
    arguments = parser.parse_args()
    names = [name for name in arguments.baselines.split(",") if name]
    unknown = [name for name in names if name not in BASELINES]
    if unknown:
        sys.exit(f"compare_variants.py: no baseline {', '.join(unknown)}; there are {', '.join(BASELINES)}")
    sets = [PairSet.found(label, value.split(","))
            for label, value in (labelled(text, "LABEL=DIRECTORY") for text in arguments.pairs)]
    statistics = dict(labelled(text, "KEY=VALUE") for text in arguments.stats_option)
    masses = [f"{float(mass):.3f}" for mass in arguments.masses.split(",")]
    workshop = Workshop(Nubox(arguments.nubox.resolve(), arguments.ranks), arguments.out)
    methods = methods_of(names, arguments.model, arguments.option)
    results = compare(workshop, sets, methods, masses, statistics)
    print(write_tables(arguments.out, *results, workshop.nubox.version))


if __name__ == "__main__":
    main()
