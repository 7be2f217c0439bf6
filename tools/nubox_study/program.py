"""The nubox command, under mpirun with one thread per rank."""

import functools
import os
import shlex
import subprocess
import sys

# nubox ends with it after a durable checkpoint: the same command continues.
STOPPED_ON_PURPOSE = 85


class Nubox:
    """Calls `nubox arguments...`; a failure ends the study with the command that failed."""

    def __init__(self, binary, ranks):
        self.binary, self.ranks = binary, ranks
        self.start = ["mpirun", "--oversubscribe", "--bind-to", "none", "-np", str(ranks), str(binary)]
        if os.geteuid() == 0:
            self.start.insert(1, "--allow-run-as-root")
        self.environment = {**os.environ, "OMP_NUM_THREADS": "1", "OMPI_MCA_mpi_yield_when_idle": "1"}

    def __call__(self, *arguments, log=None):
        """Runs the command; log: file that takes its output instead of the terminal."""
        command = [*self.start, *map(str, arguments)]
        if log is None:
            code = subprocess.run(command, env=self.environment).returncode
        else:
            log.parent.mkdir(parents=True, exist_ok=True)
            with open(log, "w", encoding="utf-8") as text:
                code = subprocess.run(command, env=self.environment, stdout=text, stderr=subprocess.STDOUT).returncode
        if code == STOPPED_ON_PURPOSE:
            print("stopped on purpose after a checkpoint: run the same command again", file=sys.stderr)
            sys.exit(STOPPED_ON_PURPOSE)
        if code != 0:
            tail = "" if log is None else "\n".join(["", *log.read_text(encoding="utf-8").splitlines()[-15:]])
            sys.exit(f"failed ({code}): {shlex.join(command)}{tail}")

    @functools.cached_property
    def version(self):
        """First line of `nubox --version`."""
        done = subprocess.run([self.binary, "--version"], capture_output=True, text=True, env=self.environment)
        if done.returncode != 0:
            sys.exit(f"{self.binary} does not run: {done.stderr.strip()}")
        return done.stdout.splitlines()[0]
