"""What `bssbench new` writes runs as it is and is held to the laws; nothing is written over."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from bssbench.cli.main import main

SOURCE = str(Path(sys.modules["bssbench"].__file__).parents[1])
KINDS = ("prior", "method", "family")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with one of each, in which the test works."""
    monkeypatch.chdir(tmp_path)
    for kind in KINDS:
        assert main(["new", kind, f"my-{kind}", "--out", "own"]) == 0
    return tmp_path / "own"


def test_a_file_of_each_kind_has_the_name_and_no_placeholder(folder):
    for kind in KINDS:
        text = (folder / f"my_{kind}.py").read_text()
        assert text.startswith(f'"""my-{kind}: ')
        assert "NAME" not in text


@pytest.mark.parametrize(
    ("kind", "name", "message"),
    [
        ("prior", "my-prior", "own/my_prior.py exists already, and is not replaced"),
        ("method", "sobi", "a method 'sobi' exists already"),
        ("prior", "skr_vae", "a method 'skr-vae' exists already"),
        ("family", "modal-frame", "a recording 'modal-frame' exists already"),
        ("family", "My family", "a name has lower-case letters"),
        ("family", "3-sources", "starts with a letter"),
        ("family", "gp-5", "must not end like an id"),
        ("method", "../up", "a name has lower-case letters"),
        ("kernel", "own", "invalid choice"),
    ],
)
def test_what_can_not_be_is_one_line_and_changes_nothing(folder, capsys, kind, name, message):
    before = {path: path.read_bytes() for path in folder.rglob("*")}
    capsys.readouterr()
    assert main(["new", kind, name, "--out", "own"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line
    assert {path: path.read_bytes() for path in folder.rglob("*")} == before


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("kind", KINDS)
def test_the_steps_that_it_names_lead_to_scores(capsys, kind):
    capsys.readouterr()
    assert main(["new", kind, "another", "--out", "two words"]) == 0
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    quick = ["--set", "steps=5", "--set", "restarts=1"] if kind == "prior" else []
    commands = [shlex.split(line)[1:] for line in lines if line.startswith("bssbench ")]
    assert [words[0] for words in commands] == ["list", "generate", "separate", "score"]
    for words in commands:
        assert main(words + (quick if words[0] == "separate" else [])) == 0
    scores = pd.read_csv("scores.csv")
    assert set(scores["status"]) <= {"ok", "skipped"}
    assert (scores[scores["score"] == "mcc"]["value"] > 0.5).all()


@pytest.mark.slow
def test_the_laws_hold_for_them(folder):
    """As a user runs them, far from the project."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
            *(("-p", "bssbench.testing.options") if not _has_entry_point() else ()),
            *("--pyargs", "bssbench.testing", "--bssbench-plugin", str(folder)),
        ],
        env=os.environ | {"PYTHONPATH": SOURCE},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
    assert "empty parameter set" not in done.stdout


def _has_entry_point():
    from importlib.metadata import entry_points

    return any(
        point.value == "bssbench.testing.options" for point in entry_points(group="pytest11")
    )


@pytest.mark.slow
def test_the_priors_vae_separates_what_it_is_made_for(folder):
    """And is no empty frame."""
    plugin = ["--plugin", str(folder / "my_prior.py")]
    for words in (
        ["generate", "gp-distinct-t500", "--seeds", "0-2"],
        ["separate", "gp-distinct-t500.npz", "--method", "my-prior", "--out", "cell"],
        ["score", "cell/run.json", "--data", ".", "--out", "scores.csv"],
    ):
        assert main([*words, *plugin]) == 0
    scores = pd.read_csv("scores.csv")
    assert scores[scores["score"] == "mcc"]["value"].median() > 0.95
