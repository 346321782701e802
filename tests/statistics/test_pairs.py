import numpy as np
import pandas as pd
import pytest

from bssbench.statistics.pairs import paired_differences


def frame(records):
    names = ["method", "seed", "score", "value", "status"]
    return pd.DataFrame(records, columns=names).assign(dataset="d", reason="")


def rows(method, values, score="mcc", first=100):
    return [
        (method, seed, score, value, "failed" if np.isnan(value) else "ok")
        for seed, value in enumerate(values, start=first)
    ]


def difference(records, score="mcc"):
    return paired_differences(frame(records), "d", score, "a", "b").to_dict()


def test_pairs_are_of_the_same_seed_and_not_of_the_same_row():
    shuffled = rows("a", [0.9, 0.8, 0.7]) + rows("b", [0.1, 0.2, 0.3])[::-1]
    assert difference(shuffled) == pytest.approx({100: 0.8, 101: 0.6, 102: 0.4})


@pytest.mark.parametrize(("score", "sign"), [("mcc", 1), ("amari", -1), ("rmse", -1)])
def test_positive_is_better_whatever_the_direction_of_the_score(score, sign):
    records = rows("a", [0.9], score) + rows("b", [0.5], score)
    assert difference(records, score) == pytest.approx({100: sign * 0.4})


def test_failed_seeds_are_left_out():
    records = rows("a", [0.9, np.nan, 0.7, 0.6]) + rows("b", [0.1, 0.2, np.nan, 0.3])
    assert difference(records) == pytest.approx({100: 0.8, 103: 0.3})


def test_a_method_run_once_stands_for_all_seeds():
    once, thrice = [0.9], [0.1, 0.2, 0.3]
    assert difference(rows("a", once) + rows("b", thrice)) == pytest.approx(
        {100: 0.8, 101: 0.7, 102: 0.6}
    )
    assert difference(rows("a", thrice) + rows("b", once)) == pytest.approx(
        {100: -0.8, 101: -0.7, 102: -0.6}
    )


def test_one_success_among_failures_stands_for_itself_alone():
    records = rows("a", [0.9, np.nan, np.nan]) + rows("b", [0.1, 0.2, 0.3])
    assert difference(records) == pytest.approx({100: 0.8})


def test_a_method_that_was_not_run_has_no_pairs():
    assert difference(rows("a", [0.9])) == {}
