"""The kernel cores' measurement by ASV, on benchmarks of no time, in a copy of the project."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

PROJECT = Path(__file__).parents[2]
GRID = {"pass": ["forward+backward"], "parameters": ["learned"], "length": [256, 512, 65536]}
OUTPUTS = [
    "results/cores/measurement.json",
    "results/tables/cores.csv",
    "results/tables/cores.md",
    "results/tables/cores.tex",
    *(f"figures/core_scaling.{suffix}" for suffix in ("pdf", "png", "txt", "csv")),
]

pytestmark = pytest.mark.slow


@pytest.fixture
def project(tmp_path):
    """A copy of the project without git, whose benchmarks are the fake ones."""
    root = tmp_path / "project"
    for name in ("src", "workflow", "profiles", "config"):
        shutil.copytree(PROJECT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "Snakefile", root)
    (root / "benchmarks").mkdir()
    for name in ("__init__.py", "asv.conf.json"):
        shutil.copy(PROJECT / "benchmarks" / name, root / "benchmarks")
    shutil.copy(Path(__file__).with_name("fake_cores.py"), root / "benchmarks" / "cores.py")
    content = {
        "output": {"results": "results", "figures": "figures"},
        "seeds": "0",
        "datasets": {"gp-distinct-t100": None},
        "methods": {"random": None},
        "cores": [GRID],
    }
    (root / "config" / "paper.yaml").write_text(yaml.safe_dump(content))
    (root / ".gitignore").write_text("results\nfigures\n.snakemake\n__pycache__\n")
    return root


def call(project, *command):
    # ASV notes the machine in the home folder; git finds no repository above the project.
    environment = os.environ | {
        "PYTHONPATH": str(project / "src"),
        "HOME": str(project.parent),
        "GIT_CEILING_DIRECTORIES": str(project.parent),
    }
    completed = subprocess.run(
        command, cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    assert completed.returncode == 0, completed.stdout + completed.stderr
    return completed


def commit(project):
    call(project, "git", "init", "--quiet", "--initial-branch", "a-branch")
    call(project, "git", "add", ".")
    identity = ("-c", "user.name=a", "-c", "user.email=a@b.c")
    call(project, "git", *identity, "commit", "--quiet", "--message", "Start")


def measure(project, *options):
    script = "workflow/scripts/measure_cores.py"
    out = project / "out" / "measurement.json"
    call(project, sys.executable, script, "--out", "out/measurement.json", *options)
    return json.loads(out.read_text())


def run_workflow(project):
    snakemake = Path(sys.executable).with_name("snakemake")
    call(project, snakemake, "--cores", "2", *OUTPUTS)
    return pd.read_csv(project / OUTPUTS[1], keep_default_na=False)


def planned(project):
    snakemake = Path(sys.executable).with_name("snakemake")
    text = call(project, snakemake, "--dry-run", *OUTPUTS).stdout
    return {line.split()[1].rstrip(":") for line in text.splitlines() if line.startswith("rule ")}


def test_the_workflow_measures_the_commit_and_a_change_of_a_core_makes_it_stale(project):
    commit(project)
    table = run_workflow(project)
    assert all((project / output).stat().st_size > 0 for output in OUTPUTS)
    rows = table[table["core"].isin(["cholesky", "fft"])]
    assert set(rows["parameters"]) == {"learned"}
    assert set(rows["pass"]) == {"forward+backward"}
    found = dict(zip(zip(rows["core"], rows["length"], strict=True), rows["status"], strict=True))
    assert found["fft", 256] == "ok"
    assert found["fft", 512] == "failed"
    assert found["cholesky", 65536] == "skipped"
    # A floor has no parameters to select by.
    assert "floor-fft" in set(table["core"])
    assert "with uncommitted changes" not in (project / OUTPUTS[2]).read_text()
    log = (project / "results" / "logs" / "cores.log").read_text()
    assert "cores.Fft.time_forward_backward" in log
    assert "RuntimeError: it broke" in log

    (project / "README.md").write_text("Another commit.\n")
    commit(project)
    assert planned(project) == set()
    for file, stale in [
        ("src/bssbench/paper/core_tables.py", {"core_tables"}),
        ("src/bssbench/kernels/limits.py", {"cores", "core_tables"}),
    ]:
        path = project / file
        text, dates = path.read_text(), path.stat()
        path.write_text(text + "\n# edited\n")
        assert planned(project) == stale, file
        path.write_text(text)
        os.utime(path, ns=(dates.st_atime_ns, dates.st_mtime_ns))


def test_without_git_the_tables_say_so(project):
    table = run_workflow(project)
    assert table["status"].tolist() == ["skipped"]
    assert table["reason"].tolist() == ["there is no git commit to measure"]
    assert all((project / output).stat().st_size > 0 for output in OUTPUTS)
    call(project, sys.executable, "workflow/scripts/recover.py")
    assert "cores" in planned(project), "it deserves another try"


def test_measuring_again_replaces_all_numbers_and_marks_a_dirty_tree(project):
    commit(project)
    first = measure(project, "--grid", "length=256")
    assert (first["status"], first["dirty"]) == ("ok", False)
    suite = project / "benchmarks" / "cores.py"
    suite.write_text(suite.read_text().replace("return 0.0123454321", "return 0.0678909876"))
    second = measure(project, "--grid", "length=512 core=fft")
    assert second["dirty"] is True
    assert second["commit"] == first["commit"]
    assert second["result"] == first["result"]
    text = (project / "out" / second["result"]).read_text()
    # Neither the other length nor the other core is left from before.
    assert "0.0678909876" in text
    assert "0.0123454321" not in text
    assert "Cholesky" not in text


def test_where_asv_fails_the_reason_is_kept(project):
    commit(project)
    (project / "benchmarks" / "cores.py").write_text("raise RuntimeError('no suite')\n")
    broken = measure(project)
    assert (broken["status"], broken["result"]) == ("failed", None)
    assert broken["reason"].startswith("ASV ended with code 1: ")


@pytest.mark.parametrize("grid", ["lenght=256", "length", "length=", "pass=sideways"])
def test_a_wrong_grid_is_one_line(grid):
    command = [sys.executable, "workflow/scripts/measure_cores.py", "--out", "x", "--grid", grid]
    completed = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert completed.returncode == 2
    (line,) = completed.stderr.splitlines()
    assert line.startswith("bssbench: error: --grid")
