"""Parts of an experiment join to the whole, and what is not comparable does not join."""

import json
from itertools import product

import pandas as pd
import pytest

from bssbench.cli.main import main
from bssbench.experiment.configuration import configure
from bssbench.reproduction.recorded_results import RecordedResults

DATASETS = ("waveforms", "gp-distinct")
METHODS = ("sobi", "fastica")


def write(
    directory, seeds="7-8", methods=METHODS, processor="slow", lags=20, base="picard", **changes
):
    """Write results whose scores follow from data set, method and seed."""
    content = {
        "output": {"results": "results", "figures": "figures"},
        "root_seed": 0,
        "seeds": seeds,
        "datasets": dict.fromkeys(DATASETS),
        "methods": {"sobi": {"lags": lags}, "fastica": None, "own": {"method": base}},
    } | changes
    content["methods"] = {name: content["methods"][name] for name in methods}
    experiment = configure(content)
    first, _, last = seeds.partition("-")
    every = range(int(first), int(last or first) + 1)
    cells = list(product(content["datasets"], methods))
    scores = [
        (*cell, seed, score, len("".join(cell)) / 3 / seed, "ok", "")
        for cell in cells
        for seed in every
        for score in ("mcc", "amari")
    ]
    timings = [(*cell, len(every), len(every) - 1, 1.25, processor, "cpu") for cell in cells]
    tables = {
        "scores": ("dataset,method,seed,score,value,status,reason", scores),
        "timings": ("dataset,method,seeds,converged,solve_wall_seconds,processor,device", timings),
    }
    directory.mkdir()
    for name, (columns, rows) in tables.items():
        table = pd.DataFrame(rows, columns=columns.split(","))
        table.to_csv(directory / f"{name}.csv", index=False, lineterminator="\n")
    provenance = {"commit": "c", "configuration": content}
    provenance["parameters"] = experiment.method_parameters()
    (directory / "provenance.json").write_text(json.dumps(provenance))
    return directory


def merge(*directories):
    *parts, out = map(str, directories)
    return main(["merge", *parts, "--out", out])


@pytest.fixture
def parts(tmp_path):
    return write(tmp_path / "a", "7"), write(tmp_path / "b", "8", processor="fast")


def scores(directory):
    return (directory / "scores.csv").read_text()


@pytest.mark.parametrize("reverse", [False, True])
def test_halves_by_seed_are_the_whole(parts, reverse, tmp_path):
    whole, joined = write(tmp_path / "whole"), tmp_path / "joined"
    assert merge(*(reversed(parts) if reverse else parts), joined) == 0
    assert scores(joined) == scores(whole)


def test_halves_by_method_are_the_whole(tmp_path):
    halves = [write(tmp_path / name, methods=(name,)) for name in METHODS]
    assert merge(*halves, tmp_path / "joined") == 0
    assert scores(tmp_path / "joined") == scores(write(tmp_path / "whole"))


def test_what_two_have_alike_counts_once(parts, tmp_path):
    whole = write(tmp_path / "whole")
    assert merge(whole, parts[1], tmp_path / "joined") == 0
    assert scores(tmp_path / "joined") == scores(whole)


def add_agreement(directory, value):
    """Record that each seed agrees with the others of its cell."""
    path = directory / "scores.csv"
    table = pd.read_csv(path)
    rows = table[table["score"] == "mcc"].assign(score="agreement", value=value)
    both = pd.concat([table, rows])
    both.to_csv(path, index=False, lineterminator="\n")
    return directory


def test_a_score_across_seeds_is_kept_of_whole_cells_alone(tmp_path):
    """Seed 8 agrees with 7 in one part and with 9 in the other: of the three neither tells."""
    parts = [
        add_agreement(write(tmp_path / seeds, seeds), value)
        for seeds, value in (("7-8", 0.5), ("8-9", 0.7))
    ]
    assert merge(*parts, tmp_path / "joined") == 0
    assert scores(tmp_path / "joined") == scores(write(tmp_path / "whole", "7-9"))
    halves = [add_agreement(write(tmp_path / name, methods=(name,)), 0.5) for name in METHODS]
    assert merge(*halves, tmp_path / "by method") == 0
    assert scores(tmp_path / "by method").count("agreement") == 8


def test_a_table_that_is_no_text_is_reported_in_one_line(parts, tmp_path, capsys):
    damaged = parts[0] / "timings.csv"
    damaged.write_bytes(damaged.read_bytes().replace(b",cpu", b",\x80", 1))
    assert merge(*parts, tmp_path / "joined") == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"bssbench: error: {damaged}: not a table in UTF-8 (")


