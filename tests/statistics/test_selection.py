"""The rule that chooses between candidates."""

import numpy as np
import pandas as pd
import pytest

from bssbench.errors import InputError
from bssbench.paper.report import write
from bssbench.paper.selection_table import selection_report
from bssbench.statistics.selection import compare_candidates

DEFAULT = [1.0, 2.0, 3.0]
SETS = ("one", "two", "three")


def held_out(**differences):
    """Three seeds of three data sets: the default, and candidates by their differences from it."""
    candidates = {"": dict.fromkeys(SETS, 0.0)} | {
        f"order={name.removeprefix('order')}": dict(zip(SETS, values, strict=True))
        for name, values in differences.items()
    }
    rows = [
        {
            "choice": "order",
            "dataset": dataset,
            "method": "ar-flow-vae",
            "parameters": f"restarts=1 {parameters}".strip(),
            "seed": seed,
            "objective": value + np.broadcast_to(difference, 3)[seed],
        }
        for parameters, by_set in candidates.items()
        for dataset, difference in by_set.items()
        for seed, value in enumerate(DEFAULT)
    ]
    table = pd.DataFrame(rows)
    ok = table["objective"].notna()
    return table.assign(status=np.where(ok, "ok", "failed"), reason=np.where(ok, "", "it diverged"))


def chosen(table):
    compared = compare_candidates(table)
    (parameters,) = set(compared.loc[compared["chosen"], "parameters"])
    return parameters


@pytest.mark.parametrize(
    ("differences", "expected"),
    [
        ({"order4": (-1, -1, 1)}, "restarts=1 order=4"),
        # Better on two of three, by less than it is worse on the third: the default.
        ({"order4": (-1, -1, 9)}, "restarts=1"),
        # Better on one of three, however much: the default.
        ({"order4": (-9, 1, 1)}, "restarts=1"),
        ({"order4": (0, 0, 0)}, "restarts=1"),
        ({"order4": (-9, -9, 9), "order8": (-1, -1, -0.1)}, "restarts=1 order=8"),
        # As many data sets: the larger gain, and of equals the first.
        ({"order4": (-1, -1, 1), "order8": (1, -2, -1)}, "restarts=1 order=8"),
        ({"order4": (-1, -1, -1), "order8": (-1, -1, -1)}, "restarts=1 order=4"),
        # The median over seeds, not the mean.
        ({"order4": ([-1, -1, 99], [-1, -1, 99], 0)}, "restarts=1 order=4"),
        # One that fails where the default does not can't be relied on.
        ({"order4": (-1, -1, [-1, -1, np.nan])}, "restarts=1"),
    ],
)
def test_the_rule(differences, expected):
    assert chosen(held_out(**differences)) == expected


def test_differences_are_paired_by_seed_whatever_the_order_of_rows():
    table = held_out(order4=([-0.5, 0.25, -0.25], 1, 1))
    shuffled = pd.concat([table.iloc[:1], table.iloc[1:].sample(frac=1, random_state=0)])
    row = compare_candidates(shuffled).set_index(["parameters", "dataset"])
    row = row.loc[("restarts=1 order=4", "one")]
    assert row["median_difference"] == -0.25
    assert (row["n_better"], row["n_ok"], row["n_seeds"]) == (2, 3, 3)


def test_a_choice_of_one_method_does_not_touch_another():
    one, two = held_out(order4=(-1, -1, -1)), held_out(order4=(1, 1, 1))
    compared = compare_candidates(pd.concat([one, two.assign(choice="another")]))
    by_choice = compared[compared["chosen"]].groupby("choice")["parameters"].unique()
    assert by_choice["order"].tolist() == ["restarts=1 order=4"]
    assert by_choice["another"].tolist() == ["restarts=1"]


def test_the_table_says_what_was_compared(tmp_path):
    table = held_out(order4=(-1, [-0.5, 0.25, -0.25], [1, 1, np.nan]), order8=(np.nan, 1, 1))
    csv, markdown, latex = write(selection_report(compare_candidates(table)), tmp_path)
    assert len(pd.read_csv(csv)) == 9
    lines = [line.replace(" ", "") for line in markdown.read_text().splitlines()]
    assert "|default|2.000|2.000|2.000|chosen|" in lines
    assert "|order=4|-1.000(3/3)|-0.250(2/3)|+1.000(0/3)||" in lines
    assert "|order=8|–|+1.000(0/3)|+1.000(0/3)||" in lines
    assert "- ar-flow-vae (restarts=1 order=4) on three, 2 of 3 seeds: it diverged" in (
        markdown.read_text()
    )
    assert latex.read_text().count(r"\toprule") == 1
    before = [path.read_bytes() for path in (csv, markdown, latex)]
    assert before == [
        path.read_bytes() for path in write(selection_report(compare_candidates(table)), tmp_path)
    ]


def test_a_candidate_given_twice_is_refused():
    table = held_out(order4=(-1, -1, -1))
    with pytest.raises(InputError, match=r"restarts=1 order=4, dataset one, seed 0; give each"):
        compare_candidates(pd.concat([table, table.iloc[9:10]]))


def test_a_title_is_text_to_latex(tmp_path):
    table = held_out(order4=(-1, -1, -1)).assign(choice="a_b & 5 % of #1")
    latex = write(selection_report(compare_candidates(table)), tmp_path)[2].read_text()
    assert r"a\_b \& 5 \% of \#1 (ar-flow-vae)" in latex
