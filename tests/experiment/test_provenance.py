import importlib.util
import os
import shutil
import subprocess

import pytest

from bssbench.experiment import provenance as installed
from bssbench.experiment.provenance import describe_environment, environment_changes


def git(folder, *words):
    identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True)


def commit_all(folder):
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", "all")


def unpacked(folder):
    """Unpack the module in `folder`, and return it as loaded from there."""
    path = folder / "src" / "bssbench" / "experiment" / "provenance.py"
    path.parent.mkdir(parents=True)
    shutil.copy(installed.__file__, path)
    spec = importlib.util.spec_from_file_location("unpacked", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def said(module):
    answer = module.provenance()
    return answer["commit"], answer["dirty"]


@pytest.fixture
def repository(tmp_path):
    git(tmp_path, "init", "-q")
    commit_all(tmp_path)
    return tmp_path


def test_the_commit_is_that_of_the_own_repository(repository):
    module = unpacked(repository)
    commit_all(repository)
    commit, dirty = said(module)
    assert len(commit) == 40
    assert dirty is False


@pytest.mark.parametrize("place", [".", "below", "below/it"])
def test_no_commit_of_a_repository_that_an_archive_was_unpacked_in(place, repository):
    assert said(unpacked(repository / place)) == (None, None)


def test_no_commit_of_a_repository_that_has_taken_the_project_in(repository):
    module = unpacked(repository / "vendored")
    commit_all(repository)
    assert said(module) == (None, None)


def test_git_variables_of_another_repository_are_ignored(repository, tmp_path_factory, monkeypatch):
    other = tmp_path_factory.mktemp("other")
    module = unpacked(other)
    monkeypatch.setenv("GIT_DIR", str(repository / ".git"))
    assert said(module) == (None, None)


@pytest.fixture
def before(monkeypatch):
    for name in [name for name in os.environ if name.startswith(("OPENBLAS_", "MKL_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    return describe_environment()


@pytest.mark.parametrize(
    ("name", "value"),
    [("OPENBLAS_CORETYPE", "Haswell"), ("MKL_CBWR", "AVX2"), ("OPENBLAS_NUM_THREADS", "2")],
)
def test_variables_that_decide_the_last_bits_make_an_environment(name, value, before, monkeypatch):
    monkeypatch.setenv(name, value)
    after = describe_environment()
    assert after["variables"][name] == value
    assert environment_changes(before, after) == [f"{name} None → {value}"]
    assert environment_changes(after, before) == [f"{name} {value} → None"]


def test_variables_that_decide_nothing_make_none(before, monkeypatch):
    # The second as Snakemake sets it, beside OMP_NUM_THREADS.
    monkeypatch.setenv("OPENBLAS_VERBOSE", "2")
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    # And these as importing scikit-learn does.
    monkeypatch.setenv("KMP_DUPLICATE_LIB_OK", "True")
    monkeypatch.setenv("KMP_INIT_AT_FORK", "FALSE")
    assert environment_changes(before, describe_environment()) == []


def test_an_older_record_counts_as_one_without_variables(before, monkeypatch):
    older = {key: value for key, value in before.items() if key != "variables"}
    assert environment_changes(older, before) == []
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    changes = environment_changes(older, describe_environment())
    assert changes == ["OPENBLAS_CORETYPE None → Haswell"]


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (["/home/me/src/bssbench/__main__.py", "select", "a b"], "bssbench select a b"),
        (["/home/me/.venv/bin/bssbench", "check"], "bssbench check"),
    ],
)
def test_a_command_does_not_name_the_folder_of_the_program(words, command, monkeypatch):
    monkeypatch.setattr("sys.argv", words)
    assert describe_environment()["command"] == command
