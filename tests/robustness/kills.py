#!/usr/bin/env python3
"""kill -9 at random moments of every command that writes: does the same command, started again, complete the work?

    tests/robustness/kills.py --nubox build/nubox

Runs simulate, import, predict, a suite of predict with two groups of ranks and Gadget output, export, stats and
train on tiny boxes and two ranks, each once undisturbed. Then, 60 times by default, one of them starts in an empty
directory and is killed at a random moment of its run time: all ranks, one rank, or mpirun with its ranks. The same
command must then end with exit code 0, leave the files that the undisturbed run left and no other, and the same
bytes in them; of a model and of metrics the same weights and steps (their times differ).

Exit code 1 if a kill left anything else. It runs outside the test suite, for as long as one likes.
"""

import argparse
import collections
import contextlib
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import numpy as np

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(SOURCE / "tests/system"), str(SOURCE / "tools")]

TINY = ["--box.n=16", "--box.size_mpch=31.25", "--simulate.steps=4"]
PRIOR = ["--model.architecture=none", "--model.prior=rewind"]
# Records of a run, with times and host names.
RECORDS = ("config.used.ini", "provenance.json")
WAYS = ("all ranks", "one rank", "mpirun and ranks")


def commands(inputs):
    """Command line of each kind of work, for an output directory."""
    pairs = f"{inputs}/pairs"
    massless = f"{pairs}/pair-1/mnu-0.000.h5"
    return {
        "simulate": lambda out: ["simulate", *TINY, "--simulate.seeds=1-2", f"--simulate.out={out}/pairs"],
        "import": lambda out: ["import", f"--import.snapshot={inputs}/snapshot/snap", f"--import.out={out}/box.h5"],
        "predict": lambda out: ["predict", f"--predict.in={massless}", f"--predict.out={out}/box.h5", *PRIOR],
        "suite": lambda out: ["predict", f"--predict.in={pairs}/pair-*/mnu-0.000.h5", f"--predict.out={out}/suite/",
                              "--predict.mnu_eV=0.06,0.15", "--predict.groups=2", "--predict.format=gadget",
                              "--predict.files=2", *PRIOR],
        "export": lambda out: ["export", f"--export.in={massless}", f"--export.out={out}/snap", "--export.files=3"],
        "export, binary": lambda out: ["export", f"--export.in={massless}", f"--export.out={out}/snap",
                                       "--export.files=3", "--export.format=gadget2"],
        "stats": lambda out: ["stats", f"--stats.in={pairs}/pair-*/mnu-0.000.h5",
                              f"--stats.target={pairs}/pair-*/mnu-0.150.h5", f"--stats.out={out}/stats.h5",
                              "--stats.statistics=power,pdf,residual"],
        "train": lambda out: ["train", f"--data.pairs={pairs}/pair-1", "--data.split=1,0,0", "--train.crop=8",
                              "--model.channels=4", "--train.batch=2", "--train.epochs=10",
                              "--train.checkpoint_minutes=1e-3", f"--train.out={out}/training"],
    }


def start(harness, arguments):
    return subprocess.Popen([harness.MPIEXEC, "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-np", "2",
                             harness.BINARY, *arguments],
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ)


def kill(harness, process, way, pick):
    """Sends SIGKILL; returns False if there was nothing left to kill."""
    try:
        ranks = harness.ranks_of(process)
    except (FileNotFoundError, ProcessLookupError):
        ranks = []
    if process.poll() is not None or not ranks:
        return False
    victims = {"all ranks": ranks, "one rank": [pick.choice(ranks)],
               "mpirun and ranks": [process.pid, *ranks]}[way]
    for victim in victims:
        with contextlib.suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
    return True


def product(harness, path):
    """What of a file must be the same in every run."""
    if path.name == "metrics.jsonl":
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        return [(line["kind"], line["step"], line.get("loss")) for line in lines]
    if path.name == "model.h5":
        arrays = harness.files.read_table(path).arrays
        return {name: np.asarray(values).tobytes() for name, values in arrays.items()}
    return path.read_bytes()


