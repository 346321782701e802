"""A data set whose cells are split into jobs of some seeds each: the same scores."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bssbench.files import read_json

PROJECT = Path(__file__).parents[2]
CONFIGURATION = {
    "output": {"results": "results", "figures": "figures"},
    "seeds": "0-4",
    "datasets": {"gp-distinct-t100": None, "gp-equal-t100": None},
    "methods": {"sobi": None, "fastica": None},
}
SCORES = "results/scores.csv"


def snakemake(folder, *words):
    words = [sys.executable, "-m", "snakemake", "--cores", "2", *words]
    environment = os.environ | {"PYTHONPATH": str(folder / "src")}
    done = subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def write_configuration(folder, **changes):
    datasets = CONFIGURATION["datasets"] | {"gp-distinct-t100": changes or None}
    content = CONFIGURATION | {"datasets": datasets}
    (folder / "config" / "paper.yaml").write_text(yaml.safe_dump(content, sort_keys=False))


@pytest.mark.slow
def test_a_split_cell_has_the_scores_of_the_whole_one(tmp_path):
    for name in ("src", "workflow", "profiles", "config"):
        shutil.copytree(
            PROJECT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(PROJECT / "Snakefile", tmp_path)
    write_configuration(tmp_path)
    snakemake(tmp_path, SCORES)
    whole = (tmp_path / SCORES).read_bytes()
    write_configuration(tmp_path, seeds_per_job=2)
    snakemake(tmp_path, SCORES)
    assert (tmp_path / SCORES).read_bytes() == whole
    cells = tmp_path / "results" / "cells"
    run = read_json(cells / "gp-distinct-t100" / "sobi" / "run.json")
    assert [part["seeds"] for part in run["parts"]] == [[0, 1], [2, 3], [4]]
    assert "parts" not in read_json(cells / "gp-equal-t100" / "sobi" / "run.json")
    # One lost part is one job more, and what joins it.
    shutil.rmtree(cells / "gp-distinct-t100" / "sobi" / "parts" / "1")
    for lost in (cells / "gp-distinct-t100" / "sobi" / "run.json", tmp_path / SCORES):
        lost.unlink()
    planned = snakemake(tmp_path, SCORES, "--dry-run")
    assert planned.count("rule separate_part:") == planned.count("rule join_cell:") == 1
    assert "rule separate:" not in planned
