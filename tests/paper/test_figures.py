"""Figures, their captions and the numbers they draw, of a small experiment."""

import dataclasses
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bssbench.experiment.configuration import configure
from bssbench.files import read_json, read_yaml, write_json
from bssbench.paper.drawing import describe_seeds
from bssbench.paper.figures import draw_figure, figure_names, main_separations
from bssbench.paper.looks import MAIN_METHODS
from bssbench.paper.style import save_drawing
from bssbench.scores.measures.matching import match, si_sdr
from bssbench.scores.spectra import autoregressive_spectrum
from bssbench.separation import Separation

PROJECT = Path(__file__).parents[2]

# Those that this experiment has something for.
DRAWN = sorted({*figure_names()} - {"equivalence", "fetal_heart", "ranks"})


def without(results, dataset, method):
    """Results in which that method was not run on that data set."""
    shutil.rmtree(results.cells / dataset / method)
    rows = results.scores.query(f"not (dataset == '{dataset}' and method == '{method}')")
    rows.to_csv(results.scores_file, index=False)
    return dataclasses.replace(results)


def changed(results, dataset, method, **changes):
    """Change what a method returned."""
    path = results.cells / dataset / method / "separation.npz"
    dataclasses.replace(Separation.load(path), **changes).save(path)


def also(results, dataset, *methods):
    """Results in which further methods did on that data set what gp-vae did."""
    rows = results.scores.query(f"dataset == '{dataset}' and method == 'gp-vae'")
    tables = [results.scores]
    for method in methods:
        shutil.copytree(results.cells / dataset / "gp-vae", results.cells / dataset / method)
        tables.append(rows.assign(method=method))
    pd.concat(tables).to_csv(results.scores_file, index=False)
    return dataclasses.replace(results)


@pytest.mark.parametrize("name", figure_names())
def test_equal_results_give_equal_bytes_and_text_of_type_42(name, results, tmp_path):
    for folder in ("one", "two"):
        save_drawing(draw_figure(name, results), name, tmp_path / folder)
    files = sorted((tmp_path / "one").iterdir())
    assert [file.name for file in files] == [f"{name}.{s}" for s in ("csv", "pdf", "png", "txt")]
    for file in files:
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()
    pdf = files[1].read_bytes()
    assert b"/CIDFontType2" in pdf
    assert b"/FontFile2" in pdf
    assert b"/Type3" not in pdf
    assert b"Date" not in pdf


@pytest.mark.parametrize("name", DRAWN)
def test_a_caption_names_data_and_seeds_and_is_safe_in_latex(name, results):
    drawing = draw_figure(name, results)
    for dataset in set(drawing.data["dataset"]):
        assert dataset in drawing.caption
    assert re.search(r"2 seeds, 0 to 1|seed 0", drawing.caption)
    assert drawing.caption.isascii()
    assert not set(drawing.caption) & set("\n#$%&\\^_{}~")


def test_seeds_are_told_by_their_range_where_it_is_whole():
    seeds = {"a": range(100, 110), "b": [2, 0, 1], "c": [0, 1, 2], "d": [5], "e": [3, 5, 9]}
    assert describe_seeds(seeds) == (
        "a: 10 seeds, 100 to 109; b and c: 3 seeds, 0 to 2; d: seed 5; e: 3 seeds, 3, 5 and 9"
    )


@pytest.mark.parametrize("name", figure_names())
def test_figures_do_without_what_was_not_run(name, results):
    draw_figure(name, without(results, "gp-distinct", "ar-flow-vae"))


@pytest.mark.parametrize("name", DRAWN)
def test_figures_do_without_a_seed_that_diverged(name, results):
    # Sources that can be told apart, where that is what is drawn.
    dataset = "ar-laplace-distinct" if name == "efficiency" else "gp-distinct"
    separation = results.separation(dataset, "gp-vae")
    spoilt = separation.sources.copy()
    spoilt[1, 5] = np.nan
    separation.history["unmixing_matrix"][1] = np.nan
    changed(results, dataset, "gp-vae", sources=spoilt, history=separation.history)
    data = draw_figure(name, results).data
    if "n_seeds" in data:
        of_it = (data["dataset"] == dataset) & (data["method"] == "gp-vae")
        assert set(data.loc[of_it, "n_seeds"]) == {1}


