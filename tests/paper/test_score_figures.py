"""Figures of scores: medians, and the distance from the limit."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection

from bssbench.paper.figures import draw_figure
from bssbench.scores.interference import collect_interference
from bssbench.statistics.efficiency import summarise_efficiency
from bssbench.statistics.evaluation import evaluate


def written_in(axis):
    """Return the text of each cell of the matrix by (data set, method)."""
    methods = dict(zip(axis.get_xticks(), axis.get_xticklabels(), strict=True))
    datasets = dict(zip(axis.get_yticks(), axis.get_yticklabels(), strict=True))
    return {
        (datasets[y].get_text(), methods[x].get_text()): text.get_text()
        for text in axis.texts
        for x, y in [text.get_position()]
        if x in methods and y in datasets
    }


def test_medians_are_those_of_the_seeds_by_group_of_methods(results):
    drawing = draw_figure("median_scores", results)
    (axis,) = drawing.figure.axes
    scores = results.scores.query("score == 'si_sdr' and status == 'ok'")
    expected = scores.groupby(["dataset", "method"])["value"].median()
    written = written_in(axis)
    # It failed there, and a failure is a result.
    assert written.pop(("gp-distinct", "oracle")) == "x"
    assert written == {key: f"{round(value)}" for key, value in expected.items()}
    assert dict(drawing.data.set_index(["dataset", "method"])["median"]) == dict(expected)
    groups = [text.get_text() for text in axis.texts if text.get_fontweight() == "bold"]
    assert groups == ["Linear mixing of three or four sources", "VAEs", "controls"]


def test_the_best_of_a_data_set_is_framed_and_no_control(results):
    drawing = draw_figure("median_scores", results)
    data = drawing.data[drawing.data["method"] != "oracle"]
    best = data.loc[data.groupby("dataset")["median"].idxmax()]
    assert best["best"].all()
    assert drawing.data["best"].sum() == 2
    (axis,) = drawing.figure.axes
    frames = [patch.get_xy()[1] + 0.5 for patch in axis.patches]
    assert sorted(frames) == sorted(axis.get_yticks())


def test_a_negative_control_is_labelled_and_has_no_best(results):
    scores = results.scores.replace({"dataset": {"gp-distinct": "gp-equal"}})
    scores.to_csv(results.scores_file, index=False)
    evaluate(scores).save(results.statistics)
    (results.cells / "gp-distinct").rename(results.cells / "gp-equal")
    (axis,) = draw_figure("median_scores", dataclasses.replace(results)).figure.axes
    labels = [label.get_text() for label in axis.get_yticklabels()]
    assert labels == ["gp-equal (not separable)", "ar-laplace-distinct"]
    assert len(axis.patches) == 1


def test_a_method_that_ran_on_few_data_sets_has_no_column(results, also):
    on_half = also("gp-distinct", "sobi")
    assert "sobi" in set(draw_figure("median_scores", on_half).data["method"])
    own = on_half.scores.query("dataset == 'gp-distinct' and method == 'gp-vae'")
    more = [own.assign(dataset=name) for name in ("gp-near", "ar-near", "waveforms")]
    pd.concat([on_half.scores, *more]).to_csv(results.scores_file, index=False)
    drawing = draw_figure("median_scores", dataclasses.replace(results))
    assert set(drawing.data["method"]) == {"gp-vae"}
    assert "sobi" in drawing.caption


def test_the_distance_from_a_bound_is_the_efficiency(results):
    drawing = draw_figure("distance_to_limit", results)
    runs = sorted(results.cells.glob("ar-laplace-distinct/*/run.json"))
    table = summarise_efficiency(collect_interference(runs, results.data)).set_index("method")
    drawn = drawing.data.query("dataset == 'ar-laplace-distinct'").set_index("method")
    for name, of in (("value", "efficiency"), ("low", "efficiency_low"), ("n_seeds", "n_ok")):
        np.testing.assert_allclose(drawn[name].astype(float), table.loc[drawn.index, of])
    panel = next(a for a in drawing.figure.axes if a.get_title() == "ar-laplace-distinct")
    labels = [label.get_text() for label in panel.get_yticklabels()]
    marks = {
        labels[round(place)]: value
        for points in panel.collections
        if isinstance(points, PathCollection)
        for value, place in points.get_offsets()
    }
    shown = drawn.loc[["ar-flow-vae", "gp-vae"], "value"]
    assert marks == pytest.approx(dict(shown))
