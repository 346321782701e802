"""The workflow where a user may be: odd places, poor environments, cells that are killed."""

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

PROJECT = Path(__file__).parents[2]
SNAKEMAKE = Path(sys.executable).with_name("snakemake")
DATASET = "gp-distinct-t100"
# A method that the kernel ends, as it does where memory runs out.
KILLED = """
import os, signal
from dataclasses import dataclass
from bssbench.methods.controls.random import Method as Random

@dataclass(frozen=True)
class Method(Random):
    "A method of the test's own."

    def separate(self, problem, progress=None):
        os.kill(os.getpid(), signal.SIGKILL)
"""
CONFIGURATION = {
    "output": {"results": "results", "figures": "figures"},
    "seeds": "0-1",
    "datasets": {DATASET: None},
    "methods": {"oracle": None, "killed": None, "amuse": None},
}
CELLS = Path("results", "cells", DATASET)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with an experiment of its own, beside a link to a copy of the project, no clone."""
    top = tmp_path_factory.mktemp("Vögel & Fische")
    project = top / "project in café"
    for name in ("src", "workflow", "profiles", "config"):
        ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
        shutil.copytree(PROJECT / name, project / name, ignore=ignored)
    shutil.copy(PROJECT / "Snakefile", project)
    (project / "src" / "bssbench" / "methods" / "killed.py").write_text(KILLED)
    (top / "the link").symlink_to(project, target_is_directory=True)
    place = top / "elsewhere über"
    place.mkdir()
    (place / "my own.yaml").write_text(yaml.safe_dump(CONFIGURATION, sort_keys=False))
    return place


def snakemake(place, *targets):
    """Run the workflow from there with a home that can't be written, in C's locale."""
    link = place.parent / "the link"
    environment = os.environ | {"PYTHONPATH": str(link / "src"), "LC_ALL": "C", "LANG": "C"}
    environment |= {"HOME": "/proc/nowhere", "XDG_CACHE_HOME": str(place / "caches")}
    completed = subprocess.run(
        [
            *(SNAKEMAKE, "--snakefile", link / "Snakefile", "--cores", "2"),
            *("--configfile", "my own.yaml", "--", *targets),
        ],
        cwd=place,
        env=environment,
        umask=0o077,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert completed.returncode == 0, completed.stdout + completed.stderr
    return completed


@pytest.mark.slow
def test_a_run_ends_and_damage_is_made_good_by_the_next(place):
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
    said = snakemake(place, "results/scores.csv").stderr
    assert [path.read_bytes() for path in spoilt] == whole
    for path in spoilt:
        name = path.relative_to(place)
        assert f"bssbench: warning: {name}: damaged or changed since it was written" in said
        assert path.with_name(f"{path.name}.damaged").exists()
    assert kept.stat().st_mtime_ns == before, "what is whole is not made again"