@pytest.mark.parametrize("name", figure_names())
def test_a_figure_with_nothing_to_draw_says_so(name, results, tmp_path):
    scores = results.scores.assign(value=np.nan, status="failed", reason="it broke")
    scores.to_csv(tmp_path / "failed.csv", index=False)
    for run in results.cells.rglob("run.json"):
        write_json(run, read_json(run) | {"status": "failed"})
    nothing = dataclasses.replace(results, scores_file=tmp_path / "failed.csv")
    drawing = draw_figure(name, nothing)
    (text,) = drawing.figure.texts
    assert text.get_text() == f"Nothing to draw: {drawing.data['reason'].item()}"


def test_distributions_show_every_seed_and_chance(results):
    drawing = draw_figure("score_distributions", results)
    # A long id is broken at its hyphens.
    panel = next(a for a in drawing.figure.axes if a.get_title() == "ar-laplace-\ndistinct")
    points = [collection.get_offsets()[:, 0] for collection in panel.collections]
    scores = results.scores.query("dataset == 'ar-laplace-distinct' and score == 'si_sdr'")
    np.testing.assert_allclose(np.concatenate(points), scores["value"])
    assert panel.patches, "the band of chance is missing"


def test_the_table_of_distributions_has_the_scores_and_their_medians(results):
    data = draw_figure("score_distributions", results).data
    scores = results.scores.query("score == 'si_sdr' and status == 'ok'")
    keys = ["dataset", "method"]
    medians = data[data["mark"] == "median"].set_index(keys)["value"]
    expected = scores.groupby(keys)["value"].median()
    pd.testing.assert_series_equal(medians.sort_index(), expected.sort_index())
    seeds = data[data["mark"] == "seed"].set_index([*keys, "seed"])["value"]
    assert dict(seeds) == dict(scores.set_index([*keys, "seed"])["value"])


def test_medians_are_those_of_the_seeds_and_controls_are_below_a_line(results):
    drawing = draw_figure("median_scores", results)
    (axis, _) = drawing.figure.axes
    methods = [label.get_text() for label in axis.get_yticklabels()]
    datasets = [label.get_text() for label in axis.get_xticklabels()]
    scores = results.scores.query("score == 'si_sdr' and status == 'ok'")
    expected = scores.groupby(["method", "dataset"])["value"].median()
    written = {
        (methods[round(text.get_position()[1])], datasets[round(text.get_position()[0])]): (
            text.get_text()
        )
        for text in axis.texts
    }
    # It failed there, and a failure is a result.
    assert written.pop(("oracle", "gp-distinct")) == "x"
    assert written == {key: f"{value:.1f}" for key, value in expected.items()}
    assert methods[-1] == "oracle"
    assert [line.get_ydata()[0] for line in axis.lines] == [len(methods) - 1.5]


def test_a_method_has_its_points_on_its_own_line_and_none_where_it_was_not_run(results):
    partial = without(results, "gp-distinct", "ar-flow-vae")
    axes = draw_figure("score_distributions", partial).figure.axes
    panels = {axis.get_title().replace("\n", ""): axis for axis in axes}
    labels = [label.get_text() for label in panels["gp-distinct"].get_yticklabels()]
    assert sorted(labels) == ["ar-flow-vae", "gp-vae", "oracle"]
    lines = {
        name: [labels[round(c.get_offsets()[:, 1].mean())] for c in panels[name].collections]
        for name in panels
    }
    # The oracle failed on the first.
    assert lines == {"gp-distinct": ["gp-vae"], "ar-laplace-distinct": labels}


