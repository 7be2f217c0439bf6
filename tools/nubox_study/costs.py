"""What boxes cost, from the records and logs of the stages that made them."""

import platform
import re
import shutil
import statistics
import subprocess
from pathlib import Path

PARTS = re.compile(r"prior \S+ ([\d.]+) s, network ([\d.]+) s")


def core_seconds(record):
    """Wall time of a stage times its ranks; None where no stage made the product."""
    return record["seconds"] * record["ranks"] if record and "seconds" in record else None


def per_simulated_box(workshop, planned):
    """Mean core seconds of nubox simulate per box of a set, or None."""
    found = [core_seconds(workshop.record(f"simulate/{planned.label}/pair-{seed}")) for seed in planned.seeds]
    found = [seconds / len(planned.masses) for seconds in found if seconds is not None]
    return statistics.mean(found) if found else None


def per_predicted_box(workshop, pairs, method, mass):
    """(mean core seconds, mean seconds of the prior, of the network, ranks) of nubox predict per box, or None.
    Core seconds hold the start of the program and files; the parts are the program's own clocks."""
    names = [f"predict/{pairs.label}/{method}/{directory.name}/mnu-{mass}" for directory in pairs.directories]
    records = [workshop.record(name) for name in names]
    seconds = [core_seconds(record) for record in records]
    if any(value is None for value in seconds):
        return None
    parts = [PARTS.search(workshop.log_of(name).read_text(encoding="utf-8")) for name in names
             if workshop.log_of(name).exists()]
    parts = [[float(x) for x in found.groups()] for found in parts if found]
    prior, network = (statistics.mean(column) for column in zip(*parts)) if parts else (None, None)
    return statistics.mean(seconds), prior, network, records[0]["ranks"]


def hardware():
    """Processor and accelerators of this machine, as text."""
    model = next((line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
                 platform.processor() or platform.machine())
    listing = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True).stdout if \
        shutil.which("nvidia-smi") else ""
    gpus = [line.split(" (UUID")[0] for line in listing.splitlines() if line.startswith("GPU")]
    return f"{model}; " + ("; ".join(gpus) if gpus else "no GPU")


def _lines(path):
    return Path(path).read_text(encoding="utf-8", errors="replace").splitlines() if Path(path).exists() else []
