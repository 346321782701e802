"""The workflow in unusual folders and environments, with killed cells and with a second run."""

import json
import os
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
import yaml

PROJECT = Path(__file__).parents[2]
SNAKEMAKE = Path(sys.executable).with_name("snakemake")
DATASET = "gp-distinct-t100"
METHOD = """
import os, signal, time
from dataclasses import dataclass
from pathlib import Path
from bssbench.methods.controls.random import Method as Random

@dataclass(frozen=True)
class Method(Random):
    "A method of the test's own."

    def separate(self, problem, progress=None):
        {body}
        return super().separate(problem, progress)
"""
METHODS = {
    # Ended by the kernel, as when memory runs out.
    "killed": "os.kill(os.getpid(), signal.SIGKILL)",
    "waiting": "while Path('wait').exists(): time.sleep(0.1)",
}
CONFIGURATION = {
    "output": {"results": "results", "figures": "figures"},
    "seeds": "0-1",
    "datasets": {DATASET: None},
    "methods": {"oracle": None, "killed": None, "amuse": None},
}
CELLS = Path("results", "cells", DATASET)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with an experiment, beside a link to a copy of the project that is no clone."""
    top = tmp_path_factory.mktemp("Vögel & Fische")
    project = top / "project in café"
    for name in ("src", "workflow", "profiles", "config"):
        ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
        shutil.copytree(PROJECT / name, project / name, ignore=ignored)
    shutil.copy(PROJECT / "Snakefile", project)
    for name, body in METHODS.items():
        own = project / "src" / "bssbench" / "methods" / f"{name}.py"
        own.write_text(METHOD.format(body=body))
    (top / "the link").symlink_to(project, target_is_directory=True)
    place = top / "elsewhere über"
    place.mkdir()
    (place / "my own.yaml").write_text(yaml.safe_dump(CONFIGURATION, sort_keys=False))
    return place


def start(place, *targets):
    """Start the workflow there, with a home folder that can't be written, in the C locale."""
    link = place.parent / "the link"
    environment = os.environ | {"PYTHONPATH": str(link / "src"), "LC_ALL": "C", "LANG": "C"}
    environment |= {"HOME": "/proc/nowhere", "XDG_CACHE_HOME": str(place / "caches")}
    return subprocess.Popen(
        [
            *(SNAKEMAKE, "--snakefile", link / "Snakefile", "--cores", "2"),
            *("--configfile", "my own.yaml", "--", *targets),
        ],
        cwd=place,
        env=environment,
        umask=0o077,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )


def snakemake(place, *targets):
    """Run the workflow to its end, and return what it printed."""
    with start(place, *targets) as process:
        printed, _ = process.communicate()
    assert process.returncode == 0, printed
    return printed


def locks(place):
    return sorted(path.name for path in (place / ".snakemake" / "locks").glob("*"))


def contents(place):
    return {path: path.read_bytes() for path in (place / "results").rglob("*") if path.is_file()}


@pytest.mark.slow
def test_a_run_ends_and_the_next_one_repairs_damage(place):
    snakemake(place, "results/scores.csv", "results/provenance.json")
    results = place / "results"
    scores = pd.read_csv(results / "scores.csv", keep_default_na=False)
    assert set(scores["method"]) == {"oracle", "killed", "amuse"}
    killed = scores[(scores["method"] == "killed") & (scores["status"] != "skipped")]
    assert set(killed["status"]) == {"failed"}
    assert set(killed["reason"]) == {"killed (SIGKILL), most likely out of memory"}
    assert set(scores["status"][scores["method"] != "killed"]) <= {"ok", "skipped"}
    provenance = json.loads((results / "provenance.json").read_text())
    assert provenance["commit"] is None
    assert provenance["configuration_file"] == "my own.yaml"
    for path in [results, *results.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    assert not (place.parent / "project in café" / "results").exists()

    spoilt = [place / CELLS / "amuse" / "separation.npz", results / "scores.csv"]
    kept = place / CELLS / "oracle" / "run.json"
    whole, before = [path.read_bytes() for path in spoilt], kept.stat().st_mtime_ns
    spoilt[0].write_bytes(whole[0][:-100])
    spoilt[1].write_bytes(whole[1].replace(b"0.", b"1.", 1))
    printed = snakemake(place, "results/scores.csv")
    assert [path.read_bytes() for path in spoilt] == whole
    for path in spoilt:
        name = path.relative_to(place)
        assert f"bssbench: warning: {name}: damaged or changed since it was written" in printed
        assert path.with_name(f"{path.name}.damaged").exists()
    assert kept.stat().st_mtime_ns == before, "an intact file is not computed again"


@pytest.mark.slow
def test_a_second_run_in_one_folder_ends_at_once_and_disturbs_nothing(place):
    folder = place.parent / "shared"
    folder.mkdir()
    configuration = CONFIGURATION | {"methods": {"oracle": None, "waiting": None}}
    (folder / "my own.yaml").write_text(yaml.safe_dump(configuration, sort_keys=False))
    (folder / "wait").touch()
    recovery = [sys.executable, PROJECT / "workflow" / "scripts" / "recover.py"]

    def recover():
        return subprocess.run(recovery, cwd=folder, capture_output=True, text=True, check=False)

    with start(folder, "results/scores.csv") as first:
        while not locks(folder):
            assert first.poll() is None, first.communicate()[0]
            time.sleep(0.01)
        locked = locks(folder)
        # What `make paper` does first.
        recovered = recover()
        assert (recovered.returncode, recovered.stdout) == (2, "")
        expected = f"a workflow is running in {folder} (process {first.pid}); wait for it\n"
        assert recovered.stderr == expected
        with start(folder, "results/scores.csv") as second:
            printed, _ = second.communicate()
        assert second.returncode == 1
        assert "Error: Directory cannot be locked." in printed
        assert "Traceback" not in printed
        assert locks(folder) == locked
        (folder / "wait").unlink()
        printed, _ = first.communicate()
    assert first.returncode == 0, printed
    assert recover().returncode == 0

    made = contents(folder)
    assert "Nothing to be done" in snakemake(folder, "results/scores.csv")
    assert contents(folder) == made, "nothing was damaged, and nothing was missing"
