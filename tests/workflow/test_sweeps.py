"""A sweep in the workflow, in a copy of the project."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

PROJECT = Path(__file__).parents[2]
SWEEP = {
    "question": "How near may they be?",
    "dataset": "gp-distinct",
    "axes": {"length": [64, 100], "longest_length_scale": [4, 16]},
    "methods": {"oracle": None, "sobi": {"length": [100]}},
    "figure": {"kind": "lines", "x": "longest_length_scale", "columns": "length"},
}
CONFIGURATION = {
    "output": {"results": "results", "figures": "figures"},
    "seeds": "100-101",
    "methods": {"oracle": None, "sobi": None},
    "sweeps": {"near": SWEEP},
}
CELLS = {("near-001", "oracle"), ("near-002", "oracle"), ("near-002", "sobi")}

pytestmark = pytest.mark.slow


@pytest.fixture
def project(tmp_path):
    """A copy of the project without git, whose configuration is of a sweep alone."""
    root = tmp_path / "project"
    for name in ("src", "workflow", "profiles", "config"):
        shutil.copytree(PROJECT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "Snakefile", root)
    write(root, CONFIGURATION)
    return root


def write(project, content):
    (project / "config" / "paper.yaml").write_text(yaml.safe_dump(content, sort_keys=False))


def snakemake(project, *options):
    environment = os.environ | {
        "PYTHONPATH": str(project / "src"),
        "GIT_CEILING_DIRECTORIES": str(project.parent),
    }
    command = [Path(sys.executable).with_name("snakemake"), "--cores", "2", *options]
    completed = subprocess.run(
        command, cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    assert completed.returncode == 0, completed.stdout + completed.stderr
    return completed.stdout


def planned(project):
    """The rules that a dry run would call, each with the first file that it makes."""
    rules, rule = set(), ""
    for line in snakemake(project, "--dry-run").splitlines():
        words = line.split()
        if words[:1] in (["rule"], ["localrule"]):
            rule = words[1].rstrip(":")
        if words[:1] == ["output:"]:
            rules.add((rule, words[1].rstrip(",")))
    return rules


def test_a_sweep_alone_is_made_whole_and_once_and_grows_by_what_is_new(project):
    jobs = planned(project)
    assert {output for rule, output in jobs if rule == "separate"} == {
        f"results/cells/{block}/{method}/separation.npz" for block, method in CELLS
    }
    assert {rule for rule, _ in jobs} == {
        *("generate_block", "separate", "score_sweeps", "sweep", "findings"),
        *("provenance", "manifest"),
    }
    snakemake(project)
    assert planned(project) == set()
    results = project / "results"
    scores = pd.read_csv(results / "sweep_scores.csv")
    correlations = scores[scores["score"] == "mcc"]
    assert set(correlations["status"]) == {"ok"}
    # Four points by the oracle and two by SOBI, two seeds each.
    assert len(correlations) == 12
    assert "near/length=64,longest_length_scale=4" in set(correlations["dataset"])
    for path in ("results/tables/near.csv", "results/tables/near.md", "figures/near.pdf"):
        assert (project / path).stat().st_size
    assert SWEEP["question"] in (results / "findings.md").read_text()
    command = [sys.executable, "-m", "bssbench", "check"]
    environment = os.environ | {"PYTHONPATH": str(project / "src")}
    subprocess.run(command, cwd=project, env=environment, check=True)

    # Another sweep beside it makes nothing of the first again but what is of all of them.
    other = {**SWEEP, "axes": {**SWEEP["axes"], "length": [64, 80]}, "methods": ["oracle"]}
    write(project, {**CONFIGURATION, "sweeps": {"near": SWEEP, "other": other}})
    remade = {output for rule, output in planned(project) if rule in ("separate", "sweep")}
    assert remade == {
        *(f"results/cells/other-00{number}/oracle/separation.npz" for number in (1, 2)),
        "results/tables/other.csv",
    }
