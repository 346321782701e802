import dataclasses
import json
import re
import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest

from bssbench.datasets.catalogue import make_dataset
from bssbench.files import write_json
from bssbench.paper.figures import Results, draw_figure, figure_names
from bssbench.paper.recording_picture import _envelope
from bssbench.paper.style import save
from bssbench.paper.tables import write_separation_tables, write_tables
from bssbench.scores.collect import collect
from bssbench.separation import Separation

METHODS = ["ar-flow-vae", "gp-vae", "oracle"]


def history(replicates, parameter, tail=()):
    shape = (replicates, 5, 3, *tail)
    return {
        "step": np.arange(5),
        "loss": np.ones((replicates, 5)),
        parameter: np.linspace(1, 2, int(np.prod(shape))).reshape(shape),
    }


@pytest.fixture
def results(tmp_path):
    """Two data sets and three methods, of which one failed on one data set."""
    rng = np.random.default_rng(0)
    runs = []
    for name in ("gp-distinct", "ar-laplace-distinct"):
        dataset = dataclasses.replace(make_dataset(f"{name}-t80", [0, 1], {}), name=name)
        dataset.save(tmp_path / "data" / f"{name}.npz")
        for method in METHODS:
            failed = name == "gp-distinct" and method == "oracle"
            noisy = dataset.sources + 0.1 * rng.standard_normal(dataset.sources.shape)
            separation = Separation(noisy, np.linalg.inv(dataset.mixing_matrix))
            if method == "ar-flow-vae":
                separation = dataclasses.replace(
                    separation, history=history(2, "coefficients", (4,))
                )
            if method == "gp-vae":
                separation = dataclasses.replace(separation, history=history(2, "length_scale"))
            directory = tmp_path / "cells" / name / method
            separation.save(directory / "separation.npz")
            run = {
                "dataset": name,
                "method": method,
                "seeds": [0, 1],
                "status": "failed" if failed else "ok",
                "reason": "it broke" if failed else "",
                "timing": None,
                "peak_bytes": 1,
                "jobs_allowed": 2,
                "diagnostics": {"kernel": "squared-exponential"} if method == "gp-vae" else None,
                "provenance": {"processor": "x"},
            }
            write_json(directory / "run.json", run)
            runs.append(directory / "run.json")
    scores, _ = collect(runs, tmp_path / "data")
    scores.to_csv(tmp_path / "scores.csv", index=False)
    return Results(tmp_path / "scores.csv", tmp_path / "data", tmp_path / "cells")


def test_tables_say_what_the_scores_say(results, tmp_path):
    paths = write_separation_tables(results.scores, tmp_path / "tables")
    table = pd.read_csv(paths[0]).set_index(["dataset", "method", "score"])
    values = results.scores.query("method == 'gp-vae' and dataset == 'gp-distinct'")
    expected = values.loc[values["score"] == "mcc", "value"].median()
    assert table.loc[("gp-distinct", "gp-vae", "mcc"), "median"] == pytest.approx(expected)
    markdown = paths[1].read_text()
    own = table.loc[("gp-distinct", "gp-vae", "mcc")]
    assert own["lowest"] == values.loc[values["score"] == "mcc", "value"].min()
    assert f"{expected:.3f} [{own['lowest']:.3f}]".replace("0.", ".") in markdown
    # Of a distance the worst is the highest.
    own = table.loc[("gp-distinct", "gp-vae", "amari")]
    assert f"{own['median']:.3f} [{own['highest']:.3f}]".replace("0.", ".") in markdown
    assert "failed" in markdown
    assert "- failed: it broke: gp-distinct (oracle)" in markdown
    assert "Reference modes" not in markdown


def without(results, dataset, method):
    """Results in which that method was not run on that data set."""
    shutil.rmtree(results.cells / dataset / method)
    rows = results.scores.query(f"not (dataset == '{dataset}' and method == '{method}')")
    rows.to_csv(results.scores_file, index=False)
    return dataclasses.replace(results)


def test_what_was_not_run_is_blank_and_no_failure(results, tmp_path):
    partial = without(results, "gp-distinct", "ar-flow-vae")
    paths = write_separation_tables(partial.scores, tmp_path / "tables")
    text = paths[1].read_text()
    grid = [line for line in text.splitlines() if line.startswith("|")][:5]
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in grid]
    assert cells[0] == ["method", "gp-distinct", "ar-laplace-distinct"]
    # The order of all methods, controls last.
    assert [row[0] for row in cells[2:]] == ["gp-vae", "ar-flow-vae", "*oracle*"]
    assert cells[3][1] == ""
    assert cells[3][2] != ""
    assert "nan" not in text
    assert "nan" not in paths[2].read_text()


