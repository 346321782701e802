"""What works without the extras, and what is said where it does not."""

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import lfilter

from bssbench.cli.extras import EXTRAS, what_is_missing

PROJECT = Path(__file__).parents[2]
LEFT_OUT = [package for packages in EXTRAS.values() for package in packages]


# Packages that are imported by another name than they are installed by.
IMPORTED_AS = {"vl_convert_python": "vl_convert"}


def imported_names(requirements):
    names = {re.match(r"[\w-]+", text)[0].replace("-", "_") for text in requirements}
    return {IMPORTED_AS.get(name, name) for name in names}


def test_the_extras_are_those_of_the_package():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    declared = project["optional-dependencies"]
    assert set(declared) == {*EXTRAS, "dev", "docs"}
    for extra, packages in EXTRAS.items():
        assert imported_names(declared[extra]) == set(packages)
        assert not imported_names(project["dependencies"]) & set(packages)
    assert "bssbench[cluster,docs,explore,recordings,workflow]" in declared["dev"]


def test_what_is_missing_is_named_with_its_extra():
    error = ModuleNotFoundError("No module named 'mne.io'", name="mne.io")
    assert "pip install 'bssbench[recordings]'" in what_is_missing(error)
    # As pandas says it of what it imports only where it is used.
    wrapped = ImportError("`Import tabulate` failed.")
    wrapped.__cause__ = ModuleNotFoundError("No module named 'tabulate'", name="tabulate")
    assert "pip install 'bssbench[workflow]'" in what_is_missing(wrapped)


def test_what_no_extra_brings_is_a_fault_of_ours():
    assert what_is_missing(ModuleNotFoundError("x", name="bssbench.nothing")) is None
    assert what_is_missing(ImportError("cannot import name 'x' from 'y'")) is None


SEPARATING = """\
import sys
from bssbench.cli.main import main

def call(*words):
    code = main([str(word) for word in words])
    if code:
        sys.exit(f"{words} ended with {code}")

call("list")
call("generate", "gp-distinct-t120", "--seeds", "0", "--out", "data/gp-distinct-t120.npz")
call("separate", "data/gp-distinct-t120.npz", "--method", "sobi", "--out", "cell")
call("score", "cell/run.json", "--data", "data", "--out", "scores.csv")
for method, *options in (["sobi"], ["skr-vae", "--set", "steps=5", "--restarts", "1"]):
    call("separate", "own.csv", "--method", method, "--n-sources", 2, "--out", method, *options)
"""


@pytest.fixture
def recording(tmp_path, rng):
    sources = np.stack([lfilter([1], [1, -a], rng.laplace(size=300)) for a in (0.1, 0.9)], axis=1)
    np.savetxt(tmp_path / "own.csv", sources @ [[1.0, 0.4], [-0.3, 1.0]], delimiter=",")


@pytest.mark.slow
@pytest.mark.usefixtures("recording")
def test_a_plain_installation_separates_and_scores(run_without, tmp_path):
    # And so it does where there is no place for what libraries keep.
    done = run_without(SEPARATING, LEFT_OUT, HOME="/proc/nowhere", XDG_CACHE_HOME="/proc/nowhere")
    assert done.returncode == 0, done.stderr
    for method in ("sobi", "skr-vae"):
        assert len((tmp_path / method / "sources.csv").read_text().splitlines()) == 301
    assert "gp-distinct-t120,sobi,0,mcc," in (tmp_path / "scores.csv").read_text()
    assert "/proc/nowhere" not in done.stderr


REFUSING = """\
from bssbench.cli.main import main

for line in (
    "list hyperparameters",
    "statistics --scores scores.csv --out out",
    "claims --claims claims.yaml --scores scores.csv --out out",
    "verify --sample 1",
    "check results",
):
    print(main(line.split()), flush=True)
"""


@pytest.mark.slow
def test_what_needs_an_extra_says_so_in_one_line(run_without):
    done = run_without(REFUSING, LEFT_OUT)
    assert done.stdout.split() == ["2"] * 5, done.stderr
    lines = done.stderr.splitlines()
    assert len(lines) == 5
    assert all(line.endswith("pip install 'bssbench[workflow]'") for line in lines)
