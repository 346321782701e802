"""A run that is killed at any moment continues from there and ends with the same bytes."""

import os
import signal
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from pathlib import Path

import numpy as np
import pytest
import yaml
from filelock import FileLock

PROJECT = Path(__file__).parents[2]
SNAKEMAKE = (sys.executable, "-m", "snakemake")
# `make faults` asks for more.
KILLS = int(os.environ.get("BSSBENCH_KILLS", "1"))
SEED = 20

CONFIGURATION = {
    "output": {"results": "results", "figures": "figures"},
    "seeds": "0-1",
    "datasets": {"gp-distinct-t50": None, "gp-equal-2-t60": {"methods": ["amuse", "random"]}},
    # The methods whose libraries load fastest: loading is most of a run's time.
    "methods": {"amuse": None, "fastica": None, "oracle": None, "random": None},
}
# All tables, a figure of statistics and one of cells.
TARGETS = (
    *("results/tables/separation.csv", "figures/ranks.pdf", "figures/recovered_sources.pdf"),
    "results/provenance.json",
)

pytestmark = pytest.mark.slow


def new_project(folder):
    """Make a folder in which the workflow runs, with links to the project's files."""
    folder.mkdir(parents=True)
    for name in ("Snakefile", "workflow", "profiles", "config"):
        (folder / name).symlink_to(PROJECT / name)
    (folder / "own.yaml").write_text(yaml.safe_dump(CONFIGURATION))
    return folder


def start(folder):
    """Start the workflow in a process group of its own."""
    return subprocess.Popen(
        [*SNAKEMAKE, "--cores", "2", "--configfile", "own.yaml", "--", *TARGETS],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(PROJECT / "src")},
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def complete(folder):
    with start(folder) as process:
        said, _ = process.communicate()
    assert process.returncode == 0, said


def snapshot(folder):
    """Return the bytes of scores, tables and figures; none of them contains times."""
    tables, figures = folder / "results" / "tables", folder / "figures"
    files = [folder / "results" / "scores.csv", *tables.glob("[!.]*.*"), *figures.glob("*.*")]
    return {path.relative_to(folder): path.read_bytes() for path in files}


def finished_cells(folder):
    """Return when each cell was written that Snakemake has recorded as finished."""
    noted, begun = (folder / ".snakemake" / name for name in ("metadata", "incomplete"))
    found = {}
    for run in sorted((folder / "results" / "cells").glob("*/*/run.json")):
        key = urlsafe_b64encode(str(run.relative_to(folder)).encode()).decode()
        if (noted / key).exists() and not (begun / key).exists():
            found[run] = run.stat().st_mtime_ns
    return found


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """Return the files of a run that is not killed, and its seconds; computed once."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder, seconds = shared / "undisturbed", shared / "undisturbed.seconds"
    with FileLock(shared / "undisturbed.lock"):
        if not seconds.exists():
            before = time.monotonic()
            complete(new_project(folder))
            seconds.write_text(str(time.monotonic() - before))
    return snapshot(folder), float(seconds.read_text())


@pytest.mark.parametrize("kill", range(KILLS))
def test_a_run_killed_at_any_moment_is_completed(kill, undisturbed, tmp_path):
    expected, seconds = undisturbed
    assert expected
    project = new_project(tmp_path / "project")
    moment = np.random.default_rng([SEED, kill]).uniform(0, seconds)
    with start(project) as process:
        try:
            process.communicate(timeout=moment)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
    done = finished_cells(project)
    recovery = [sys.executable, "workflow/scripts/recover.py"]
    subprocess.run(recovery, cwd=project, check=True, capture_output=True)
    complete(project)
    assert snapshot(project) == expected
    assert len(finished_cells(project)) == 6
    again = [run for run, written in done.items() if run.stat().st_mtime_ns != written]
    assert not again, f"killed after {moment:.2f} s of {seconds:.2f}"