def test_recovered_sources_are_drawn_over_the_true_ones(results):
    drawing = draw_figure("recovered_sources", results)
    # The oracle is a control and failed there: two methods, three sources.
    assert len(drawing.figure.axes) == 6
    for axis in drawing.figure.axes:
        true, estimated = axis.lines[0].get_ydata(), axis.lines[1].get_ydata()
        assert np.corrcoef(true, estimated)[0, 1] > 0.95
    first = drawing.data.query("signal == 'ar-flow-vae' and source == 1")
    np.testing.assert_array_equal(first["value"], drawing.figure.axes[0].lines[1].get_ydata())


def test_matrices_are_in_the_order_of_the_true_sources(results):
    # Neither of the telling data sets is there: the first with sources.
    found = results.separation("gp-distinct", "gp-vae").sources[..., [2, 0, 1]]
    changed(results, "gp-distinct", "gp-vae", sources=-found)
    drawing = draw_figure("correlation_matrices", results)
    own = drawing.data.query("method == 'gp-vae'")
    matrix = own["mean_absolute_correlation"].to_numpy().reshape(3, 3)
    true = results.dataset("gp-distinct").sources
    whole = [abs(match(t, f).correlations[:, [1, 2, 0]]) for t, f in zip(true, found, strict=True)]
    np.testing.assert_allclose(matrix, np.mean(whole, axis=0))
    mcc = results.scores.query("dataset == 'gp-distinct' and method == 'gp-vae' and score == 'mcc'")
    assert matrix.diagonal().mean() == pytest.approx(mcc["value"].mean())
    written = [text.get_text() for text in drawing.figure.axes[1].texts]
    assert written == [f"{value:.2f}".removeprefix("0") for value in matrix.flatten()]


def test_an_ablation_takes_no_place_among_the_main_methods(results):
    more = also(results, "gp-distinct", "vae", "random", "a-new-method")
    shown = [method for method, _ in main_separations(more, "gp-distinct")]
    assert sorted(shown) == ["a-new-method", "ar-flow-vae", "gp-vae"]


def test_every_kind_of_method_is_shown_of_what_the_paper_runs(results):
    """The kernels' priors by the Gaussian process that is cheap enough, before any variant."""
    paper = configure(read_yaml(PROJECT / "config" / "paper.yaml"))
    run = paper.datasets["gp-distinct"].methods
    assert len({*MAIN_METHODS} & {*run}) == 5
    assert len({*MAIN_METHODS} & {*paper.datasets["gp-near"].methods}) == 5
    more = also(results, "gp-distinct", "a-variant", "sobi", "fastica", "skr-vae")
    shown = [method for method, _ in main_separations(more, "gp-distinct")]
    assert sorted(shown) == ["ar-flow-vae", "fastica", "gp-vae", "skr-vae", "sobi"]
    more = also(more, "gp-distinct", "gp-vae-spectral")
    shown = [method for method, _ in main_separations(more, "gp-distinct")]
    assert sorted(shown) == ["ar-flow-vae", "fastica", "gp-vae-spectral", "skr-vae", "sobi"]


def test_no_two_learning_curves_look_alike_and_none_is_a_variants(results):
    others = ("vae", "gp-vae-matern", "slow-vae", "ivae", "pdgmm-vae", "a-new-method")
    more = also(results, "gp-distinct", *others, "gp-vae-inducing", "an-experiments")
    run = more.cells / "gp-distinct" / "an-experiments" / "run.json"
    write_json(run, read_json(run) | {"base": "gp-vae"})
    drawing = draw_figure("learning_curves", more)
    panel = next(a for a in drawing.figure.axes if a.get_title() == "gp-distinct")
    looks = {line.get_label(): (line.get_color(), line.get_marker()) for line in panel.lines}
    assert set(looks) == {"ar-flow-vae", "gp-vae", *others}
    assert list(looks)[-1] == "vae"
    assert len(set(looks.values())) == len(looks)