def test_all_methods_are_those_that_were_run_there(results, tmp_path):
    partial = without(results, "gp-distinct", "ar-flow-vae")
    scores = partial.scores
    there = scores["dataset"] == "gp-distinct"
    scores.loc[there, ["value", "status", "reason"]] = [np.nan, "failed", "it broke"]
    text = write_separation_tables(scores, tmp_path / "tables")[1].read_text()
    assert "- failed: it broke: gp-distinct (all methods)" in text


def test_what_did_not_converge_is_marked_and_not_hidden(results, tmp_path):
    for (dataset, method), converged in {
        ("gp-distinct", "ar-flow-vae"): [True, False],
        ("ar-laplace-distinct", "ar-flow-vae"): [True, True],
        ("gp-distinct", "gp-vae"): None,
        ("ar-laplace-distinct", "gp-vae"): [None, None],
    }.items():
        path = results.cells / dataset / method / "run.json"
        write_json(path, json.loads(path.read_text()) | {"diagnostics": {"converged": converged}})
    runs = sorted(results.cells.rglob("run.json"))
    scores, timings = collect(runs, results.data)
    counts = timings.set_index(["dataset", "method"])["converged"]
    assert counts["gp-distinct", "ar-flow-vae"] == 1
    assert counts["ar-laplace-distinct", "ar-flow-vae"] == 2
    assert counts.drop("ar-flow-vae", level="method").isna().all()
    for name, table in (("scores", scores), ("timings", timings)):
        table.to_csv(tmp_path / f"{name}.csv", index=False)
    paths = write_tables(tmp_path / "scores.csv", tmp_path, tmp_path / "timings.csv")
    table = pd.read_csv(paths[0]).set_index(["dataset", "method", "score"])
    assert table.loc[("gp-distinct", "ar-flow-vae", "mcc"), "n_unconverged"] == 1
    text = paths[1].read_text()
    median = table.loc[("gp-distinct", "ar-flow-vae", "mcc"), "median"]
    assert re.search(rf"\| {median:.3f} \[[^]]*\] † ".replace("0.", r"\."), text)
    grid = [line for line in text.splitlines() if line.startswith("| ")]
    assert all(line.startswith("| ar-flow-vae") for line in grid if "†" in line)
    assert all(line.count("†") <= 1 for line in grid)
    assert r"$^\dagger$" in paths[2].read_text()
    assert "†" not in paths[2].read_text()


def test_the_latex_table_has_a_row_for_each_method(results, tmp_path):
    latex = write_separation_tables(results.scores, tmp_path / "tables")[2].read_text()
    for method in METHODS:
        assert f"\n{method} & " in latex
    assert latex.count(r"\toprule") == latex.count(r"\bottomrule") == 6
    # A rule sets the controls apart.
    assert latex.count("\\midrule\noracle & ") == 6
    assert r"\shortstack[r]{ar-laplace-\\distinct}" in latex


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no LaTeX here")
def test_the_latex_table_compiles(results, tmp_path):
    table = write_separation_tables(results.scores, tmp_path)[2].read_text()
    document = r"\documentclass{article}\usepackage{booktabs,graphicx}\begin{document}"
    (tmp_path / "paper.tex").write_text(document + table + r"\end{document}")
    subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )


@pytest.mark.parametrize("name", figure_names())
@pytest.mark.parametrize("suffix", ["pdf", "png"])
def test_equal_results_give_equal_bytes(name, suffix, results, tmp_path):
    for path in ("one", "two"):
        save(draw_figure(name, results), tmp_path / f"{path}.{suffix}")
    one = (tmp_path / f"one.{suffix}").read_bytes()
    assert len(one) > 5000
    assert one == (tmp_path / f"two.{suffix}").read_bytes()


def test_convergence_shows_the_true_values_where_there_are_any(results):
    figure = draw_figure("prior_convergence", results)
    titles = {axis.get_title(): axis for axis in figure.axes}
    dashed = [
        line.get_ydata()[0]
        for line in titles["gp-vae on gp-distinct"].lines
        if line.get_linestyle() == "--"
    ]
    np.testing.assert_allclose(dashed, [2, np.sqrt(80), 40])
    # Three latents of two seeds, and no truth for a length-scale of an autoregression.
    assert len(titles["gp-vae on ar-laplace-distinct"].lines) == 6
    # Nor is there one for another kernel's length-scale.
    run = results.cells / "gp-distinct" / "gp-vae" / "run.json"
    run.write_text(run.read_text().replace("squared-exponential", "matern-1/2"))
    figure = draw_figure("prior_convergence", results)
    panel = next(axis for axis in figure.axes if axis.get_title() == "gp-vae on gp-distinct")
    assert not [line for line in panel.lines if line.get_linestyle() == "--"]


