"""A wheel built from the tree, installed apart from it, does what the tree does."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


def pip(*words):
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *words]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A wheel, built from a copy: building writes beside the code."""
    copy, out = tmp_path_factory.mktemp("copy"), tmp_path_factory.mktemp("wheel")
    left_behind = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(PROJECT / "src", copy / "src", ignore=left_behind)
    # As an import leaves it.
    (copy / "src" / "bssbench" / "__pycache__").mkdir()
    (copy / "src" / "bssbench" / "__pycache__" / "errors.cpython-311.pyc").write_bytes(b"x")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(PROJECT / name, copy)
    pip("wheel", "--no-deps", "--no-build-isolation", "--no-index", "-w", out, copy)
    return next(out.glob("bssbench-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The folder that it is installed in."""
    folder = tmp_path_factory.mktemp("installed")
    pip("install", "--no-deps", "--no-index", "--target", folder, wheel)
    return folder


@pytest.fixture
def run(installed, tmp_path):
    """Return what runs Python in an empty folder, with the wheel before all else."""

    def call(*words):
        environment = os.environ | {"PYTHONPATH": str(installed)}
        return subprocess.run(
            [sys.executable, *map(str, words)],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
        )

    return call


def test_the_wheel_holds_what_the_tree_holds(wheel):
    source = PROJECT / "src" / "bssbench"
    there = {path for path in source.rglob("*") if path.is_file()}
    expected = {path.relative_to(PROJECT / "src").as_posix() for path in there}
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert held == {name for name in expected if "__pycache__" not in name}


def test_the_extras_stand_in_its_metadata(wheel):
    archive = zipfile.ZipFile(wheel)
    name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
    metadata = archive.read(name).decode().partition("\n\n")[0]
    for extra in ("dev", "recordings", "workflow"):
        assert f"Provides-Extra: {extra}" in metadata.splitlines()
    plain = [line for line in metadata.splitlines() if line.startswith("Requires-Dist")]
    assert not any("snakemake" in line and "extra" not in line for line in plain)


def test_it_is_what_is_imported_and_has_no_commit(run, installed):
    program = (
        "import bssbench; from bssbench.experiment.provenance import provenance as p\n"
        "from bssbench.reproduction.code_hashes import code_hash\n"
        "print(bssbench.__file__, p()['commit'], len(code_hash(['bssbench.methods'])))"
    )
    done = run("-c", program)
    assert done.returncode == 0, done.stderr
    path, *rest = done.stdout.split()
    assert Path(path).is_relative_to(installed)
    assert rest == ["None", "16"]


def test_the_tests_pass_against_it(run, installed, tmp_path):
    """Of the suite what tests the command line and the laws of methods."""
    # Where its own ones are: there they would import the tree.
    tests = tmp_path / "tests"
    shutil.copytree(PROJECT / "tests" / "cli", tests / "cli")
    (tests / "methods").mkdir()
    for name in ("conftest.py", "methods/conftest.py", "methods/test_laws.py"):
        shutil.copy(PROJECT / "tests" / name, tests / name)
    (tests / "test_where.py").write_text(
        "import bssbench\n\n\ndef test_where():\n"
        f"    assert bssbench.__file__.startswith({str(installed)!r})\n"
    )
    options = ["-q", "--import-mode=importlib", "-p", "no:cacheprovider", "-m", "not slow"]
    # Two methods of each kind, not all: the tree's own run has these.
    chosen = "cli or test_where or sobi or fastica or skr-vae"
    done = run("-m", "pytest", *options, "-k", chosen, tests)
    assert done.returncode == 0, done.stdout[-5000:]
    assert " passed" in done.stdout
