"""What the pages of docs/how_to add to the package works as they describe."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

PROJECT = Path(__file__).parents[2]
PAGES = PROJECT / "docs" / "how_to"
RECORD = PROJECT / "results" / "reference"
FILE = re.compile(r"<!-- file (\S+) -->\n(?:<!--.*?-->\n)?```\w+\n(.*?)^```", re.M | re.S)
DIFF = re.compile(r"^```diff\n(.*?)^```", re.M | re.S)
# What the pages change and run: the code and some of its tests.
COPIED = (
    "src/bssbench",
    "tests/conftest.py",
    "tests/kernels",
    "tests/preparation",
    "pyproject.toml",
)


def write_files(page, folder):
    for name, text in FILE.findall(page):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def apply_changes(page, folder):
    """Apply the page's diffs: hunks without numbers, whose lines before must occur once."""
    for diff in DIFF.findall(page):
        for change in re.split(r"^--- ", diff, flags=re.M)[1:]:
            path = folder / re.search(r"^\+\+\+ b/(\S+)$", change, re.M)[1]
            text = path.read_text(encoding="utf-8")
            for hunk in re.split(r"^@@\n", change, flags=re.M)[1:]:
                lines = hunk.splitlines(keepends=True)
                before, after = (
                    "".join(line[1:] for line in lines if line[0] != sign) for sign in "+-"
                )
                assert text.count(before) == 1, f"{path.name} no longer contains:\n{before}"
                text = text.replace(before, after)
            path.write_text(text, encoding="utf-8")


@pytest.fixture
def follow(tmp_path):
    """Return a function that follows a page in a copy of the project, and returns the copy."""

    def run(name):
        for each in COPIED:
            source, target = PROJECT / each, tmp_path / each
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, target)
        page = (PAGES / f"{name}.md").read_text(encoding="utf-8")
        write_files(page, tmp_path)
        apply_changes(page, tmp_path)
        return tmp_path

    return run


def python(folder, *words):
    """Run Python in a copy of the project, with the package of the copy."""
    done = subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder / "src"), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_figure(follow):
    project = follow("add_a_figure")
    python(
        project,
        *("-m", "bssbench", "figures", "separated_seeds", "--scores", str(RECORD / "scores.csv")),
        *("--statistics", str(RECORD / "statistics"), "--data", "data", "--cells", "cells"),
        *("--out", "figures"),
    )
    drawn = {path.suffix for path in (project / "figures").glob("separated_seeds.*")}
    assert drawn == {".pdf", ".png", ".txt", ".csv"}
    scores = pd.read_csv(RECORD / "scores.csv")
    own = scores.query("method == 'sobi' and score == 'si_sdr' and status == 'ok'")["value"]
    shown = pd.read_csv(project / "figures" / "separated_seeds.csv").set_index("method")["share"]
    assert shown["sobi"] == pytest.approx((own >= 10).mean(), abs=1e-5)


def test_a_table(follow):
    project = follow("add_a_table")
    statistics = ("--statistics", str(RECORD / "statistics"), "--out", "tables")
    python(project, "-m", "bssbench", "tables", *statistics)
    table = pd.read_csv(project / "tables" / "failures.csv").set_index("method")
    summary = pd.read_csv(RECORD / "statistics" / "summary.csv")
    of_sobi = summary.query("method == 'sobi' and score == 'si_sdr'")
    assert table.loc["sobi", "n_seeds"] >= of_sobi["n_seeds"].sum()
    for suffix in ("md", "tex"):
        assert "sobi" in (project / "tables" / f"failures.{suffix}").read_text()
    stages = (
        "from bssbench.reproduction.artefacts import _separation_stages as s; print(s()['tables'])"
    )
    said = python(project, "-c", stages)
    assert "tables/failures.tex" in said
    assert "bssbench.paper.failure_tables" in said


def test_a_file_format(follow, rng):
    project = follow("add_a_file_format")
    signals = rng.laplace(size=(400, 2))
    rows = [
        json.dumps({"time": index / 100, "Fz": first, "Cz": second})
        for index, (first, second) in enumerate(signals.tolist())
    ]
    for name in ("recording.jsonl", "recording"):
        (project / name).write_text("\n".join(rows) + "\n")
    words = ("recording.jsonl", "--method", "sobi", "--n-sources", "2", "--out", "separated")
    python(project, "-m", "bssbench", "separate", *words)
    written = (project / "separated" / "sources.jsonl").read_text().splitlines()
    assert list(json.loads(written[-1])) == ["time", "source_1", "source_2"]
    assert json.loads(written[-1])["time"] == 3.99
    found = python(
        project,
        "-c",
        "from pathlib import Path; from bssbench.readers.reading import read_table\n"
        "table = read_table(Path('recording'))\n"
        "print(table.kind, table.sampling_rate, *table.names, table.values.sum())",
    ).split()
    assert found[:2] == ["json-lines", "100.0"]
    assert found[2:4] == ["Fz", "Cz"]
    assert float(found[4]) == pytest.approx(signals.sum())


@pytest.mark.slow
def test_a_finding(follow):
    project = follow("add_a_finding")
    tests = ("tests/preparation/test_bursts.py", "tests/preparation/test_remedies.py")
    python(project, "-m", "pytest", "-q", *tests, "-k", "noisy or untouched or flat")


@pytest.mark.slow
def test_a_core(follow):
    project = follow("add_a_core")
    tests = "tests/kernels/test_cores.py"
    python(project, "-m", "pytest", "-q", tests, "-k", "softmax and not denormals")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("page", "laws"),
    [
        ("add_a_method", "matrix or deterministic or heed or channels"),
        ("add_a_prior", "monte_carlo or density or gradient or members"),
        ("add_a_family", ""),
        pytest.param("add_a_recording", "", marks=pytest.mark.recordings),
        ("add_a_score", ""),
    ],
)
def test_a_plug_in_passes_the_tests_that_its_page_names(page, laws, tmp_path):
    write_files((PAGES / f"{page}.md").read_text(encoding="utf-8"), tmp_path)
    (plugin,) = tmp_path.glob("*.py")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "--pyargs", "bssbench.testing"),
            *("--bssbench-plugin", plugin.name, "-k", laws),
        ],
        cwd=tmp_path,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout


def test_every_page_is_in_the_index():
    listed = re.findall(r"^([a-z_]+)$", (PAGES / "index.md").read_text(encoding="utf-8"), re.M)
    assert sorted(listed) == sorted(
        path.stem for path in PAGES.glob("*.md") if path.stem != "index"
    )
    assert np.unique(listed).size == len(listed)