def test_timings_of_unlike_hardware_stay_apart(parts, tmp_path):
    assert merge(*parts, tmp_path / "joined") == 0
    timings = pd.read_csv(tmp_path / "joined" / "timings.csv")
    for _, rows in timings.groupby(["dataset", "method"]):
        assert list(rows["processor"]) == ["slow", "fast"]
        assert list(rows["source"]) == [part.as_posix() for part in parts]
        assert list(rows["solve_wall_seconds"]) == [1.25, 1.25]


def test_tables_count_the_seeds_of_all_parts(parts, tmp_path):
    joined = tmp_path / "joined"
    assert merge(*parts, joined) == 0
    words = ["--scores", joined / "scores.csv", "--out", joined]
    assert main(["statistics", *map(str, words)]) == 0
    words = [
        "--statistics",
        joined,
        "--timings",
        joined / "timings.csv",
        "--out",
        joined / "tables",
    ]
    assert main(["tables", *map(str, words)]) == 0
    summary = pd.read_csv(joined / "tables" / "separation.csv")
    # One of each part did not converge.
    assert (summary["n_unconverged"] == 2).all()
    assert (summary["n_seeds"] == 2).all()


def test_a_merger_joins_again_and_keeps_how_each_part_was_made(parts, tmp_path):
    third = write(tmp_path / "c", "9")
    assert merge(*parts, tmp_path / "joined") == 0
    assert merge(tmp_path / "joined", third, tmp_path / "again") == 0
    again = RecordedResults.read(tmp_path / "again")
    sources = [directory.as_posix() for directory in (*parts, third)]
    assert [part.source for part in again.parts] == sources
    assert set(again.timings["source"]) == set(sources)
    for part, directory in zip(again.parts, (*parts, third), strict=True):
        assert part.provenance == json.loads((directory / "provenance.json").read_text())
    assert scores(tmp_path / "again") == scores(write(tmp_path / "whole", "7-9"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"root_seed": 1}, "root_seed is 0 in the first and 1 in the second"),
        ({"lags": 21}, "method 'sobi': lags is 20 in the first and 21 in the second"),
        (
            {"datasets": {"waveforms": {"noise": 0.125}}},
            "data set 'waveforms': noise is not stated in the first and 0.125 in the second",
        ),
    ],
)
def test_what_decides_numbers_must_be_the_same(changes, message, tmp_path, capsys):
    one, other = write(tmp_path / "a", "7"), write(tmp_path / "b", "8", **changes)
    assert merge(one, other, tmp_path / "joined") == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert not (tmp_path / "joined").exists()


def test_variants_of_one_name_must_be_of_one_method(tmp_path, capsys):
    one, alike = (write(tmp_path / name, name, ("own",)) for name in "78")
    other = write(tmp_path / "9", "9", ("own",), base="infomax")
    assert merge(one, alike, tmp_path / "joined") == 0
    assert merge(one, other, tmp_path / "again") == 2
    message = "method 'own': method is picard in the first and infomax in the second"
    assert message in capsys.readouterr().err


def test_limits_and_sets_of_cells_may_differ(tmp_path):
    one = write(tmp_path / "a", "7", cpu_seconds=10, datasets={"waveforms": {"seeds": 7}})
    other = write(tmp_path / "b", "7", datasets={"gp-tp": None}, methods=("sobi",))
    assert merge(one, other, tmp_path / "joined") == 0
    cells = RecordedResults.read(tmp_path / "joined").cells()
    assert cells == [("waveforms", "sobi"), ("waveforms", "fastica"), ("gp-tp", "sobi")]


def test_a_seed_with_two_answers_is_refused(parts, tmp_path, capsys):
    whole = write(tmp_path / "whole")
    lines = scores(whole).splitlines(keepends=True)
    lines[1] = "waveforms,sobi,7,mcc,0.5,ok,\n"
    (whole / "scores.csv").write_text("".join(lines))
    assert merge(parts[0], whole, tmp_path / "joined") == 2
    assert "waveforms/sobi, seed 7: mcc is " in capsys.readouterr().err


def test_a_folder_does_not_join_itself(parts, tmp_path, capsys):
    assert merge(parts[0], parts[0], tmp_path / "joined") == 2
    assert merge(parts[0], tmp_path / "joined") == 2
    assert capsys.readouterr().err.count("\n") == 2
