import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection

from bssbench.paper.ablation_figure import draw_ablation
from bssbench.paper.ablation_table import ablation_report
from bssbench.paper.report import write
from bssbench.statistics.ablation import ABLATION_SCORES, compare_with_whole
from bssbench.statistics.intervals import mean_intervals

VARIANTS = {"whole": {"one": "whole-without-one", "everything": "plain"}}
SEEDS = range(6)


@pytest.fixture
def scores(rng):
    """Of a method that loses 3 dB without its one addition; plain, it fails on one data set."""
    rows = []
    for dataset in ("gp-distinct", "waveforms"):
        for seed, level in zip(SEEDS, 20 + 5 * rng.standard_normal(len(SEEDS)), strict=True):
            noise = 0.1 * rng.standard_normal()
            values = {"whole": level, "whole-without-one": level - 3 + noise, "plain": level - 9}
            for method, value in values.items():
                failed = (dataset, method) == ("waveforms", "plain")
                for score in (*ABLATION_SCORES, "amari"):
                    value = np.nan if failed else value
                    answer = (value, "failed", "it broke") if failed else (value, "ok", "")
                    rows.append((dataset, method, seed, score, *answer))
    columns = "dataset,method,seed,score,value,status,reason"
    return pd.DataFrame(rows, columns=columns.split(","))


def test_what_is_left_is_compared_with_the_whole_seed_by_seed(scores):
    table = compare_with_whole(scores, VARIANTS).set_index(["without", "dataset", "score"])
    assert len(table) == 3 * 2 * len(ABLATION_SCORES)
    value = scores.pivot(index=["dataset", "seed"], columns=["method", "score"], values="value")
    for dataset in ("gp-distinct", "waveforms"):
        own = value.loc[dataset]
        differences = (own["whole-without-one", "si_sdr"] - own["whole", "si_sdr"]).to_numpy()
        row = table.loc[("one", dataset, "si_sdr")]
        assert row["mean_difference"] == pytest.approx(differences.mean())
        assert row["n_pairs"] == len(SEEDS)
        assert row[["low", "high"]].to_list() == mean_intervals([differences])[0].tolist()
        # The spread over seeds, of 5 dB, is common to both.
        assert -3.2 < row["low"] < row["high"] < -2.8
        whole = table.loc[("", dataset, "si_sdr")]
        assert whole["median"] == pytest.approx(own["whole", "si_sdr"].median())
        assert np.isnan(whole["mean_difference"])
    failed = table.loc[("everything", "waveforms", "mcc")]
    assert (failed["n_pairs"], failed["n_ok"], failed["reason"]) == (0, 0, "failed: it broke")


def test_what_was_not_run_has_no_rows(scores):
    left = scores[(scores["method"] != "plain") | (scores["dataset"] == "gp-distinct")]
    table = compare_with_whole(left, VARIANTS)
    plain = table[table["variant"] == "plain"]
    assert set(plain["dataset"]) == {"gp-distinct"}


def test_the_table_shows_every_number_and_every_failure(scores, tmp_path):
    comparison = compare_with_whole(scores, VARIANTS)
    csv, markdown, latex = write(ablation_report(comparison), tmp_path)
    assert len(pd.read_csv(csv)) == len(comparison)
    text = markdown.read_text()
    row = comparison.query("without == 'one' and score == 'si_sdr' and dataset == 'waveforms'")
    shown = "{mean_difference:+.1f} [{low:+.1f}, {high:+.1f}]".format(**row.iloc[0])
    assert shown.replace("-", "−") in text
    assert "- failed: it broke: waveforms (plain)" in text
    assert r"\label{tab:ablation-whole-difference}" in latex.read_text()


def test_the_figure_draws_the_differences_in_decibels(scores):
    comparison = compare_with_whole(scores, VARIANTS)
    drawing = draw_ablation(comparison)
    drawn = comparison[(comparison["score"] == "si_sdr") & (comparison["n_pairs"] > 0)]
    pd.testing.assert_frame_equal(
        drawing.data, drawn[list(drawing.data.columns)].reset_index(drop=True)
    )
    assert len(drawing.data) == 3
    assert drawing.caption.isascii()
    points = [
        position
        for axis in drawing.figure.axes
        for marks in axis.collections
        if isinstance(marks, PathCollection)
        for position in marks.get_offsets()[:, 0]
    ]
    assert sorted(points) == pytest.approx(sorted(drawn["mean_difference"]))
    assert "Nothing to draw" in draw_ablation(comparison[comparison["without"] == ""]).caption
