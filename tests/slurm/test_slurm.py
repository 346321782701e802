"""The workflow on a real Slurm ends with the same files as locally, despite failures."""

import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import yaml

from bssbench.files import read_json

PROJECT = Path(__file__).parents[2]
SNAKEMAKE = [sys.executable, "-m", "snakemake"]
# Records that it began, and waits while there is a file `wait`.
METHOD = """
import time
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from bssbench.methods.controls.random import Method as Random

@dataclass(frozen=True)
class Method(Random):
    "A method of the test's own."
    deterministic: ClassVar[bool] = False
    patient: bool = False

    def separate(self, problem, progress=None):
        with open("begun", "a") as file:
            file.write("waiting\\n" if self.patient else "quick\\n")
        while self.patient and Path("wait").exists():
            time.sleep(0.1)
        return super().separate(problem, progress)
"""
CONFIGURATION = {
    "output": {"results": "results", "figures": "figures"},
    "seeds": "0-3",
    "datasets": {
        "gp-distinct-t100": {"seeds_per_job": 2, "methods": ["amuse"]},
        "gp-equal-t100": None,
    },
    "methods": {"quick": None, "waiting": {"method": "quick", "patient": True}, "amuse": None},
}
SCORES = "results/scores.csv"
MADE = [
    SCORES,
    *(f"results/tables/separation.{suffix}" for suffix in ("csv", "md", "tex")),
    *(f"figures/median_scores.{suffix}" for suffix in ("csv", "pdf", "png", "txt")),
]
# Query the status each second, because these jobs are short, but give them time on a busy machine.
OPTIONS = [
    *("--slurm-init-seconds-before-status-checks", "1"),
    *("--default-resources", "machine=1", "runtime=60"),
    *("--set-resources", "separate:runtime=60", "separate_part:runtime=60"),
]

pytestmark = [pytest.mark.slow, pytest.mark.slurm]


def environment(project):
    return os.environ | {"PYTHONPATH": str(project / "src"), "OMP_NUM_THREADS": "1"}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A finished local run."""
    folder = tmp_path_factory.mktemp("local")
    for name in ("src", "workflow", "profiles", "config"):
        shutil.copytree(PROJECT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "Snakefile", folder)
    (folder / "src" / "bssbench" / "methods" / "quick.py").write_text(METHOD)
    (folder / "config" / "paper.yaml").write_text(yaml.safe_dump(CONFIGURATION, sort_keys=False))
    subprocess.run(
        [*SNAKEMAKE, "--cores", "2", *MADE], cwd=folder, env=environment(folder), check=True
    )
    return folder


@pytest.fixture
def start():
    """Start the workflow on the cluster; it is ended with the test."""
    begun = []

    def run(project, *words):
        options = ["--workflow-profile", "profiles/slurm", *OPTIONS]
        with open(project / "snakemake.log", "w") as log:
            process = subprocess.Popen(
                # Targets first: an option that takes several values would consume them.
                [*SNAKEMAKE, *words, *options],
                cwd=project,
                env=environment(project),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        begun.append(process)
        return process

    yield run
    for process in begun:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
            process.wait()


def contents(project, names):
    return {name: (project / name).read_bytes() for name in names}


def test_a_cluster_makes_the_same_bytes(start, cluster, finished, tmp_path):
    for name in ("src", "workflow", "profiles", "config", "Snakefile"):
        copy = shutil.copytree if (finished / name).is_dir() else shutil.copy
        copy(finished / name, tmp_path / name)
    ended = start(tmp_path, *MADE).wait()
    assert ended == 0, (tmp_path / "snakemake.log").read_text()
    assert contents(tmp_path, MADE) == contents(finished, MADE)
    log = (tmp_path / "snakemake.log").read_text()
    # Five jobs: data; short cells; the joined cell; scores; statistics, tables and the figure.
    assert log.count("has been submitted with SLURM jobid") == 5
    for path in (tmp_path / "results" / "cells").glob("*/*/run.json"):
        assert read_json(path)["provenance"]["node"] == cluster.host


def test_a_run_outlives_a_lost_job_a_lost_controller_and_a_lost_node(
    start, cluster, wait_until, finished, tmp_path
):
    shutil.copytree(finished, tmp_path, dirs_exist_ok=True)
    # Data and the cells of one data set are kept.
    for made in (
        SCORES,
        "begun",
        *(f"results/cells/gp-equal-t100/{name}" for name in ("quick", "waiting")),
    ):
        path = tmp_path / made
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    (tmp_path / "wait").touch()

    def begun():
        path = tmp_path / "begun"
        return Counter(path.read_text().split() if path.exists() else [])

    alone = ["--group-components", "seconds=1"]
    process = start(tmp_path, SCORES, *alone)
    wait_until(lambda: begun() == {"quick": 1, "waiting": 1} and len(cluster.jobs()) == 1)

    cluster.says("scancel", *cluster.jobs())
    wait_until(lambda: begun()["waiting"] == 2)

    cluster.kill("slurmctld")
    cluster.start("slurmctld", "-D")
    wait_until(cluster.jobs)

    cluster.kill("slurmd")
    wait_until(lambda: cluster.says("sinfo", "--noheader", "--format=%T").startswith("down"))
    cluster.start("slurmd", "-D")
    wait_until(lambda: begun()["waiting"] == 3)

    (tmp_path / "wait").unlink()
    assert process.wait() == 0, (tmp_path / "snakemake.log").read_text()
    assert begun() == {"quick": 1, "waiting": 3}, "a finished cell was not computed again"
    assert contents(tmp_path, [SCORES]) == contents(finished, [SCORES])
