#!/usr/bin/env python3
"""What a GPU of this node computes beside its CPUs, in one file to send back.

usage: tools/test.sh --gpu [--out FILE] [--ranks 1,2,4] [--rehearse]

Checks values of convolutions in every precision and NCCL's gradient sums (nubox doctor), a training and a prediction on
the GPU beside the same on the CPUs, and measures the throughput (nubox bench). Rank counts above the number of GPUs are left
out. Exit code: 0 all checks passed, 1 a check failed, 2 no GPU. --rehearse runs all of it on the CPUs.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tools"))

import nubox  # noqa: E402  (tools/nubox.py)

# Rounding grows through 20 epochs of training: fp32 sums in another order. A wrong kernel misses by far more.
LOSS_TOLERANCE = 0.02
DISPLACEMENT_TOLERANCE_MPCH = 1e-4
BOX = ["--box.n=32", "--box.size_mpch=62.5"]


class Report:
    """Results by name, printed as they come."""

    def __init__(self):
        self.content = {"checks": {}, "figures": {}, "outputs": {}}

    def check(self, name, passed, text):
        self.content["checks"][name] = {"passed": bool(passed), "text": text}
        print(f"{'pass' if passed else 'FAIL'}  {name}: {text}", flush=True)

    def passed(self):
        return all(check["passed"] for check in self.content["checks"].values())


class Node:
    """Runs nubox on a number of ranks, with or without the GPUs."""

    def __init__(self, directory, report):
        self.directory, self.report = directory, report

    def run(self, name, *arguments, ranks=1, gpu=True):
        command = ["mpirun", "--oversubscribe", "--bind-to", "none", "-np", str(ranks), SOURCE / "build/nubox", *arguments]
        if os.geteuid() == 0:
            command.insert(1, "--allow-run-as-root")
        environment = dict(os.environ) if gpu else {**os.environ, "CUDA_VISIBLE_DEVICES": ""}
        done = subprocess.run(list(map(str, command)), cwd=self.directory, env=environment, capture_output=True, text=True)
        self.report.content["outputs"][name] = done.stdout + done.stderr
        return done.returncode


def gpus():
    """Lines of nvidia-smi: name, compute capability, driver, memory."""
    try:
        done = subprocess.run(["nvidia-smi", "--query-gpu=name,compute_cap,driver_version,memory.total", "--format=csv,noheader"],
                              capture_output=True, text=True)
    except FileNotFoundError:
        return []
    return done.stdout.splitlines() if done.returncode == 0 else []


def doctor(node, report, ranks):
    for count in ranks:
        file = node.directory / f"doctor-{count}.json"
        code = node.run(f"doctor on {count}", "doctor", "--doctor.checks=conv,sums", f"--doctor.json={file}", ranks=count)
        if file.exists():
            report.content["figures"][f"doctor on {count}"] = json.loads(file.read_text())
        report.check(f"convolutions and gradient sums on {count} ranks", code == 0, f"exit code {code}")


def last_loss(directory):
    records = [json.loads(line) for line in (directory / "metrics.jsonl").read_text().splitlines()]
    return [record["training_loss"] for record in records if "training_loss" in record][-1]


def train(node, report):
    code = node.run("simulate", "simulate", *BOX, "--simulate.seeds=1-3", "--simulate.mnu_eV=0,0.15", "--simulate.steps=10",
                    "--simulate.out=pairs")
    losses = {}
    for place in ("gpu", "cpu"):
        code = code or node.run(f"train on {place}", "train", "--data.pairs=pairs/pair-*", "--data.split=0.67,0.33,0",
                                "--model.architecture=vnet", "--model.channels=8", "--model.levels=1", "--train.epochs=20",
                                "--train.crop=16", "--train.batch=2", "--train.deterministic=true",
                                f"--train.out={place}", gpu=place == "gpu")
        if code:
            report.check("training", False, f"exit code {code}")
            return
        losses[place] = last_loss(node.directory / place)
    difference = abs(losses["gpu"] / losses["cpu"] - 1)
    report.check("training on the GPU beside the CPUs", difference <= LOSS_TOLERANCE,
                 f"loss {losses['gpu']:.6g} and {losses['cpu']:.6g}, {100 * difference:.2g} % apart (at most {100 * LOSS_TOLERANCE} %)")


def predict(node, report):
    fields = {}
    for place in ("gpu", "cpu"):
        code = node.run(f"predict on {place}", "predict", "--predict.model=cpu/model.h5", "--predict.in=pairs/pair-3/mnu-0.000.h5",
                        "--predict.mnu_eV=0.15", f"--predict.out={place}.h5", gpu=place == "gpu")
        if code:
            report.check("prediction", False, f"exit code {code}")
            return
        fields[place] = nubox.read_field(node.directory / f"{place}.h5").displacement
    largest = float(abs(fields["gpu"] - fields["cpu"]).max())
    report.check("prediction on the GPU beside the CPUs", largest <= DISPLACEMENT_TOLERANCE_MPCH,
                 f"displacements differ by at most {largest:.2g} Mpc/h (at most {DISPLACEMENT_TOLERANCE_MPCH})")


def measure(node, report, ranks, size, components):
    for what in components:
        for count in ranks:
            file = node.directory / f"bench-{what}-{count}.json"
            code = node.run(f"bench {what} on {count}", "bench", f"--bench.what={what}", f"--bench.n={size}", f"--bench.out={file}",
                            ranks=count)
            if file.exists():
                report.content["figures"][f"bench {what} on {count}"] = json.loads(file.read_text())
            report.check(f"bench {what} on {count} ranks", code == 0, f"exit code {code}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("gpu_report.json"))
    parser.add_argument("--ranks", default="1,2,4")
    parser.add_argument("--rehearse", action="store_true")
    arguments = parser.parse_args()
    nubox.require_replaceable(arguments.out, "\"gpus\"")
    found = gpus()
    if not found and not arguments.rehearse:
        parser.exit(2, "no GPU: nvidia-smi lists none. --rehearse runs the checks on the CPUs\n")
    limit = len(found) or 2
    ranks = [count for count in map(int, arguments.ranks.split(",")) if count <= limit]
    report = Report()
    with tempfile.TemporaryDirectory(prefix="nubox-gpu-") as directory:
        node = Node(pathlib.Path(directory), report)
        report.content["gpus"] = found
        node.run("version", "--version")
        doctor(node, report, ranks)
        train(node, report)
        predict(node, report)
        if found:
            measure(node, report, ranks, 256, ("train", "predict", "allreduce"))
        else:  # a training step of D3M takes minutes on CPUs
            measure(node, report, ranks, 32, ("predict", "allreduce"))
    arguments.out.write_text(json.dumps(report.content, indent=1) + "\n")
    print(f"{'all checks passed' if report.passed() else 'checks failed'}; report: {arguments.out}")
    sys.exit(0 if report.passed() else 1)


if __name__ == "__main__":
    main()