def test_a_coefficient_has_a_true_value_only_where_its_lag_is_one_sample(results):
    def dashes():
        figure = draw_figure("prior_convergence", results)
        title = "ar-flow-vae on ar-laplace-distinct"
        panel = next(axis for axis in figure.axes if axis.get_title() == title)
        return [line for line in panel.lines if line.get_linestyle() == "--"]

    path = results.cells / "ar-laplace-distinct" / "ar-flow-vae" / "run.json"
    for spacing, n_values in (([1, 1], 3), ([1, 4], 0)):
        write_json(path, json.loads(path.read_text()) | {"diagnostics": {"spacing": spacing}})
        assert len(dashes()) == n_values


@pytest.mark.parametrize("learned", [True, False])
def test_a_bandwidth_is_drawn_where_it_is_learned(learned, results):
    path = results.cells / "gp-distinct" / "ar-flow-vae" / "separation.npz"
    moving = history(2, "bandwidth")
    if not learned:
        moving["bandwidth"] = moving["bandwidth"][:, :1].repeat(5, axis=1)
    dataclasses.replace(Separation.load(path), history=moving).save(path)
    panels = [
        axis
        for axis in draw_figure("prior_convergence", results).axes
        if axis.get_ylabel() == "bandwidth (samples)"
    ]
    assert [axis.get_title() for axis in panels] == ["ar-flow-vae on gp-distinct"] * learned
    assert all(axis.get_yscale() == "log" for axis in panels)


def test_distributions_show_every_seed_and_chance(results):
    figure = draw_figure("score_distributions", results)
    panel = next(axis for axis in figure.axes if axis.get_title() == "ar-laplace-distinct")
    points = [collection.get_offsets()[:, 0] for collection in panel.collections]
    scores = results.scores.query("dataset == 'ar-laplace-distinct' and score == 'mcc'")
    np.testing.assert_allclose(np.concatenate(points), scores["value"])
    assert panel.patches, "the band of chance is missing"


@pytest.mark.parametrize("name", figure_names())
def test_figures_do_without_what_was_not_run(name, results):
    draw_figure(name, without(results, "gp-distinct", "ar-flow-vae"))


def test_a_method_has_its_points_on_its_own_line_and_none_where_it_was_not_run(results):
    figure = draw_figure("score_distributions", without(results, "gp-distinct", "ar-flow-vae"))
    panels = {axis.get_title(): axis for axis in figure.axes}
    labels = [label.get_text() for label in panels["gp-distinct"].get_yticklabels()]
    assert sorted(labels) == sorted(METHODS)
    lines = {
        name: [labels[round(c.get_offsets()[:, 1].mean())] for c in panels[name].collections]
        for name in panels
    }
    # The oracle failed on the first.
    assert lines == {"gp-distinct": ["gp-vae"], "ar-laplace-distinct": labels}


def test_recovered_sources_are_drawn_over_the_true_ones(results):
    figure = draw_figure("recovered_sources", results)
    # The oracle is a control and failed there: two methods, three sources.
    assert len(figure.axes) == 6
    for axis in figure.axes:
        true, estimated = axis.lines[0].get_ydata(), axis.lines[1].get_ydata()
        assert np.corrcoef(true, estimated)[0, 1] > 0.95


@pytest.mark.parametrize("name", figure_names())
def test_a_figure_with_nothing_to_draw_says_so(name, results, tmp_path):
    scores = results.scores.assign(value=np.nan, status="failed", reason="it broke")
    scores.to_csv(tmp_path / "failed.csv", index=False)
    for run in results.cells.rglob("run.json"):
        write_json(run, json.loads(run.read_text()) | {"status": "failed"})
    nothing = dataclasses.replace(results, scores_file=tmp_path / "failed.csv")
    (text,) = draw_figure(name, nothing).texts
    assert text.get_text().startswith("Nothing to draw: ")


def test_an_envelope_keeps_every_peak(rng):
    signal = rng.standard_normal(1000)
    signal[501] = 30.0
    time, values = _envelope(signal, 10)
    assert len(time) == len(values) == 200
    assert values.max() == 30.0
    assert time[values.argmax()] == 500
