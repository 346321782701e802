import os
import tempfile
from pathlib import Path

import pytest

from bssbench.cli.cache_folders import provide_cache_folders

VARIABLES = ("MPLCONFIGDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "NUMBA_CACHE_DIR")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    for name in VARIABLES:
        # Set, so that what the function sets is undone.
        monkeypatch.setenv(name, "")
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    return home


def provided():
    provide_cache_folders()
    return {name: os.environ[name] for name in VARIABLES if os.environ[name]}


def test_nothing_changes_where_there_is_a_place():
    assert provided() == {}


def test_what_the_user_says_stays_where_it_can_be_written(tmp_path, monkeypatch):
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path / "plots"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    assert provided() == {
        "MPLCONFIGDIR": str(tmp_path / "plots"),
        "XDG_CACHE_HOME": str(tmp_path / "caches"),
    }


@pytest.mark.parametrize("name", ["HOME", "MPLCONFIGDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"])
def test_where_none_can_be_written_a_temporary_folder_is_used(name, tmp_path, monkeypatch):
    monkeypatch.setenv(name, "/proc/nowhere")
    after = provided()
    assert "/proc/nowhere" not in {
        after[n] for n in ("MPLCONFIGDIR", "XDG_CACHE_HOME") if n in after
    }
    assert Path(after["MPLCONFIGDIR"]).is_relative_to(tmp_path / "temporary")
    # Each process finds the same.
    monkeypatch.setenv("MPLCONFIGDIR", "")
    monkeypatch.setenv(name, "/proc/nowhere")
    assert provided()["MPLCONFIGDIR"] == after["MPLCONFIGDIR"]


def test_a_folder_that_is_a_file_is_no_place(home, tmp_path):
    (home / ".cache").write_text("")
    assert Path(provided()["XDG_CACHE_HOME"]).is_relative_to(tmp_path / "temporary")


def test_a_folder_of_someone_elses_choice_is_not_used(tmp_path, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "temporary" / f"bssbench-caches-{os.getuid()}").symlink_to(elsewhere)
    monkeypatch.setenv("HOME", "/proc/nowhere")
    assert not Path(provided()["MPLCONFIGDIR"]).resolve().is_relative_to(elsewhere)
