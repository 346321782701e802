"""Figures of training: separation against time, and what the priors learn."""

import dataclasses
import shutil

import numpy as np
import pandas as pd
import pytest

from bssbench.files import read_json, write_json
from bssbench.paper.figures import draw_figure
from bssbench.scores.measures.matching import si_sdr
from bssbench.scores.spectra import autoregressive_spectrum


def test_each_learning_curve_has_a_panel_and_none_is_a_variants(also):
    others = ("vae", "gp-vae-matern", "slow-vae", "ivae", "pdgmm-vae", "a-new-method")
    more = also("gp-distinct", *others, "gp-vae-inducing", "an-experiments")
    run = more.cells / "gp-distinct" / "an-experiments" / "run.json"
    write_json(run, read_json(run) | {"base": "gp-vae"})
    drawing = draw_figure("learning_curves", more)
    (first, second) = drawing.figure.subfigs
    panels = [axis for axis in first.axes if axis.axison]
    titles = [axis.get_title() for axis in panels]
    assert set(titles) == {"ar-flow-vae", "gp-vae", *others}
    assert titles[-1] == "vae"
    assert len(titles) == len(set(titles))
    for axis in panels:
        highlighted, *others = axis.lines
        assert highlighted.get_label() == axis.get_title()
        assert len({line.get_color() for line in others}) == 1
        assert highlighted.get_color() != others[0].get_color()
    assert [axis.get_title() for axis in second.axes] == ["ar-flow-vae", "gp-vae"]


def test_learning_curves_use_the_encoder_at_each_record(results, change):
    dataset = results.dataset("gp-distinct")
    history = results.separation("gp-distinct", "gp-vae").history
    history["unmixing_matrix"] = history["unmixing_matrix"].copy()
    history["unmixing_matrix"][:, -1] = np.linalg.inv(dataset.mixing_matrix)
    change("gp-distinct", "gp-vae", history=history)
    drawing = draw_figure("learning_curves", results)
    curve = drawing.data.query("dataset == 'gp-distinct' and method == 'gp-vae'")
    pairs = list(zip(dataset.sources, dataset.observations, strict=True))
    before = [si_sdr(true, observed) for true, observed in pairs]
    assert curve[["median", "lowest", "highest"]].iloc[0].tolist() == pytest.approx(
        [np.median(before), min(before), max(before)]
    )
    assert curve["lowest"].iloc[-1] > 15 > curve["lowest"].iloc[0]
    assert curve["seconds"].tolist() == [1, 2, 4, 8, 16]
    own = panel(drawing, "gp-vae").lines[0]
    np.testing.assert_array_equal(own.get_xydata(), curve[["seconds", "median"]])


def panel(drawing, title):
    axes = drawing.figure.axes
    return next((axis for axis in axes if axis.get_title().replace("\n", " ") == title), None)


def test_convergence_is_drawn_with_the_true_length_scales(results, also, without, change):
    drawing = draw_figure("prior_convergence", results)
    lines = panel(drawing, "gp-vae on gp-distinct").lines
    true = [line.get_ydata()[0] for line in lines if line.get_color() == "black"]
    np.testing.assert_allclose(true, [2, np.sqrt(80), 40])
    separation = results.separation("gp-distinct", "gp-vae")
    path = separation.history["length_scale"][..., 0]
    own = drawing.data.query("quantity == 'length_scale' and source == 1")
    np.testing.assert_allclose(own["median"], np.median(path, axis=0))
    np.testing.assert_allclose(own["highest"], path.max(axis=0))
    np.testing.assert_array_equal(own["median"], lines[0].get_ydata())
    # The one that the paper runs comes first.
    more = draw_figure("prior_convergence", also("gp-distinct", "gp-vae-spectral"))
    assert panel(more, "gp-vae-spectral on gp-distinct") is not None
    assert panel(more, "gp-vae on gp-distinct") is None
    without("gp-distinct", "gp-vae-spectral")
    results = dataclasses.replace(results)
    # Another kernel's length-scale is another quantity.
    change("gp-distinct", "gp-vae", diagnostics={"kernel": "matern-1/2"})
    assert panel(draw_figure("prior_convergence", results), "gp-vae on gp-distinct") is None


def test_a_learned_autoregression_is_compared_by_its_spectrum(results, change):
    history = results.separation("ar-laplace-distinct", "ar-flow-vae").history
    exact = np.zeros_like(history["coefficients"])
    exact[..., 0] = results.dataset("ar-laplace-distinct").parameters["laws"]["coefficient"]
    history |= {"coefficients": exact}
    change("ar-laplace-distinct", "ar-flow-vae", history=history)
    data = draw_figure("prior_convergence", results).data.query("quantity == 'spectrum'")
    np.testing.assert_allclose(data["median"], data["true"])
    # Its slowest source has its power at low frequencies.
    slowest = data.query("source == 3")["true"]
    assert slowest.iloc[0] == pytest.approx(autoregressive_spectrum([0.97], [[1]])[3])
    assert slowest.is_monotonic_decreasing


@pytest.mark.parametrize("learned", [True, False])
def test_a_bandwidth_is_drawn_where_it_is_learned(learned, results, change):
    cells = results.cells / "gp-distinct"
    shutil.copytree(cells / "gp-vae", cells / "skr-vae-learned")
    moving = results.separation("gp-distinct", "gp-vae").history
    moving["bandwidth"] = moving.pop("length_scale")
    if not learned:
        moving["bandwidth"] = moving["bandwidth"][:, :1].repeat(5, axis=1)
    change("gp-distinct", "skr-vae-learned", history=moving)
    more = results.scores.query("method == 'gp-vae'").assign(method="skr-vae-learned")
    pd.concat([results.scores, more]).to_csv(results.scores_file, index=False)
    drawing = draw_figure("prior_convergence", dataclasses.replace(results))
    assert (panel(drawing, "skr-vae-learned on gp-distinct") is not None) == learned
    assert ("bandwidth" in set(drawing.data["quantity"])) == learned
