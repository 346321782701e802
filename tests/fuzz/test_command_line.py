"""Any command line is answered, whatever its files hold."""

import argparse
import shutil
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bssbench.cli.main import _parser, main

FUZZ = settings.get_profile("fuzz")

_SUB = next(each for each in _parser()._actions if isinstance(each, argparse._SubParsersAction))
COMMANDS = {
    name: [action for action in parser._actions if action.dest != "help"]
    for name, parser in _SUB.choices.items()
}
OPTIONS = sorted(
    {name for own in COMMANDS.values() for each in own for name in each.option_strings}
)
# Of the files that a run leaves; each is also there with a wound, or with something else in it.
RESULTS = (
    *("results/scores.csv", "results/timings.csv", "results/provenance.json", "results/data"),
    *("results/statistics/summary.csv", "results/statistics/ranks.json", "results/statistics"),
    *("results/cells/gp-distinct-t50/sobi/run.json", "results/data/gp-distinct-t50.npz"),
    *("results/cells", "results", "held-out.csv", "claims.yaml", "recording.csv", "plugin.py"),
)
VALUES = (
    *("", " ", "-", "--", "0", "-1", "1", "3", "7", "1.5", "1e999", "nan", "-inf", "9" * 50),
    *("9" * 5000, "null", "auto", "none", "sobi", "fastica", "oracle", "gp-distinct-t50"),
    *("speech-mixed", "mcc", "a=b", "steps=1", "steps=[1]", "lags=2", "=", "{}", "[]"),
    *('{"a": 1}', "[" * 3000, "é", "\udcff", "a\nb", "0-3", "3-0", "0-9999999999", "cpu"),
    *("cuda", ".", "..", "/dev/null", "missing.csv", "data.npz", "empty", "folder", "folder/x"),
    *("recording.csv/x", "a" * 300, "\udcff.csv", "*", "sobi lengths=1"),
    *("sobi lengths=10 rounds=", "core=none length=1", "length=0", "2020-99-99", "out"),
    *("out.csv", "out.npz", "out.json", "\x1b[31m", "prior", "my-prior", "%s%n", "rows:1-3"),
    *("gp-distinct-t50/sobi", "gp-distinct-t50/random", "200-201", "median_scores", "ranks"),
)
# What runs for minutes where it is right: these end in what is wrong.
LONG = {
    "measure-cores": ["--round", "none"],
    "training-cost": ["--round", "none"],
    "held-out": ["--cpu-seconds", "0"],
    "separate": ["--bootstrap", "-1"],
}
CLAIMS = """claims:
  - name: own
    sentence: SOBI separates.
    source: none
    tests:
      - test: at_least
        score: mcc
        datasets: [gp-distinct-t50]
        methods: [sobi]
        threshold: 0
        because: It can be judged.
"""
CONFIGURATION = """{"output": {"results": "results", "figures": "figures"}, "seeds": "0-1",
"datasets": {"gp-distinct-t50": null}, "methods": {"sobi": null, "random": null}}"""


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A folder with results of two seeds, two methods and a data set."""
    folder = tmp_path_factory.mktemp("finished")
    generator = np.random.default_rng(0)
    np.savetxt(folder / "recording.csv", generator.laplace(size=(60, 3)), delimiter=",")
    (folder / "recording.csv").rename(folder / "\udcff.csv")
    np.savetxt(folder / "recording.csv", generator.laplace(size=(60, 3)), delimiter=",")
    np.savez(folder / "data.npz", X=generator.laplace(size=(60, 3)))
    (folder / "empty").touch()
    (folder / "folder").mkdir()
    (folder / "plugin.py").write_text("Method = 3\n")
    (folder / "claims.yaml").write_text(CLAIMS)
    (folder / "held-out.csv").write_text("choice,method\n")
    results = folder / "results"
    data, scores = results / "data" / "gp-distinct-t50.npz", results / "scores.csv"
    cells = {name: results / "cells" / "gp-distinct-t50" / name for name in ("sobi", "random")}
    parameters = ["--parameters", '{"sobi": {}, "random": {}}']
    told = ["--command-line", "x", "--settings", CONFIGURATION, *parameters]
    runs = [cell / "run.json" for cell in cells.values()]
    timings = ["--timings", results / "timings.csv"]
    commands = [
        ["generate", "gp-distinct-t50", "--seeds", "0-1", "--out", data],
        *(["separate", data, "--method", name, "--out", cell] for name, cell in cells.items()),
        ["score", *runs, "--data", data.parent, "--out", scores, *timings],
        ["statistics", "--scores", scores, "--out", results / "statistics"],
        ["provenance", *told, "--out", results / "provenance.json"],
    ]
    for words in commands:
        assert main(list(map(str, words))) == 0, words
    return folder


@pytest.fixture(scope="module")
def place(finished, tmp_path_factory):
    """A copy in which commands may write."""
    return shutil.copytree(finished, tmp_path_factory.mktemp("place") / "é \udcff")


words = st.one_of(
    st.sampled_from(RESULTS),
    st.sampled_from(VALUES),
    st.text(st.characters(exclude_characters="\0", exclude_categories=()), max_size=8),
)


@st.composite
def command_lines(draw):
    """A command with most of what it needs, and options of it, in the form that they have."""
    name = draw(st.sampled_from(sorted(COMMANDS)))
    line = [name]
    for action in COMMANDS[name]:
        needed = action.required or not action.option_strings
        if draw(st.integers(0, 9)) < (9 if needed else 3):
            number = {None: 1, 0: 0}.get(action.nargs, action.nargs)
            if not isinstance(number, int):
                number = draw(st.integers(0, 3))
            values = st.sampled_from(sorted(action.choices)) if action.choices else words
            chosen = [
                draw(words if draw(st.integers(0, 9)) == 0 else values) for _ in range(number)
            ]
            line += [*action.option_strings[-1:], *chosen]
    return line + LONG.get(name, [])


@FUZZ
@given(line=command_lines())
def test_any_command_line(line, place, answer):
    answer(line, place)


@FUZZ
@given(
    name=st.sampled_from(sorted(COMMANDS)),
    rest=st.lists(st.one_of(st.sampled_from(OPTIONS), words), max_size=7),
)
def test_any_words_after_a_command(name, rest, place, answer):
    answer([name, *rest, *LONG.get(name, [])], place)


SCORES = "--scores results/scores.csv --out out"
READERS = {
    name: words.split()
    for name, words in {
        "check": "check results",
        "merge": "merge results results --out merged",
        "statistics": f"statistics {SCORES}",
        "tables": "tables --statistics results/statistics --timings results/timings.csv --out out",
        "claims": f"claims --claims claims.yaml {SCORES}",
        "score": "score results/cells/gp-distinct-t50/sobi/run.json --data results/data --out x",
        "verify": "verify results --cell gp-distinct-t50/none",
        "figures": f"figures median_scores {SCORES} --statistics results/statistics "
        "--data results/data --cells results/cells",
        "a data set": "separate results/data/gp-distinct-t50.npz --method none --out out",
    }.items()
}
TEXTS = (
    *(",", "\n", '"', "nan", "inf", "True", "-1", "9" * 30, "1e400", "é", "\0", "{", "]"),
    *("null", ".."),
)
FILES = [name for name in RESULTS if "." in name]


@FUZZ
@given(data=st.data(), command=st.sampled_from(sorted(READERS)), name=st.sampled_from(FILES))
def test_results_with_a_wound(data, command, name, finished, place, answer):
    """Somebody edits a file of results by hand, or a disk loses some of it."""
    content = bytearray((finished / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(content)))
        wound = st.sampled_from(TEXTS).map(str.encode)
        content[start : start + data.draw(st.integers(0, 12))] = data.draw(
            st.one_of(wound, st.binary(max_size=4))
        )
    kept = place / "results" / ".sha256"
    shutil.rmtree(kept, ignore_errors=True)
    (place / name).write_bytes(bytes(content))
    try:
        answer(READERS[command], place)
    finally:
        shutil.copy(finished / name, place / name)


@pytest.mark.parametrize(
    "line",
    [
        [],
        ["separate", b"\xff.csv", "--n-sources", "2", "--method", "sobi", "--dry-run"],
        ["check", b"\xff.csv"],
        ["generate", "gp-distinct-t50", "--set", "noise=2020-99-99"],
        ["generate", b"\xff"],
        ["provenance", "--command-line", "", "--settings", "[", "--out", "x"],
        ["list", "\x1b"],
    ],
    ids=str,
)
@pytest.mark.parametrize("letters", ["utf-8", "ascii"])
def test_a_process_answers_as_well(line, letters, place):
    """With a name that is no text, and a terminal that knows few letters."""
    done = subprocess.run(
        [sys.executable, "-m", "bssbench", *line],
        cwd=place,
        env={
            "PYTHONPATH": ":".join(sys.path),
            "PATH": "/usr/bin:/bin",
            "PYTHONIOENCODING": letters,
        },
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert done.returncode in (0, 1, 2), done.stderr
    assert b"Traceback" not in done.stderr
    if done.returncode == 2:
        assert done.stderr.count(b"\n") == 1
