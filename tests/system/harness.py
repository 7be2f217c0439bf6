"""Runs the nubox binary under mpirun for the system tests."""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ["NUBOX_BINARY"]
MPIEXEC = os.environ.get("NUBOX_MPIEXEC", "mpirun")
sys.path.insert(0, str(SOURCE / "tools"))

import nubox as files  # noqa: E402 (needs the path above)

# A tiny box at the paper's particle spacing: seconds per command.
TINY = ["--box.n=16", "--box.size_mpch=31.25", "--simulate.steps=4"]


class Outcome:
    """Exit code, output and wall time of a command."""

    def __init__(self, code, out, err, seconds):
        self.code, self.out, self.err, self.seconds = code, out, err, seconds

    def __str__(self):
        return f"exit code {self.code} after {self.seconds:.1f} s\n{self.out}\n{self.err}"


def nubox(*args, ranks=2, env=None, rank_prefix=None, timeout=120, cwd=None):
    """Runs `nubox args` on `ranks` ranks; a command that has not ended after `timeout` seconds is taken to hang
    and fails the test (subprocess.TimeoutExpired). `rank_prefix`: shell text that every rank runs first,
    with $RANK set (to limit one rank only)."""
    command = [MPIEXEC, "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-np", str(ranks)]
    if rank_prefix is None:
        command += [BINARY, *map(str, args)]
    else:
        shell = f'RANK=$OMPI_COMM_WORLD_RANK; {rank_prefix}; exec "$0" "$@"'
        command += ["bash", "-c", shell, BINARY, *map(str, args)]
    start = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, cwd=cwd,
                          env={**os.environ, **(env or {})})
    return Outcome(done.returncode, done.stdout, done.stderr, time.monotonic() - start)


def ranks_of(process):
    """Process IDs of the ranks under mpirun."""
    return [int(child) for child in
            pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def kill_ranks(process):
    """Kills the ranks under mpirun as the kernel or a scheduler would."""
    for rank in ranks_of(process):
        with contextlib.suppress(ProcessLookupError):
            os.kill(rank, signal.SIGKILL)


class SystemTest(unittest.TestCase):
    """A temporary directory per test class, with one simulated small pair if `needs_pair` is set."""

    needs_pair = False

    @classmethod
    def setUpClass(cls):
        cls.directory = pathlib.Path(tempfile.mkdtemp(prefix="nubox-system-"))
        cls.addClassCleanup(shutil.rmtree, cls.directory, ignore_errors=True)
        if cls.needs_pair:
            made = nubox("simulate", *TINY, "--simulate.seeds=1", f"--simulate.out={cls.directory}/pairs")
            assert made.code == 0, str(made)
            cls.massless = cls.directory / "pairs/pair-1/mnu-0.000.h5"
            cls.massive = cls.directory / "pairs/pair-1/mnu-0.150.h5"

    def assertEnds(self, outcome, code, *texts):
        """The exit code, and one error block with all texts. nubox() itself fails a command that hangs."""
        self.assertEqual(outcome.code, code, str(outcome))
        if code not in (0, 85):
            self.assertEqual(outcome.err.count("nubox: error"), 1, str(outcome))
        for text in texts:
            self.assertIn(text, outcome.err, str(outcome))

    def assertNothingStands(self, path):
        """Neither the final name nor a temporary of it."""
        path = pathlib.Path(path)
        left = list(path.parent.glob(path.name + "*")) if path.parent.exists() else []
        self.assertEqual(left, [])
