import errno
import json
import os

import pytest

from bssbench.errors import InputError
from bssbench.recording.result_directory import ResultDirectory, named_in_errors

NAMES = ("run.json", "sources.csv", "sources.png", "sobi")


def write(path, what, files=("sources.csv",)):
    """Write a result, as one process does."""
    with ResultDirectory(path, NAMES, []).writing() as new:
        for name in files:
            (new / name).parent.mkdir(exist_ok=True)
            (new / name).write_text(what)
        record = {"input": "x", "provenance": {}, "files": [*files, "run.json"], "what": what}
        (new / "run.json").write_text(json.dumps(record))


def content(path):
    return {
        file.relative_to(path).as_posix(): file.read_text()
        for file in path.rglob("*")
        if file.is_file() and file.name != "run.json"
    }


def test_a_new_directory_appears_whole(tmp_path):
    write(tmp_path / "deep" / "out", "one")
    assert content(tmp_path / "deep" / "out") == {"sources.csv": "one"}
    assert os.listdir(tmp_path / "deep") == ["out"]


def test_an_older_result_is_replaced_as_a_whole_and_nothing_else_is(tmp_path):
    out = tmp_path / "out"
    write(out, "one", ["sources.csv", "sources.png", "sobi/sources.csv"])
    (out / "notes.txt").write_text("mine")
    write(out, "two", ["sources.csv"])
    assert content(out) == {"sources.csv": "two", "notes.txt": "mine"}
    assert json.loads((out / "run.json").read_text())["what"] == "two"
    assert sorted(os.listdir(out)) == ["notes.txt", "run.json", "sources.csv"]


def break_off(out, error):
    with ResultDirectory(out, NAMES, []).writing() as new:
        (new / "sources.csv").write_text("half")
        raise error


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(errno.ENOSPC, "full")])
def test_an_older_result_stands_until_the_new_one_is_whole(error, tmp_path):
    out = tmp_path / "out"
    write(out, "one")
    with pytest.raises(type(error)):
        break_off(out, error)
    assert content(out) == {"sources.csv": "one"}
    assert sorted(os.listdir(out)) == ["run.json", "sources.csv"]


def test_without_a_result_there_is_nothing(tmp_path):
    with pytest.raises(ZeroDivisionError):
        break_off(tmp_path / "deep" / "out", ZeroDivisionError())
    assert os.listdir(tmp_path) == []


def test_an_older_result_is_put_back_where_the_new_one_can_not_take_its_place(
    tmp_path, monkeypatch
):
    out = tmp_path / "out"
    write(out, "one")
    rename = os.rename

    def failing(before, after):
        if str(after) == str(out / "sources.csv") and "new" in str(before):
            raise OSError(errno.EIO, "broken")
        rename(before, after)

    monkeypatch.setattr(os, "rename", failing)
    with pytest.raises(OSError, match="broken"):
        write(out, "two")
    assert content(out) == {"sources.csv": "one"}
    assert json.loads((out / "run.json").read_text())["what"] == "one"


def test_an_input_is_never_replaced(tmp_path, monkeypatch):
    out = tmp_path / "out"
    out.mkdir()
    (out / "sources.csv").write_text("1,2\n")
    link = tmp_path / "link"
    link.symlink_to(out)
    (tmp_path / "recording.csv").symlink_to(out / "sources.csv")
    monkeypatch.chdir(out)
    recording = out / "sources.csv"
    for directory, given in [
        (out, recording),
        (link, recording),
        (out, tmp_path / "recording.csv"),
        (type(out)("."), type(out)("../link/sources.csv")),
    ]:
        with pytest.raises(InputError, match="is the recording itself"):
            ResultDirectory(directory, NAMES, [given])
    # Nor is one that an older result consists of.
    write(tmp_path / "older", "one", ["sobi/sources.csv"])
    with pytest.raises(InputError, match="is the recording itself"):
        ResultDirectory(tmp_path / "older", NAMES, [tmp_path / "older" / "sobi" / "sources.csv"])


def test_files_of_others_are_not_replaced(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "sources.csv").write_text("mine")
    with pytest.raises(InputError, match="does not belong to an older result"):
        ResultDirectory(out, NAMES, [])
    (out / "sources.csv").unlink()
    (out / "sobi").mkdir()
    (out / "sobi" / "thesis.tex").write_text("mine")
    with pytest.raises(InputError, match="thesis"):
        ResultDirectory(out, NAMES, [])
    with pytest.raises(InputError, match="is a file"):
        ResultDirectory(out / "sobi" / "thesis.tex", NAMES, [])


def test_a_record_names_no_file_outside(tmp_path):
    (tmp_path / "precious.csv").write_text("mine")
    out = tmp_path / "out"
    out.mkdir()
    names = ["../precious.csv", str(tmp_path / "precious.csv"), "run.json"]
    record = {"input": "x", "provenance": {}, "files": names}
    (out / "run.json").write_text(json.dumps(record))
    write(out, "one")
    assert (tmp_path / "precious.csv").read_text() == "mine"


def test_errors_of_the_system_name_the_file(tmp_path):
    message = r"sources\.csv: cannot be written \(No space left on device\)"
    with (
        pytest.raises(InputError, match=message),
        named_in_errors(tmp_path / "sources.csv"),
    ):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