def test_learning_curves_are_of_what_the_encoder_was_then(results):
    dataset = results.dataset("gp-distinct")
    history = results.separation("gp-distinct", "gp-vae").history
    history["unmixing_matrix"] = history["unmixing_matrix"].copy()
    history["unmixing_matrix"][:, -1] = np.linalg.inv(dataset.mixing_matrix)
    changed(results, "gp-distinct", "gp-vae", history=history)
    drawing = draw_figure("learning_curves", results)
    data = drawing.data.query("dataset == 'gp-distinct' and method == 'gp-vae'")
    curve = data[data["quantity"] == "si_sdr"]
    pairs = list(zip(dataset.sources, dataset.observations, strict=True))
    before = [si_sdr(true, observed) for true, observed in pairs]
    assert curve[["median", "lowest", "highest"]].iloc[0].tolist() == pytest.approx(
        [np.median(before), min(before), max(before)]
    )
    assert curve["lowest"].iloc[-1] > 15 > curve["lowest"].iloc[0]
    assert curve["seconds"].tolist() == [1, 2, 4, 8, 16]
    assert data.loc[data["quantity"] == "loss", "median"].tolist() == [4, 3, 2, 1, 0]
    lines = {line.get_label(): line for line in drawing.figure.axes[0].lines}
    np.testing.assert_array_equal(lines["gp-vae"].get_xydata(), curve[["seconds", "median"]])


def panel(drawing, title):
    return next((axis for axis in drawing.figure.axes if axis.get_title() == title), None)


def test_convergence_is_drawn_beside_the_sources_own_length_scales(results):
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
    more = draw_figure("prior_convergence", also(results, "gp-distinct", "gp-vae-spectral"))
    assert panel(more, "gp-vae-spectral on gp-distinct") is not None
    assert panel(more, "gp-vae on gp-distinct") is None
    results = without(results, "gp-distinct", "gp-vae-spectral")
    # Another kernel's length-scale is another quantity.
    changed(results, "gp-distinct", "gp-vae", diagnostics={"kernel": "matern-1/2"})
    assert panel(draw_figure("prior_convergence", results), "gp-vae on gp-distinct") is None


def test_a_learned_autoregression_is_compared_by_its_spectrum(results):
    history = results.separation("ar-laplace-distinct", "ar-flow-vae").history
    exact = np.zeros_like(history["coefficients"])
    exact[..., 0] = results.dataset("ar-laplace-distinct").parameters["laws"]["coefficient"]
    history |= {"coefficients": exact}
    changed(results, "ar-laplace-distinct", "ar-flow-vae", history=history)
    data = draw_figure("prior_convergence", results).data.query("quantity == 'spectrum'")
    np.testing.assert_allclose(data["median"], data["true"])
    # Its slowest source has its power at low frequencies.
    slowest = data.query("source == 3")["true"]
    assert slowest.iloc[0] == pytest.approx(autoregressive_spectrum([0.97], [[1]])[3])
    assert slowest.is_monotonic_decreasing


@pytest.mark.parametrize("learned", [True, False])
def test_a_bandwidth_is_drawn_where_it_is_learned(learned, results):
    cells = results.cells / "gp-distinct"
    shutil.copytree(cells / "gp-vae", cells / "skr-vae-learned")
    moving = results.separation("gp-distinct", "gp-vae").history
    moving["bandwidth"] = moving.pop("length_scale")
    if not learned:
        moving["bandwidth"] = moving["bandwidth"][:, :1].repeat(5, axis=1)
    changed(results, "gp-distinct", "skr-vae-learned", history=moving)
    more = results.scores.query("method == 'gp-vae'").assign(method="skr-vae-learned")
    pd.concat([results.scores, more]).to_csv(results.scores_file, index=False)
    drawing = draw_figure("prior_convergence", dataclasses.replace(results))
    assert (panel(drawing, "skr-vae-learned on gp-distinct") is not None) == learned
    assert ("bandwidth" in set(drawing.data["quantity"])) == learned
