"""Figures, their captions and the numbers they draw, of a small experiment."""

import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest

from bssbench.experiment.configuration import configure
from bssbench.files import read_json, read_yaml, write_json
from bssbench.paper.drawing import describe_seeds
from bssbench.paper.figures import draw_figure, figure_names, main_separations
from bssbench.paper.looks import MAIN_METHODS
from bssbench.paper.style import save_drawing
from bssbench.scores.measures.matching import match

PROJECT = Path(__file__).parents[2]

# Those that this experiment has something for.
DRAWN = sorted({*figure_names()} - {"equivalence", "fetal_heart", "ranks", "recording_scores"})


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


def test_consecutive_seeds_are_described_by_their_range():
    seeds = {"a": range(100, 110), "b": [2, 0, 1], "c": [0, 1, 2], "d": [5], "e": [3, 5, 9]}
    assert describe_seeds(seeds) == (
        "a: 10 seeds, 100 to 109; b and c: 3 seeds, 0 to 2; d: seed 5; e: 3 seeds, 3, 5 and 9"
    )


@pytest.mark.parametrize("name", figure_names())
def test_figures_do_without_what_was_not_run(name, without):
    draw_figure(name, without("gp-distinct", "ar-flow-vae"))


@pytest.mark.parametrize("name", DRAWN)
def test_figures_do_without_a_seed_that_diverged(name, results, change):
    # The bound on the other data set is too low for an efficiency.
    dataset = "ar-laplace-distinct" if name == "distance_to_limit" else "gp-distinct"
    separation = results.separation(dataset, "gp-vae")
    spoilt = separation.sources.copy()
    spoilt[1, 5] = np.nan
    separation.history["unmixing_matrix"][1] = np.nan
    change(dataset, "gp-vae", sources=spoilt, history=separation.history)
    data = draw_figure(name, results).data
    if "n_seeds" in data:
        of_it = (data["dataset"] == dataset) & (data["method"] == "gp-vae")
        assert set(data.loc[of_it, "n_seeds"]) == {1}


@pytest.mark.parametrize("name", figure_names())
def test_a_figure_with_nothing_to_draw_states_why(name, results, tmp_path):
    scores = results.scores.assign(value=np.nan, status="failed", reason="it broke")
    scores.to_csv(tmp_path / "failed.csv", index=False)
    for run in results.cells.rglob("run.json"):
        write_json(run, read_json(run) | {"status": "failed"})
    nothing = dataclasses.replace(results, scores_file=tmp_path / "failed.csv")
    drawing = draw_figure(name, nothing)
    (text,) = drawing.figure.texts
    assert text.get_text() == f"Nothing to draw: {drawing.data['reason'].item()}"


def test_recovered_sources_are_drawn_over_the_true_ones(results):
    drawing = draw_figure("recovered_sources", results)
    # The oracle is a control and failed there: two methods, three sources.
    assert len(drawing.figure.axes) == 6
    for axis in drawing.figure.axes:
        true, estimated = axis.lines[0].get_ydata(), axis.lines[1].get_ydata()
        assert np.corrcoef(true, estimated)[0, 1] > 0.95
    first = drawing.data.query("signal == 'ar-flow-vae' and source == 1")
    np.testing.assert_array_equal(first["value"], drawing.figure.axes[0].lines[1].get_ydata())


def test_matrices_are_in_the_order_of_the_true_sources(results, change):
    # Neither of the telling data sets is there: the first with sources.
    found = results.separation("gp-distinct", "gp-vae").sources[..., [2, 0, 1]]
    change("gp-distinct", "gp-vae", sources=-found)
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


def test_an_ablation_takes_no_place_among_the_main_methods(also):
    more = also("gp-distinct", "vae", "random", "a-new-method")
    shown = [method for method, _ in main_separations(more, "gp-distinct")]
    assert sorted(shown) == ["a-new-method", "ar-flow-vae", "gp-vae"]


def test_every_kind_of_method_is_shown_of_what_the_paper_runs(also):
    """The kernels' priors by the Gaussian process that is cheap enough, before any variant."""
    paper = configure(read_yaml(PROJECT / "config" / "paper.yaml"))
    run = paper.datasets["gp-distinct"].methods
    assert len({*MAIN_METHODS} & {*run}) == 5
    assert len({*MAIN_METHODS} & {*paper.datasets["gp-near"].methods}) == 5
    more = also("gp-distinct", "a-variant", "sobi", "fastica", "skr-vae")
    shown = [method for method, _ in main_separations(more, "gp-distinct")]
    assert sorted(shown) == ["ar-flow-vae", "fastica", "gp-vae", "skr-vae", "sobi"]
    more = also("gp-distinct", "gp-vae-spectral")
    shown = [method for method, _ in main_separations(more, "gp-distinct")]
    assert sorted(shown) == ["ar-flow-vae", "fastica", "gp-vae-spectral", "skr-vae", "sobi"]
