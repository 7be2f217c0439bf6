#!/usr/bin/env python3
"""Accuracy of the matched-pair simulator, from runs of `nubox simulate` and `nubox stats`.

    tools/simulator_study.py --nubox build/nubox --work runs/simulator_study --out tests/accuracy

Makes the boxes (2 GiB of memory and of disk at most; some 20 minutes of two free cores), measures them, and
writes README.md with the table of results and simulator_study.png. Boxes and statistics of the same options,
linear tables and inputs are not made again; remove the work directory after a change of the simulator.
"""

import argparse
import sys
from pathlib import Path

import h5py
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import nubox  # noqa: E402
from nubox_report.page import write_picture  # noqa: E402
from nubox_study import page  # noqa: E402
from nubox_study.program import Nubox  # noqa: E402
from nubox_study.runs import RUNS, Simulator, linear_ratio, ratio_of  # noqa: E402
from nubox_study.stages import Workshop  # noqa: E402

TABLES = ROOT / "configs/cosmology/hades"


def linear_checks(simulator, runs):
    """Per cent by which P(M)/P(0) of the box differs from linear theory, by amplitude, mass and redshift."""
    curves = []
    for title, names, k_max in (("A_s x 1e-4", ("linear-low",), 0.05),
                                ("full A_s", ("linear-full", "linear-full-flip"), 0.02)):
        run = runs[names[0]]
        for mass in run.masses[1:]:
            for redshift in run.redshifts:
                massless, massive = ([simulator.power(runs[name], 1, m, redshift) for name in names]
                                     for m in ("0.000", mass))
                measured = sum(p.p for p in massive) / sum(p.p for p in massless)
                first = massless[0]
                keep = first.edges[1:] <= k_max + 0.5 * first.edges[0]
                edges = first.edges[:np.count_nonzero(keep) + 1]
                linear = linear_ratio(TABLES, mass, redshift, run.box_mpch, edges)
                curves.append({"title": title, "mass": float(mass), "redshift": redshift, "k_max": k_max,
                               "k": first.k[keep], "percent": 100 * (measured[keep] / linear - 1)})
    return curves


def ratio_checks(simulator, runs):
    """Per cent change of P(0.15)/P(0) from the base run of the same phases (COLA: from 60 steps), and its
    standard deviation among seeds by size of the box."""
    base = runs["base"]
    k, reference = ratio_of(simulator, base)
    curves = {name: (k, 100 * (ratio_of(simulator, runs[name])[1] / reference - 1))
              for name in ("supereasy", "steps-60", "mesh-3N", "mesh-6N")}
    fine_steps = ratio_of(simulator, runs["steps-60"])[1]
    curves["cola-15"] = k, 100 * (ratio_of(simulator, runs["cola-15"])[1] / fine_steps - 1)
    for name, run in (("seeds-125", base), ("seeds-250", runs["seeds-250"]), ("seeds-500", runs["seeds-500"])):
        seeds = np.array([ratio_of(simulator, run, seed)[1] for seed in run.seeds])
        curves[name] = simulator.power(run, 1, "0.000").k, 100 * seeds.std(axis=0, ddof=1) / seeds.mean(axis=0)
    return curves


def box_check(simulator, runs):
    """Per cent by which P(0.15)/P(0) of the larger box differs from the mean of the base's seeds, and what
    their scatter makes likely, as variance falls with volume."""
    base = runs["base"]
    k, _ = ratio_of(simulator, base)
    seeds = np.array([ratio_of(simulator, base, seed)[1] for seed in base.seeds])
    small = simulator.power(base, 1, "0.000")
    large = [simulator.power(runs["box-250"], 1, mass).in_bins_of(small) for mass in base.masses]
    ratio = large[1] / large[0]
    volumes = (runs["box-250"].box_mpch / base.box_mpch) ** 3
    mean, error = seeds.mean(axis=0), seeds.std(axis=0, ddof=1) * np.sqrt(1 / len(seeds) + 1 / volumes)
    count = len(ratio)
    return k[:count], 100 * (ratio / mean[:count] - 1), 100 * (error / mean)[:count]


def power_checks(simulator, runs):
    """Per cent change of the massless P(k) from the base run; COLA against 60 steps."""
    def power(name):
        return simulator.power(runs[name], 1, "0.000")

    k = power("base").k
    pairs = {"steps-60": "base", "mesh-3N": "base", "mesh-6N": "base", "cola-15": "steps-60"}
    return {name: (k, 100 * (power(name).p / power(other).p - 1)) for name, other in pairs.items()}


def program_of(path):
    with h5py.File(path) as box:
        return "nubox " + box.attrs["code_version"].decode()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--nubox", type=Path, default=ROOT / "build/nubox", help="the program")
    parser.add_argument("--work", type=Path, default=ROOT / "runs/simulator_study", help="boxes and statistics")
    parser.add_argument("--out", type=Path, default=ROOT / "tests/accuracy", help="README.md and figure")
    parser.add_argument("--ranks", type=int, default=2, help="MPI ranks")
    arguments = parser.parse_args()
    simulator = Simulator(Workshop(Nubox(arguments.nubox.resolve(), arguments.ranks), arguments.work))
    runs = {run.name: run for run in RUNS}
    for run in RUNS:
        simulator.simulate(run)
    linear = linear_checks(simulator, runs)
    ratio = ratio_checks(simulator, runs)
    box = box_check(simulator, runs)
    power = power_checks(simulator, runs)
    versions = sorted({program_of(path) for run in RUNS for path in run.files(arguments.work)})
    arguments.out.mkdir(parents=True, exist_ok=True)
    write_picture(arguments.out / "simulator_study.png", page.figure(linear, ratio, power))
    nubox.require_replaceable(arguments.out / "README.md", page.TITLE)
    (arguments.out / "README.md").write_text(page.readme(runs, linear, ratio, box, power, versions))
    print(f"{arguments.out / 'README.md'} and simulator_study.png written")


if __name__ == "__main__":
    main()