def products(harness, out):
    """Contents by name of what a run left, hidden files included; records and checkpoints by name only."""
    return {str(path.relative_to(out)): b"" if path.name in RECORDS or path.parent.name == "checkpoints"
            else product(harness, path) for path in sorted(out.rglob("*")) if path.is_file()}


def faults(found, expected):
    """What a completed run left differently."""
    parts = [f"left over: {', '.join(sorted(found.keys() - expected.keys()))}"] if found.keys() - expected.keys() else []
    if expected.keys() - found.keys():
        parts.append(f"missing: {', '.join(sorted(expected.keys() - found.keys()))}")
    differing = [name for name in found.keys() & expected.keys() if found[name] != expected[name]]
    if differing:
        parts.append(f"other bytes: {', '.join(sorted(differing))}")
    return "; ".join(parts)


class Kills:
    """Undisturbed runs, and kills of the same commands."""

    def __init__(self, harness, work, seed):
        self.harness, self.work, self.pick = harness, work, random.Random(seed)
        inputs = work / "inputs"
        self.run("simulate", *TINY, "--simulate.seeds=1-3", f"--simulate.out={inputs}/pairs")
        self.run("export", f"--export.in={inputs}/pairs/pair-1/mnu-0.000.h5", f"--export.out={inputs}/snapshot/snap",
                 "--export.files=3")
        self.commands = commands(inputs)
        self.expected, self.seconds = {}, {}
        for name, command in self.commands.items():
            out = work / "undisturbed"
            self.seconds[name] = self.run(*command(out)).seconds
            self.expected[name] = products(harness, out)
            shutil.rmtree(out)

    def run(self, *arguments):
        outcome = self.harness.nubox(*arguments, timeout=600)
        if outcome.code != 0:
            sys.exit(f"an undisturbed run fails: {arguments}\n{outcome}")
        return outcome

    def one(self, name, way):
        """Kills a run and starts it again; returns (whether it was killed in time, fault)."""
        out = self.work / "killed"
        out.mkdir()
        arguments = self.commands[name](out)
        with start(self.harness, arguments) as process:
            time.sleep(self.pick.uniform(0, self.seconds[name]))
            in_time = kill(self.harness, process, way, self.pick)
            process.wait(timeout=600)
        again = self.harness.nubox(*arguments, timeout=600)
        fault = f"exit code {again.code}: {again.err[-800:]}" if again.code != 0 else \
            faults(products(self.harness, out), self.expected[name])
        shutil.rmtree(out)
        if not in_time:  # the machine was busier during the undisturbed run
            self.seconds[name] *= 0.8
        return in_time, fault


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nubox", type=pathlib.Path, default=SOURCE / "build/nubox", help="the program")
    parser.add_argument("--count", type=int, default=60, help="kills of running commands")
    parser.add_argument("--seed", type=int, default=1, help="of moments and victims")
    arguments = parser.parse_args()
    os.environ |= {"NUBOX_BINARY": str(arguments.nubox.resolve()), "OMP_NUM_THREADS": "1",
                   "OMPI_MCA_mpi_yield_when_idle": "1"}
    import harness  # reads the environment

    killed, late, bad = collections.Counter(), 0, 0
    with tempfile.TemporaryDirectory(prefix="nubox-kills-") as directory:
        kills = Kills(harness, pathlib.Path(directory), arguments.seed)
        names = list(kills.commands)
        while killed.total() < arguments.count:
            name, way = names[(killed.total() + late) % len(names)], kills.pick.choice(WAYS)
            in_time, fault = kills.one(name, way)
            late += not in_time
            killed[name] += in_time
            bad += bool(fault)
            print(f"{name}, {way}: " + ("killed, " if in_time else "had ended, ") + (fault or "completed"), flush=True)
    print(", ".join(f"{name} {number}" for name, number in sorted(killed.items())))
    print(f"{killed.total()} kills, {late} came too late, {bad} with a fault")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
