"""What is kept of verdicts from run to run."""

import json
from pathlib import Path

import pandas as pd
import pytest

from bssbench.errors import InputError
from bssbench.paper.verdict_history import (
    carry_on,
    history_report,
    latest,
    moves,
    moves_grid,
    read_history,
)

REFERENCE = Path(__file__).parents[2] / "results" / "reference"


def verdicts(**improved):
    """Verdicts on claims, named as their sentences; of two words the first is of plain methods."""
    rows = []
    for name, words in improved.items():
        plain, _, verdict = words.rpartition(" ")
        rows.append({"claim": name[0], "sentence": name, "plain": plain, "improved": verdict})
    return pd.DataFrame(rows).assign(supported="1 of 1", why="")


def history(*versions):
    table = carry_on(read_history(REFERENCE / "verdicts.csv")[:0], versions[0], "v0", "day 0")
    for number, version in enumerate(versions[1:], start=1):
        table = carry_on(table, version, f"v{number}", f"day {number}")
    return table


def moved(table):
    return moves(table)[["commit", "sentence", "reading", "before", "now"]].values.tolist()


def test_a_sentence_moves_whatever_its_letter():
    renamed = verdicts(a="refuted").assign(claim="Z")
    assert moved(history(verdicts(a="supported"), renamed)) == [
        ["v1", "a", "improved", "supported", "refuted"]
    ]
    # The letter now belongs to another sentence.
    table = history(verdicts(a="supported"), verdicts(a2="refuted"))
    assert moved(table) == [["v1", "a", "improved", "supported", "not asked"]]
    assert latest(table)["sentence"].tolist() == ["a2"]


def test_each_reading_moves_alone_and_a_first_one_is_no_move():
    table = history(
        verdicts(a="supported"), verdicts(a="refuted supported"), verdicts(a="depends supported")
    )
    assert moved(table) == [["v2", "a", "plain", "refuted", "depends"]]
    (row,) = moves_grid(moves(table)).rows()
    assert row == ["day 2", "a", "a", "refuted", "depends, as the abstract reads", "not stated"]


def test_a_claim_no_longer_asked_is_reported_once_and_may_come_back():
    asked, other = verdicts(a="supported", b="refuted"), verdicts(b="refuted")
    assert moved(history(asked, other, other, asked)) == [
        ["v1", "a", "improved", "supported", "not asked"],
        ["v3", "a", "improved", "not asked", "supported"],
    ]


def test_reasons_are_kept_where_a_version_is_written_again():
    table = history(verdicts(a="supported"), verdicts(a="refuted"))
    table.loc[table.index[-1], "reason"] = "A bug."
    again = carry_on(table, verdicts(a="refuted", b="supported"), "v1", "day 1")
    assert moves(again)["reason"].tolist() == ["A bug."]
    assert again["commit"].tolist() == ["v0", "v1", "v1"]
    # A new claim is shown if it names the one that it replaces.
    again.loc[again.index[-1], "reason"] = "In the place of a."
    assert moves(again)[["sentence", "before"]].values.tolist() == [["a", "supported"], ["b", ""]]


def test_every_version_has_a_column():
    (_, by_version) = history_report(
        history(verdicts(a="supported"), verdicts(b="refuted depends"))
    ).sections
    (grid,) = by_version.grids
    assert [*grid.entries.columns] == ["claim", "", "day 0 v0", "day 1 v1"]
    assert grid.rows() == [
        ["a", "a", "supported", "not asked"],
        ["b", "b", "", "refuted / depends"],
    ]


def test_other_columns_are_rejected(tmp_path):
    (tmp_path / "verdicts.csv").write_text("claim,verdict\nC1,supported\n")
    with pytest.raises(InputError, match="expected the columns commit, date, claim"):
        read_history(tmp_path / "verdicts.csv")
    with pytest.raises(InputError, match=r"no\.csv"):
        read_history(tmp_path / "no.csv")


def test_a_file_spoilt_by_hand_is_rejected(tmp_path):
    path = tmp_path / "verdicts.csv"
    table = history(verdicts(a="supported"))
    pd.concat([table, table]).to_csv(path, index=False)
    with pytest.raises(InputError, match="'a' occurs twice in version v0"):
        read_history(path)
    path.write_bytes(table.assign(reason="für").to_csv(index=False).encode("latin-1"))
    with pytest.raises(InputError, match=r"verdicts\.csv: .*utf-8"):
        read_history(path)


def test_the_newest_kept_version_is_the_records():
    commit = json.loads((REFERENCE / "provenance.json").read_text())["commit"]
    assert commit.startswith(read_history(REFERENCE / "verdicts.csv")["commit"].iloc[-1])


def test_every_verdict_that_moved_in_the_newest_version_has_a_reason():
    """Write the reason into results/reference/verdicts.csv."""
    table = moves(read_history(REFERENCE / "verdicts.csv"))
    newest = table[table["commit"] == read_history(REFERENCE / "verdicts.csv")["commit"].iloc[-1]]
    assert newest.loc[newest["reason"] == "", "sentence"].tolist() == []
