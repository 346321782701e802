"""Plug-ins of a user's files: seen, loaded, named, and what is wrong with them is one line."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from bssbench.cli.main import main
from bssbench.datasets.catalogue import make_dataset
from bssbench.datasets.families import family_names
from bssbench.discovery import modules_below
from bssbench.errors import InputError
from bssbench.methods import load_method, method_names
from bssbench.paper.looks import method_colour, method_marker
from bssbench.plugins import VARIABLE, use, using
from bssbench.scores.catalogue import SCORES
from bssbench.scores.cell import score_separation
from bssbench.separation import Separation

from .conftest import FAMILY, METHOD, SCORE


def test_a_files_method_is_one_among_the_others(write):
    use([write(METHOD)])
    assert "my-method" in method_names()
    assert load_method("my-method", {"gain": 2.0}).gain == 2.0
    assert method_colour("my-method").startswith("#")
    assert method_marker("my-method")
    with pytest.raises(InputError, match="unknown parameter 'gian'; did you mean 'gain'"):
        load_method("my-method", {"gian": 2.0})
    with pytest.raises(InputError, match="gain must be positive"):
        load_method("my-method", {"gain": 0.0})


def test_a_file_may_offer_several_things_and_a_folder_several_files(write, tmp_path):
    write(METHOD + FAMILY + SCORE, "all_of_it.py")
    write(METHOD, "other.py")
    write("def shared(): pass", "_shared.py")
    write("x = 1", "setup.py")
    use([tmp_path])
    assert {"all-of-it", "other"} <= set(method_names())
    assert "all-of-it" in family_names()
    dataset = make_dataset("all-of-it-4-noise20-t100", [0], {"width": 3.0})
    assert dataset.sources.shape == (1, 100, 4)
    rows = score_separation(dataset, "m", Separation(dataset.sources), (0,))
    assert {row.score: row.value for row in rows}["largest"] == abs(dataset.sources).max()


def test_within_a_block_alone(write):
    before = dict(SCORES), os.environ.get(VARIABLE, "")
    with using([write(METHOD + SCORE)]):
        assert "my-method" in method_names()
        assert "largest" in SCORES
        assert list(SCORES)[: len(before[0])] == list(before[0])
    assert "my-method" not in method_names()
    assert (dict(SCORES), os.environ.get(VARIABLE, "")) == before


def test_twice_the_same_is_once(write, tmp_path):
    path = write(METHOD)
    use([path, tmp_path / "." / "my_method.py"])
    use([tmp_path])
    assert method_names().count("my-method") == 1


def test_a_copy_is_the_same(write):
    use([write(METHOD, "one/mine.py")])
    use([write(METHOD, "two/mine.py")])
    assert method_names().count("mine") == 1


def test_files_beside_it_are_imported_with_a_dot_or_without(write, tmp_path):
    write("from dataclasses import dataclass\nVALUE = 7.0\n", "_own_shared.py")
    write("VALUE = 8.0\n", "plainly_shared.py")
    path = write(
        METHOD + "    from ._own_shared import VALUE\n    import plainly_shared as other\n"
    )
    use([path])
    method = type(load_method("my-method", {}))
    assert (method.VALUE, method.other.VALUE) == (7.0, 8.0)
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "_own_shared.py",
        "my_method.py",
        "plainly_shared.py",
    ], "nothing is written beside it"


def test_files_of_one_name_in_two_folders_are_two(write):
    first = write(METHOD + "    VALUE = 1\n", "one/mine.py")
    second = write(FAMILY + "    VALUE = 2\n", "two/mine.py")
    use([first, second])
    modules = [modules_below(f"bssbench.{kind}") for kind in ("methods", "datasets.families")]
    assert modules[0]["mine"] != modules[1]["mine"]


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("class Method(:\n", "my_method.py", "my_method.py, line 1: invalid syntax"),
        ("import nothing_of_that_name\nclass Method: pass\n", None, "line 1: ModuleNotFoundError"),
        ("\n\nx = 1 / 0\nclass Method: pass\n", None, "line 3: ZeroDivisionError: division by"),
        ("import sys\nclass Method: pass\nsys.exit(3)\n", None, "line 3: SystemExit: 3"),
        ("raise RuntimeError('on\\ntwo')\nSCORES = 1\n", None, "line 1: RuntimeError: on$"),
        ("x = 1\n", None, "does not define a plug-in, which is a class Method"),
        ("from bssbench.methods.classical.sobi import Method\n", None, "does not define a plug-in"),
        ("class Method: pass\n", None, "Method must be a class derived from bssbench.methods.Sep"),
        ("def Method(): pass\nclass Family: pass\n", None, "Method must be a class derived from"),
        (METHOD.replace("@dataclass(frozen=True)", ""), None, "must be a frozen dataclass"),
        (METHOD.replace("(frozen=True)", "()"), None, "cannot inherit non-frozen"),
        (METHOD + "    needs_true_sources = True\n", None, "only bssbench's controls"),
        (METHOD + "    other: list = parameter(None, 'x')\n", None, "'other' must be int, float"),
        (
            METHOD.replace('= parameter(1.0, "this test", above=0)', ""),
            None,
            "'gain' has no default",
        ),
        (FAMILY.replace("sample", "simple"), None, "Family lacks sample, which SourceFamily"),
        (FAMILY, "mine_5.py", "must not end like an id"),
        (METHOD, "sobi.py", "bssbench already has a method 'sobi'"),
        (FAMILY, "modal_frame.py", "bssbench already has a recording 'modal-frame'"),
        (METHOD, "My_Method.py", "lower-case letters, digits"),
        (METHOD, "my__method.py", "lower-case letters, digits"),
        (METHOD, "my_method.txt", "not a Python file"),
        (SCORE.replace("largest", "mcc"), None, "bssbench already has a score 'mcc'"),
        (
            SCORE.replace('"largest", l', '"La rgest", l'),
            None,
            "'La rgest': a name consists of lower-case",
        ),
        ("SCORES = (1,)\n", None, "1 is not a bssbench.scores.record.Score"),
        ("SCORES = []\n", None, "SCORES must be a tuple"),
        (METHOD + "    x: 'no type' = 1\n", None, "a field has an unknown type"),
        ("x = " + "-" * 50_000 + "1\n", None, "nested too deep to be read as Python"),
        (
            "FILES = ()\ndef prepare(paths): pass\n",
            None,
            "a recording must have SUMMARY, of type str",
        ),
    ],
)
def test_what_is_wrong_is_one_line_with_the_file_and_exit_code_2(
    write, capsys, text, name, message
):
    path = write(text, name or "my_method.py")
    with pytest.raises(InputError, match=message) as caught:
        use([path])
    assert str(path) in str(caught.value)
    assert main(["--plugin", str(path), "list", "methods"]) == 2
    assert main(["list", "methods", "--plugin", str(path)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert all(line.startswith("bssbench: error: plug-in ") for line in lines)
    assert os.environ.get(VARIABLE, "") == ""


def test_what_is_missing_empty_or_there_twice_is_one_line(write, tmp_path):
    first, second = write(METHOD, "one/mine.py"), write(METHOD + "# not it", "two/mine.py")
    (tmp_path / "empty").mkdir()
    for paths, message in (
        ([tmp_path / "nowhere.py"], "no such file or folder"),
        ([tmp_path / "empty"], "this folder does not define a plug-in"),
        ([first, second], "one/mine.py already has a method 'mine'"),
        ([tmp_path / "a:b.py"], "a path must not contain"),
    ):
        with pytest.raises(InputError, match=message):
            use(paths)


def test_an_import_that_could_mean_two_files_is_refused(write):
    write("", "numpy.py")
    with pytest.raises(InputError, match=r"imports 'numpy', which is ambiguous.*from \. import"):
        use([write("import numpy\n" + METHOD)])


@pytest.mark.parametrize("by", ["option before", "option after", "variable"])
def test_the_command_line_lists_it_and_says_where_it_is_from(write, environment, by):
    path = write(METHOD + FAMILY + SCORE)
    words = ["list"]
    if by == "option before":
        words = ["--plugin", str(path), *words]
    elif by == "option after":
        words += ["--plugin", str(path)]
    else:
        environment |= {VARIABLE: str(path.parent)}
    done = subprocess.run(
        [sys.executable, "-m", "bssbench", *words],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line for line in done.stdout.splitlines() if f"(plug-in: {path})" in line]
    assert [line.split()[0] for line in lines] == ["my-method", "my-method", "largest"]
    assert "Noise that is drawn here. [width=1.0]" in lines[0]
    assert "A rotation that nobody chose. [gain=1.0]" in lines[1]


def test_a_recording_separated_by_one_says_by_which_code(write, tmp_path, rng):
    path, recording = write(METHOD), tmp_path / "own.npy"
    np.save(recording, rng.laplace(size=(200, 3)))
    words = ["separate", recording, "--method", "my-method", "--n-sources", 3]
    words += ["--out", tmp_path / "out", "--plugin", path]
    assert main([str(word) for word in words]) == 0
    (used,) = json.loads((tmp_path / "out" / "run.json").read_text())["provenance"]["plugins"]
    assert (used["name"], used["path"]) == ("my-method", str(path))
