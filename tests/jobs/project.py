"""A directory as a user of jobs/ has it: the job scripts, a configuration of tiny boxes, and where the program is."""

import os
import pathlib
import shutil
import subprocess
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ["NUBOX_BINARY"]
sys.path.insert(0, str(SOURCE / "tools"))

import nubox as files  # noqa: E402 (needs the path above)

CONFIG = """\
[box]
size_mpch = 31.25
n = 16

[simulate]
steps = 4

[model]
channels = 4

[train]
crop = 8
batch = 2
epochs = {epochs}
checkpoint_minutes = 0

[stats]
statistics = power
"""

# One node of two cores, the test's own launcher, and nothing of the examples.
SITE = """\
sbatch_boxes=(--nodes=1 --ntasks-per-node=2 --cpus-per-task=1)
sbatch_train=("${sbatch_boxes[@]}")
sbatch_predict=("${sbatch_boxes[@]}")
train_script=train_cpu.slurm
"""


def make_project(directory, epochs=1, site=SITE):
    """Copies jobs/ and tools/ as an installation has them, side by side, and edits site.env as a user would."""
    directory = pathlib.Path(directory)
    for name in ("jobs", "tools"):
        shutil.copytree(SOURCE / name, directory / name, ignore=shutil.ignore_patterns("__pycache__"))
    with open(directory / "jobs/site.env", "a", encoding="utf-8") as file:
        file.write(site)
    (directory / "tiny.ini").write_text(CONFIG.format(epochs=epochs))
    return directory


def environment(**more):
    """For jobs of this program; mpirun as root and with more ranks than cores, which users need not."""
    return {**os.environ, "NUBOX_BINARY": BINARY, "NUBOX_PYTHON": sys.executable,
            "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
            "OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_MCA_mpi_yield_when_idle": "1", **more}


def run(directory, *command, **more):
    return subprocess.run([str(word) for word in command], cwd=directory, text=True, capture_output=True,
                          env=environment(**more))
