"""A real Slurm on this machine alone: munge, a controller and one node."""

import getpass
import importlib.util
import os
import secrets
import shutil
import socket
import subprocess
import time
from pathlib import Path

import psutil
import pytest
from filelock import FileLock

# The executor's inner srun reads the configuration only from here.
CONFIGURATION = Path("/etc/slurm/slurm.conf")
DAEMONS = ("munged", "slurmctld", "slurmd", "sbatch")
N_PROCESSORS = 4
NAME = "bssbench-test"
# Seconds; generous, because the machine may be busy.
PATIENCE = 1800

SLURM_CONF = """\
ClusterName={name}
SlurmctldHost={host}(127.0.0.1)
NodeName={host} NodeAddr=127.0.0.1 CPUs={n_processors} RealMemory=16000 State=UNKNOWN
PartitionName=test Nodes=ALL Default=YES MaxTime=INFINITE State=UP
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={state}/munge.socket
StateSaveLocation={state}/controller
SlurmdSpoolDir={state}/node
SlurmctldPidFile={state}/slurmctld.pid
SlurmdPidFile={state}/slurmd.pid
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SlurmdParameters=config_overrides
# A silent node is declared down after seconds, and used again once it is back.
SlurmdTimeout=10
ReturnToService=2
KillWait=2
MpiDefault=none
"""


def missing():
    """Return why no cluster can run here, or None."""
    absent = [name for name in DAEMONS if shutil.which(name, path=search_path()) is None]
    if absent:
        return f"not installed: {', '.join(absent)}"
    if getpass.getuser() != "root":
        return "only root can bring Slurm up"
    if importlib.util.find_spec("snakemake_executor_plugin_slurm") is None:
        return "not installed: snakemake-executor-plugin-slurm"
    if CONFIGURATION.exists() and f"ClusterName={NAME}\n" not in CONFIGURATION.read_text():
        return f"{CONFIGURATION} exists: this machine has a Slurm of its own"
    return None


def search_path():
    return f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin"


class Cluster:
    """Munge, a controller and a node, each a process that can be killed and started again."""

    def __init__(self, state):
        self.state = state
        self.running = {}
        self.host = socket.gethostname().partition(".")[0]

    def up(self):
        for name in ("controller", "node"):
            (self.state / name).mkdir()
        settings = {
            "name": NAME,
            "host": self.host,
            "state": self.state,
            "n_processors": N_PROCESSORS,
        }
        CONFIGURATION.write_text(SLURM_CONF.format(**settings))
        key = self.state / "munge.key"
        key.write_bytes(secrets.token_bytes(128))
        key.chmod(0o400)
        files = {
            name: f"--{name}-file={self.state}/munge.{name}" for name in ("pid", "log", "seed")
        }
        socket_ = f"--socket={self.state}/munge.socket"
        self.start(
            "munged", "--foreground", "--force", f"--key-file={key}", socket_, *files.values()
        )
        poll(lambda: (self.state / "munge.socket").exists())
        self.start("slurmctld", "-D")
        self.start("slurmd", "-D")
        poll(lambda: self.says("sinfo", "--noheader", "--format=%T") == "idle")

    def start(self, name, *options):
        with open(self.state / f"{name}.log", "a") as log:
            self.running[name] = subprocess.Popen(
                [shutil.which(name, path=search_path()), *options],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, name):
        """Kill a daemon and all processes that it started, as when a machine goes down."""
        process = psutil.Process(self.running.pop(name).pid)
        begun = process.children(recursive=True)
        if name == "slurmd":
            # Steps are no children of the node's daemon, and jobs no children of steps.
            begun += [
                each
                for each in psutil.process_iter()
                if variables(each).get("SLURM_CLUSTER_NAME") == NAME
            ]
            begun += [each for each in psutil.process_iter(["name"]) if each.name() == "slurmstepd"]
        for each in (process, *begun):
            try:
                each.kill()
            except psutil.NoSuchProcess:
                continue
        process.wait()

    def down(self):
        for name in ("slurmd", "slurmctld", "munged"):
            if name in self.running:
                self.kill(name)
        CONFIGURATION.unlink(missing_ok=True)

    def says(self, *command):
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()

    def jobs(self, state="RUNNING"):
        return self.says("squeue", "--noheader", "--format=%i", f"--states={state}").split()


def variables(process):
    try:
        return process.environ()
    except (psutil.AccessDenied, psutil.NoSuchProcess):
        return {}


def poll(holds, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.2)


@pytest.fixture
def wait_until():
    """Wait until a function returns a true value."""
    return poll


@pytest.fixture
def cluster(tmp_path_factory):
    """A cluster on this machine; only one exists at a time, even if tests run in parallel."""
    reason = missing()
    if reason:
        pytest.skip(reason)
    # Beside what runs share, and not in the temporary folder, which each of them may set.
    with FileLock(CONFIGURATION.with_name(f"{NAME}.lock")):
        cluster = Cluster(tmp_path_factory.mktemp("slurm"))
        try:
            cluster.up()
            yield cluster
        finally:
            cluster.down()
