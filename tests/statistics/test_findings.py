"""The sentence on a sweep is true, whatever its numbers."""

import re
from itertools import product

import numpy as np
import pandas as pd
import pytest

from bssbench.statistics.findings import find
from bssbench.statistics.sweeps import axes_of

LENGTHS, NOISES = (250, 1000), (0.0, 0.1, 0.2)


def table(law, methods=("sobi", "skr-vae")):
    """Return a sweep's table by law(method, length, noise) -> (separation, bound, within reach)."""
    rows = []
    for length, noise, method in product(LENGTHS, NOISES, methods):
        separation, bound, reached = law(method, length, noise)
        failed = np.isnan(separation)
        judged = reached and 0 < bound < 60
        rows.append(
            {
                **{"question": "How?", "length": length, "noise": noise, "method": method},
                **{"n_ok": 0 if failed else 8, "n_failed": 8 if failed else 0, "n_seeds": 8},
                **{"separation": separation, "bound": bound, "within_reach": reached},
                "efficiency": separation - bound if judged else np.nan,
            }
        )
    return pd.DataFrame(rows)


def of(findings, method):
    return findings.methods.set_index("method").loc[method]


def test_efficient_everywhere():
    findings = find(table(lambda method, length, noise: (29.5, 30.0, True)))
    assert "within 1 dB of it at 6 of 6 points (median efficiency -0.5 dB" in findings.lead
    assert findings.methods["n_near_bound"].tolist() == [6, 6]
    assert "failed" not in findings.lead
    assert "no separation" not in findings.lead


def test_failing_at_one_corner_it_is_the_corner_that_is_named():
    def law(method, length, noise):
        corner = method == "sobi" and (length, noise) == (250, 0.2)
        return (12.0 if corner else 29.5), 30.0, True

    findings = find(table(law))
    first, last = findings.lead.split(", and the last is ")
    assert "skr-vae, within 1 dB of it at 6 of 6 points" in first
    assert last.startswith("sobi, within 1 dB of it at 5 of 6 points")
    assert "worst -18.0 dB at length 250, noise 0.2" in last
    along = next(trend for trend in findings.trends if trend.startswith("From noise 0 to 0.2"))
    assert "most for sobi, which falls from 29.5 to 20.8 dB" in along
    assert "least for skr-vae, which stays at 29.5 dB" in along


def test_all_failed():
    findings = find(table(lambda method, length, noise: (np.nan, 30.0, True)))
    assert findings.lead == "No method has a value at any of the 6 points."
    assert findings.trends == ()
    assert findings.methods["n_failed"].tolist() == [6, 6]
    assert findings.methods["n_near_bound"].tolist() == [0, 0]


def test_a_method_that_failed_is_last_and_not_near():
    law = {"sobi": (np.nan, 30.0, True), "skr-vae": (20.0, 30.0, True)}
    findings = find(table(lambda method, length, noise: law[method]))
    assert "the first of 2 methods is skr-vae, within 1 dB of it at 0 of 6" in findings.lead
    assert "the last is sobi, within 1 dB of it at 0 of 6" in findings.lead
    assert "seeds failed at 6 points" in findings.lead
    assert "nan" not in findings.lead


def test_what_is_impossible_counts_against_no_method():
    law = {0.0: (29.5, 30.0, True), 0.1: (29.5, 30.0, True), 0.2: (1.0, -60.0, True)}
    findings = find(table(lambda method, length, noise: law[noise]))
    assert findings.n_impossible == 2
    assert of(findings, "sobi")[["n_points", "n_near_bound", "n_bounded"]].tolist() == [4, 4, 4]
    assert "at 2 of 6 points the bound allows no separation" in findings.lead
    nowhere = find(table(lambda method, length, noise: (1.0, -60.0, True)))
    assert nowhere.lead == "The bound allows no separation at any of the 6 points."


@pytest.mark.parametrize(("bound", "reached"), [(np.nan, False), (40.0, False), (60.0, True)])
def test_without_a_bound_to_be_attained_the_best_method_takes_its_place(bound, reached):
    def law(method, _, noise):
        return (30.0 if method == "skr-vae" else 29.5 if noise == 0 else 8.0), bound, reached

    findings = find(table(law, ("sobi", "skr-vae", "oracle")))
    sobi = of(findings, "sobi")
    assert sobi[["n_bounded", "n_open", "n_near_best", "n_separated"]].tolist() == [0, 6, 2, 2]
    assert np.isnan(sobi["median_efficiency"])
    assert "first of 2 methods is skr-vae, within 1 dB of the best at 6 of 6" in findings.lead
    assert "worst 8.0 dB at length 250, noise 0.1" in findings.lead
    assert "oracle" not in findings.lead
    # Better than any method, a control is none.
    assert findings.methods["method"].iloc[-1] == "oracle"


def test_good_seeds_among_failed_ones_are_no_success():
    rows = table(lambda method, length, noise: (29.5, 30.0, True))
    rows.loc[rows["method"] == "sobi", ["n_ok", "n_failed"]] = [7, 1]
    findings = find(rows)
    assert of(findings, "sobi")[["n_near_bound", "n_failed"]].tolist() == [0, 6]
    assert of(findings, "skr-vae")["n_near_bound"] == 6


def test_a_method_that_runs_on_part_of_an_axis_is_no_trend_along_it():
    rows = table(lambda method, length, noise: (20.0 + noise, 30.0, True))
    rows = rows[(rows["method"] != "sobi") | (rows["length"] == 250)]
    findings = find(rows)
    assert of(findings, "sobi")["n_points"] == 3
    assert set(findings.ends.loc[findings.ends["method"] == "sobi", "axis"]) == {"noise"}
    assert "sobi" not in next(trend for trend in findings.trends if "length" in trend)


def test_axes_stand_between_question_and_method_and_sentences_fit_a_caption():
    rows = table(lambda method, length, noise: (20.0, 30.0, True))
    assert axes_of(rows) == ["length", "noise"]
    for sentence in (find(rows).lead, *find(rows).trends):
        assert sentence.isascii()
        assert not re.search(r"[\n#$%&\\^_{}~]", sentence)


def test_methods_are_ranked_on_the_points_at_which_all_of_them_ran():
    """A method that ran at easy points alone must not come first by that."""

    def law(method, length, noise):
        del noise
        return {"gp-vae": 29.1, "sobi": 29.5 if length == 1000 else 10.0}[method], 30.0, True

    rows = table(law, methods=("gp-vae", "sobi"))
    rows = rows[(rows["method"] == "sobi") | (rows["length"] == 1000)]
    findings = find(rows)
    assert of(findings, "sobi")["n_near_bound"] == 3
    assert "at the points where all methods ran, the first of 2 methods is sobi" in findings.lead
    assert "sobi, within 1 dB of it at 3 of 3 points" in findings.lead
