"""What is installed is what is pinned, from the package index: what `make audit` asks about."""

import importlib.metadata
import re
import tomllib
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
PINS = (PROJECT / "constraints.txt").read_text().split("\n")[:-1]
# What an environment has before anything is installed, and this project itself.
UNPINNED = {"pip", "setuptools", "bssbench"}
# torch's build for a GPU brings its maker's libraries: see `make lock`.
OF_A_GPU = ("nvidia-", "cuda-", "triton")


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture(scope="module")
def installed():
    return {normal(each.metadata["Name"]): each for each in importlib.metadata.distributions()}


def test_every_line_is_a_name_and_a_version():
    assert len(PINS) > 100
    for line in PINS:
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][0-9A-Za-z.]*", line), line


def test_no_requirement_names_an_address():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    declared = [project["dependencies"], *project["optional-dependencies"].values()]
    for requirement in (text for texts in declared for text in texts):
        assert not re.search(r"@|://|git\+", requirement), requirement


def test_what_is_installed_is_what_is_pinned(installed):
    pins = {normal(name): version for name, version in (line.split("==") for line in PINS)}
    for name in pins.keys() & installed.keys():
        assert installed[name].version.partition("+")[0] == pins[name], name
    others = {name for name in installed if not name.startswith(OF_A_GPU)}
    assert others <= {*pins, *UNPINNED}


def test_what_is_installed_is_from_an_index_and_has_a_licence(installed):
    for name, each in installed.items():
        if name in UNPINNED:
            continue
        assert each.read_text("direct_url.json") is None, f"{name} is from an address"
        said = each.metadata
        classified = [text for text in said.get_all("Classifier", []) if "License ::" in text]
        files = [file for file in each.files or () if "licen" in file.name.lower()]
        assert said["License-Expression"] or said["License"] or classified or files, name
