"""The kernel cores' rounds in the workflow, in a copy of the project."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

PROJECT = Path(__file__).parents[2]
GRID = {
    **{"core": ["cholesky", "fft"], "pass": ["forward+backward"], "parameters": ["learned"]},
    **{"grid": ["regular"], "length": [256, 8192], "latents": [3], "dtype": ["float32"]},
    **{"replicates": [1], "device": ["cpu"]},
}
OUTPUTS = [
    "results/cores.csv",
    "results/cores.json",
    *(f"results/tables/cores.{suffix}" for suffix in ("csv", "md", "tex")),
    *(f"figures/core_scaling.{suffix}" for suffix in ("pdf", "png", "txt", "csv")),
]

pytestmark = pytest.mark.slow


@pytest.fixture
def project(tmp_path):
    """A copy of the project without git."""
    root = tmp_path / "project"
    for name in ("src", "workflow", "profiles", "config"):
        shutil.copytree(PROJECT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "Snakefile", root)
    content = {
        "output": {"results": "results", "figures": "figures"},
        "seeds": "0",
        "datasets": {"gp-distinct-t100": None},
        "methods": {"random": None},
        "rounds": 2,
        "cores": [GRID],
    }
    (root / "config" / "paper.yaml").write_text(yaml.safe_dump(content))
    return root


def call(project, *options):
    environment = os.environ | {
        "PYTHONPATH": str(project / "src"),
        "GIT_CEILING_DIRECTORIES": str(project.parent),
    }
    command = [Path(sys.executable).with_name("snakemake"), *options, *OUTPUTS]
    completed = subprocess.run(
        command, cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    assert completed.returncode == 0, completed.stdout + completed.stderr
    return completed.stdout


def planned(project):
    text = call(project, "--dry-run")
    return [line.split()[1].rstrip(":") for line in text.splitlines() if line.startswith("rule ")]


def test_each_round_is_a_job_and_a_change_of_a_core_makes_all_stale(project):
    assert sorted(planned(project)) == ["core_tables", "cores", "cores", "join_rounds"]
    call(project, "--cores", "2")
    assert all((project / output).stat().st_size > 0 for output in OUTPUTS)
    rounds = pd.read_csv(project / "results" / "cores.csv", keep_default_na=False)
    fft = rounds[(rounds["core"] == "fft") & (rounds["length"] == 256)]
    assert fft["round"].tolist() == [0, 1]
    table = pd.read_csv(project / "results" / "tables" / "cores.csv")
    found = table.set_index(["core", "length"])
    assert found.loc["fft", 256]["processes"] == 2
    assert found.loc["cholesky", 8192]["status"] == "skipped"
    assert "floor-fft" in set(table["core"])
    # Without git there is no commit to name.
    assert "Commit unknown" in (project / "results" / "tables" / "cores.md").read_text()

    assert planned(project) == []
    for file, stale in [
        ("src/bssbench/paper/core_tables.py", ["core_tables"]),
        ("src/bssbench/kernels/limits.py", ["core_tables", "cores", "cores", "join_rounds"]),
    ]:
        path = project / file
        text = path.read_text()
        path.write_text(text + "\nEDITED = True\n")
        assert sorted(planned(project)) == stale, file
        path.write_text(text)
    # A killed run resumes with the rounds that are done.
    for name in ("cores.csv", "cores.json", "cores/round-1.csv", "cores/round-1.json"):
        (project / "results" / name).unlink()
    assert sorted(planned(project)) == ["core_tables", "cores", "join_rounds"]
