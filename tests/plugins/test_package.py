"""A method that is in no folder of this project: a package that is built, installed, and used."""

import json
import os
import subprocess
import sys

import pandas as pd
import pytest

from .conftest import METHOD, SCORE

PROJECT_FILE = """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "someones-methods"
version = "1.2"

[project.entry-points."bssbench.plugins"]
all = "someones.methods"
gone = "someones.nowhere"
broken = "someones.broken"

[tool.setuptools]
packages = ["someones", "someones.methods"]
"""
FILES = {
    "pyproject.toml": PROJECT_FILE,
    "someones/__init__.py": "",
    "someones/rotations.py": "GAIN = 2.0\n",
    "someones/broken.py": "import nothing_of_that_name\nclass Method: pass\n",
    "someones/methods/__init__.py": "",
    "someones/methods/packaged.py": METHOD + "    from ..rotations import GAIN\n",
    "someones/methods/packaged_score.py": SCORE,
}


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with the package installed, without a network."""
    folder = tmp_path_factory.mktemp("package")
    for name, text in FILES.items():
        path = folder / "source" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    target = folder / "installed"
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"),
            *("--no-build-isolation", "--target", str(target), str(folder / "source")),
        ],
        check=True,
    )
    return target


@pytest.fixture
def run(installed, environment, tmp_path):
    """Run a command of bssbench in an empty folder, where the package is installed."""
    paths = os.pathsep.join([environment["PYTHONPATH"], str(installed)])

    def ran(*words, code=0):
        done = subprocess.run(
            [sys.executable, "-m", "bssbench", *words],
            cwd=tmp_path,
            env=environment | {"PYTHONPATH": paths},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done

    return ran


def test_its_method_is_listed_run_scored_and_in_a_table(run, tmp_path):
    listed = run("list")
    (line,) = [line for line in listed.stdout.splitlines() if line.split()[:1] == ["packaged"]]
    assert "A rotation that nobody chose. [gain=1.0] (plug-in: someones-methods 1.2)" in line
    assert "(plug-in: someones-methods 1.2)" in listed.stdout.partition("Scores")[2]
    # What is wrong in a package hides nothing else.
    assert "there is no module 'someones.nowhere'" in listed.stderr
    (line,) = [line for line in listed.stdout.splitlines() if line.split()[:1] == ["broken"]]
    assert "can't be used: plug-in " in line
    assert "line 1: ModuleNotFoundError: No module named 'nothing_of_that_name'" in line
    run("generate", "gp-distinct-t100", "--seeds", "0-2")
    for method in ("packaged", "sobi"):
        run("separate", "gp-distinct-t100.npz", "--method", method, "--out", method)
    report = json.loads((tmp_path / "packaged" / "run.json").read_text())
    (plugin,) = report["provenance"]["plugins"]
    assert (report["status"], plugin["package"]) == ("ok", "someones-methods 1.2")
    assert set(plugin["sha256"]) == {
        *("__init__.py", "rotations.py", "methods/__init__.py", "methods/packaged.py")
    }
    assert "plugins" not in json.loads((tmp_path / "sobi" / "run.json").read_text())["provenance"]
    runs = [f"{method}/run.json" for method in ("packaged", "sobi")]
    run("score", *runs, "--data", ".", "--out", "scores.csv", "--timings", "timings.csv")
    scores = pd.read_csv(tmp_path / "scores.csv")
    of_package = scores[scores["method"] == "packaged"]
    assert {"mcc", "largest"} <= set(of_package["score"][of_package["status"] == "ok"])
    run("statistics", "--scores", "scores.csv", "--out", "statistics")
    run("tables", "--statistics", "statistics", "--timings", "timings.csv", "--out", "tables")
    table = (tmp_path / "tables" / "separation.md").read_text()
    assert "packaged" in table
    assert "largest" in table.lower()


def test_a_broken_method_of_a_package_is_one_line(run):
    run("generate", "gp-distinct-t100", "--seeds", "0")
    done = run("separate", "gp-distinct-t100.npz", "--method", "broken", "--out", "x", code=2)
    *_, line = done.stderr.splitlines()
    assert line.startswith("bssbench: error: plug-in ")
    assert "ModuleNotFoundError" in line
    assert "Traceback" not in done.stderr
