"""A Slurm of one node that lives in a directory of its own: munged, slurmctld and slurmd on private
ports, started and stopped by the test that needs it."""

import ctypes
import os
import pathlib
import secrets
import shutil
import signal
import socket
import subprocess
import time

# Requeued jobs wait for a credential to expire before they start again: 120 s unless told.
CREDENTIAL_SECONDS = 5

PR_SET_PDEATHSIG = 1  # of linux/prctl.h

CONFIGURATION = """\
ClusterName=nubox
SlurmctldHost={host}(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
SlurmctldPort={controller_port}
SlurmdPort={node_port}
AuthType=auth/munge
AuthInfo=socket={directory}/munge.sock,cred_expire={credential_seconds}
CredType=cred/munge
StateSaveLocation={directory}/state
SlurmdSpoolDir={directory}/spool
SlurmctldPidFile={directory}/slurmctld.pid
SlurmdPidFile={directory}/slurmd.pid
SlurmctldLogFile={directory}/slurmctld.log
SlurmdLogFile={directory}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=2,batch_sched_delay=0,bf_interval=2
MpiDefault=pmix
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
ReturnToService=2
KillWait=5
MinJobAge=3600
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory={memory_mb}
PartitionName=all Nodes={host} Default=YES MaxTime=UNLIMITED State=UP
"""

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "scontrol")
SEARCH = os.environ["PATH"] + ":/usr/sbin:/sbin"


def missing_program():
    """Name of a program that is not here, or None. Starting daemons needs root."""
    for name in PROGRAMS:
        if not shutil.which(name, path=SEARCH):
            return name
    return None if os.geteuid() == 0 else "root (munged and slurmd run as root)"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class PrivateSlurm:
    """`environment` makes sbatch and its like talk to this Slurm; use as a context manager."""

    def __init__(self, directory, cpus=2):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        # munged refuses a socket that others cannot reach
        self.directory.chmod(0o755)
        host = socket.gethostname().split(".")[0]
        memory_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20 - 512
        self.configuration = self.directory / "slurm.conf"
        self.configuration.write_text(CONFIGURATION.format(
            host=host, user="root", directory=self.directory, cpus=cpus, memory_mb=memory_mb,
            controller_port=free_port(), node_port=free_port(), credential_seconds=CREDENTIAL_SECONDS))
        self.host = host
        self.daemons = []
        self.environment = {**os.environ, "PATH": SEARCH, "SLURM_CONF": str(self.configuration)}

    def __enter__(self):
        for name in ("state", "spool"):
            (self.directory / name).mkdir(exist_ok=True)
        key = self.directory / "munge.key"
        key.write_bytes(secrets.token_bytes(1024))
        key.chmod(0o400)
        own = [f"--{name}={self.directory}/{file}" for name, file in
               (("key-file", "munge.key"), ("socket", "munge.sock"), ("pid-file", "munged.pid"),
                ("log-file", "munged.log"), ("seed-file", "munge.seed"))]
        try:
            self.start("munged", "--foreground", "--force", *own)
            self.start("slurmctld", "-D", "-f", self.configuration)
            self.start("slurmd", "-D", "-f", self.configuration, "-N", self.host)
            self.wait_for_node()
        except BaseException:
            self.__exit__()
            raise
        return self

    def start(self, *command):
        """A daemon that ends when this process does, however that comes."""
        self.daemons.append(subprocess.Popen(
            [str(word) for word in command], env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, preexec_fn=lambda: ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)))

    def __exit__(self, *_):
        """The jobs first, then the daemons."""
        subprocess.run(["scancel", "--user=root"], env=self.environment, capture_output=True)
        for daemon in reversed(self.daemons):
            daemon.terminate()
            try:
                daemon.wait(timeout=10)
            except subprocess.TimeoutExpired:
                daemon.kill()

    def run(self, *command):
        """Output of a command; raises with its messages where it fails."""
        done = subprocess.run([str(word) for word in command], env=self.environment, text=True, capture_output=True)
        if done.returncode != 0:
            raise RuntimeError(f"{command[0]} ended with {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout.strip()

    def wait_for_node(self, seconds=60):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                if self.run("sinfo", "-h", "-o", "%T") == "idle":
                    return
            except RuntimeError:
                pass
            time.sleep(0.3)
        logs = [self.directory / f"{name}.log" for name in ("slurmctld", "slurmd")]
        said = "\n".join(log.read_text()[-2000:] for log in logs if log.exists())
        raise RuntimeError(f"Slurm did not start:\n{said}")

    def job(self, number):
        """Fields of `scontrol show job`, the first record of an array."""
        record = self.run("scontrol", "-o", "show", "job", number).splitlines()[0]
        return dict(word.split("=", 1) for word in record.split() if "=" in word)

    def records(self, number):
        """Fields of every task of a job array."""
        return [dict(word.split("=", 1) for word in line.split() if "=" in word)
                for line in self.run("scontrol", "-o", "show", "job", number).splitlines() if line]
