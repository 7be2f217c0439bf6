#!/usr/bin/env python3
"""Carries out the plan of a study and writes its page: figures and numbers of Giusarma et al. 2019 beside those
of this program.

    tools/reproduce.py configs/reproduce/small.ini --out runs/reproduce/small

Complete stages with the same options and the same content of their inputs are not run again;
an interrupted study continues where it stopped. OUT/page.html, OUT/figures and OUT/numbers.json are the results,
OUT/stages and OUT/logs record how every product was made. --until stops after a part, so that parts can be
jobs of their own; --dry-run prints time, memory and storage.
"""

import argparse
import shlex
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import nubox as files  # noqa: E402
from nubox_study import forecast, reproduction_page  # noqa: E402
from nubox_study.plan import Plan  # noqa: E402
from nubox_study.program import Nubox  # noqa: E402
from nubox_study.reproduction import Reproduction  # noqa: E402
from nubox_study.stages import Workshop  # noqa: E402

PARTS = ("simulate", "train", "measure", "page")


def carry_out(reproduction, until, command):
    """Runs the parts in order up to `until`; returns the text of the main table, or None before the page."""
    plan = reproduction.plan
    for label in plan.pairs:
        reproduction.pairs(label)
    if until == "simulate":
        return None
    for label in plan.models:
        reproduction.model(label)
    if until == "train":
        return None
    results = reproduction_page.Results(reproduction)
    if until == "measure":
        return None
    return reproduction_page.write(results, reproduction.workshop.work, command)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("plan", type=Path, help="plan of the study, an INI file")
    parser.add_argument("--out", type=Path, required=True, help="directory of all output")
    parser.add_argument("--nubox", type=Path, default=ROOT / "build/nubox", help="the program")
    parser.add_argument("--ranks", type=int, default=2, help="MPI ranks")
    parser.add_argument("--until", choices=PARTS, default="page", help="last part to carry out")
    parser.add_argument("--dry-run", action="store_true", help="print time, memory and storage of the plan, and do nothing")
    arguments = parser.parse_args()
    try:
        plan = Plan(arguments.plan)
    except OSError as error:
        sys.exit(f"reproduce.py: {error}")
    if arguments.dry_run:
        print(forecast.text(plan))
        return
    workshop = Workshop(Nubox(arguments.nubox.resolve(), arguments.ranks), arguments.out)
    try:
        text = carry_out(Reproduction(plan, workshop), arguments.until, shlex.join(sys.argv))
    except (files.NuboxFileError, OSError) as error:
        sys.exit(f"reproduce.py: {error}")
    print(f"{len(workshop.ran)} stages run" + (": " + ", ".join(workshop.ran) if workshop.ran else ""))
    if text:
        print(f"\n{text}\n\nPage: {(arguments.out / 'page.html').resolve()}")


if __name__ == "__main__":
    main()
