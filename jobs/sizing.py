#!/usr/bin/env python3
"""What the stages of a study take: memory, time and storage, by the program's own --dry-run.

Stages that read boxes are asked with stand-ins: field files of the right header and shape without data. Memory
is that of all ranks together (one rank is asked; halos and libraries add some 10 % on many), time is in hours of
one core, storage that of the products. The network's work is given in PFLOP as well: divide by the speed
of your GPUs.
"""

import argparse
import configparser
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools"))

import nubox as files  # noqa: E402 (needs the path above)

LINE = re.compile(r"dry run: about ([\d.e+-]+) GiB per rank on .*, ([\d.e+-]+) core hours at (.*), "
                  r"([\d.e+-]+) GiB of files")
PFLOP = re.compile(r"\(([\d.e+-]+) PFLOP\)")
PAPER_SPACING_MPCH = 1000 / 512
HEADER = {"redshift": 0.0, "Omega_m": 0.3175, "Omega_b": 0.049, "h": 0.6711, "n_s": 0.9624, "A_s": 2.13e-9,
          "origin": "simulate"}


def dry_run(binary, command, config, *options):
    """(GiB, core hours, PFLOP or None, GiB of files) of one command."""
    done = subprocess.run([binary, command, config, *options, "--dry-run"], text=True, capture_output=True,
                          env={**os.environ, "OMP_NUM_THREADS": "1"})
    found = LINE.search(done.stdout + done.stderr)
    if done.returncode != 0 or not found:
        sys.exit(f"sizing.py: nubox {command} --dry-run ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    work = PFLOP.search(found[3])
    return float(found[1]), float(found[2]), float(work[1]) if work else None, float(found[4])


def stages(binary, config, n, size_mpch, training, test, directory):
    """Rows (stage, GiB, core hours, PFLOP, GiB of files) of a study of so many realisations."""
    box = [f"--box.n={n}", f"--box.size_mpch={size_mpch}"]
    rows = [("simulate", *dry_run(binary, "simulate", config, *box, f"--simulate.seeds=1-{training + test}"))]

    pairs = pathlib.Path(directory) / f"pairs-{n}"
    for seed in range(1, training + test + 1):
        (pairs / f"pair-{seed}").mkdir(parents=True)
        for mass in (0.0, 0.15):
            files.write_stand_in(pairs / f"pair-{seed}" / f"mnu-{mass:.3f}.h5", n,
                                 {**HEADER, "seed": seed, "box_size_mpch": size_mpch, "M_nu_eV": mass})
    trained = training * 7 // 9 if training > 2 else 1
    rows.append(("train", *dry_run(binary, "train", config, f"--data.pairs={pairs}/pair-*",
                                   f"--data.split={trained / (training + test)},"
                                   f"{(training - trained) / (training + test)},{test / (training + test)}")))

    massless, massive = (str(pairs / "pair-1" / f"mnu-{mass}.h5") for mass in ("0.000", "0.150"))
    memory, hours, _, storage = dry_run(binary, "predict", config, f"--predict.in={massless}",
                                        "--predict.mnu_eV=0.15", "--model.architecture=none")
    # One pass forward over one box: training makes three of that over every pair in every epoch.
    passes = 3 * trained * epochs_of(binary, config)
    hours, work = hours + rows[1][2] / passes, (rows[1][3] or 0) / passes
    rows.append(("predict", memory, test * hours, test * work, test * storage))

    memory, hours, _, _ = dry_run(binary, "stats", config, f"--stats.in={massless}", f"--stats.target={massive}")
    rows.append(("stats", memory, 2 * test * hours, None, 0.0))
    return rows


def epochs_of(binary, config):
    parser = configparser.ConfigParser(inline_comment_prefixes="#")
    parser.read(config)
    return parser.getint("train", "epochs", fallback=20)


def number(value, unit=""):
    """Two digits, or a dash."""
    return "–" if value is None or value == 0 else f"{float(f'{value:.2g}'):,.10g}{unit}"


def storage_text(gib):
    return "–" if gib == 0 else number(gib / 1024, " TiB") if gib >= 1024 else number(gib, " GiB")


def markdown(binary, config, training, test):
    """The table of jobs/README.md."""
    lines = ["| box | stage | memory, all ranks | core hours | network, PFLOP | files |", "|---|---|---|---|---|---|"]
    with tempfile.TemporaryDirectory(prefix="nubox-sizing-") as directory:
        for n in (256, 512, 1024):
            for stage, memory, hours, work, storage in stages(binary, config, n, n * PAPER_SPACING_MPCH, training,
                                                              test, directory):
                lines.append(f"| {n}³ | {stage} | {storage_text(memory)} | {number(hours)} | {number(work)} | "
                             f"{storage_text(storage)} |")
    return "\n".join(lines) + "\n"


def study(binary, config, training, test):
    """The stages of one configuration, with the sums."""
    parser = configparser.ConfigParser(inline_comment_prefixes="#")
    parser.read(config)
    n = parser.getint("box", "n", fallback=512)
    size_mpch = parser.getfloat("box", "size_mpch", fallback=1000)
    with tempfile.TemporaryDirectory(prefix="nubox-sizing-") as directory:
        rows = stages(binary, config, n, size_mpch, training, test, directory)
    lines = [f"{training} + {test} realisations of {n}^3 particles:",
             f"{'stage':<10}{'memory, all ranks':>19}{'core hours':>12}{'PFLOP':>10}{'files':>12}"]
    rows.append(("together", max(row[1] for row in rows), sum(row[2] for row in rows),
                 sum(row[3] or 0 for row in rows), sum(row[4] for row in rows)))
    for stage, memory, hours, work, storage in rows:
        lines.append(f"{stage:<10}{storage_text(memory):>19}{number(hours):>12}{number(work):>10}"
                     f"{storage_text(storage):>12}")
    return "\n".join(lines) + "\n"


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    built = ROOT / "build/nubox"
    parser.add_argument("--binary", default=os.environ.get("NUBOX_BINARY", str(built) if built.exists() else "nubox"))
    parser.add_argument("--config", default=str(ROOT / "configs/paper_d3m.ini"))
    parser.add_argument("--training", type=int, default=90, help="realisations to train on (70) and validate (20)")
    parser.add_argument("--test", type=int, default=10, help="realisations to predict and measure")
    parser.add_argument("--readme", type=pathlib.Path, help="replace the table of this file; without, print the "
                        "needs of the configuration")
    options = parser.parse_args(arguments)
    if options.readme is None:
        print(study(options.binary, options.config, options.training, options.test), end="")
        return
    text = options.readme.read_text(encoding="utf-8")
    table = markdown(options.binary, options.config, options.training, options.test)
    new, count = re.subn(r"(?m)^\| box \| stage .*\n(?:\|.*\n)+", lambda _: table, text)
    if count != 1:
        sys.exit(f"sizing.py: {options.readme} has {count} tables of sizes, not one")
    options.readme.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main()
