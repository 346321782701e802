import dataclasses
import json
import re
import shutil

import numpy as np
import pandas as pd
import pytest

from bssbench.files import write_json
from bssbench.paper.recording_picture import _envelope
from bssbench.scores.collect import collect
from bssbench.scores.table import read_timings


def test_tables_agree_with_the_scores(results, write_separation):
    paths = write_separation(results.scores)
    table = pd.read_csv(paths[0]).set_index(["dataset", "method", "score"])
    values = results.scores.query("method == 'gp-vae' and dataset == 'gp-distinct'")
    expected = values.loc[values["score"] == "mcc", "value"].median()
    assert table.loc[("gp-distinct", "gp-vae", "mcc"), "median"] == pytest.approx(expected)
    markdown = paths[1].read_text().replace("**", "")
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


def test_what_was_not_run_is_blank_and_no_failure(results, write_separation):
    partial = without(results, "gp-distinct", "ar-flow-vae")
    paths = write_separation(partial.scores)
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


def test_all_methods_are_those_that_were_run_there(results, write_separation):
    partial = without(results, "gp-distinct", "ar-flow-vae")
    scores = partial.scores
    there = scores["dataset"] == "gp-distinct"
    scores.loc[there, ["value", "status", "reason"]] = [np.nan, "failed", "it broke"]
    text = write_separation(scores)[1].read_text()
    assert "- failed: it broke: gp-distinct (all methods)" in text


def test_what_did_not_converge_is_marked_and_not_hidden(results, tmp_path, write_separation):
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
    timings.to_csv(tmp_path / "timings.csv", index=False)
    paths = write_separation(scores, read_timings(tmp_path / "timings.csv"))
    table = pd.read_csv(paths[0]).set_index(["dataset", "method", "score"])
    assert table.loc[("gp-distinct", "ar-flow-vae", "mcc"), "n_unconverged"] == 1
    text = paths[1].read_text()
    median = table.loc[("gp-distinct", "ar-flow-vae", "mcc"), "median"]
    assert re.search(rf"\| +{median:.3f} \[[^]]*\] † ".replace("0.", r"\."), text)
    grid = [line for line in text.splitlines() if line.startswith("| ")]
    assert all(line.startswith("| ar-flow-vae") for line in grid if "†" in line)
    assert all(line.count("†") <= 1 for line in grid)
    assert r"$^\dagger$" in paths[2].read_text()
    assert "†" not in paths[2].read_text()


def test_the_latex_table_has_a_row_for_each_method(results, write_separation):
    _, markdown, latex_file = write_separation(results.scores)
    latex = latex_file.read_text()
    # A table for each score that has values, as in Markdown.
    n_tables = markdown.read_text().count("\n|:-")
    for method in ("ar-flow-vae", "gp-vae", r"\textit{oracle}"):
        assert f"\n{method} & " in latex
    assert latex.count(r"\toprule") == latex.count(r"\bottomrule") == n_tables
    # A rule separates the controls, which have no prior parameters to score.
    assert latex.count("\\midrule\n\\textit{oracle} & ") == n_tables - 2 == 7
    assert r"\shortstack[r]{ar-laplace-\\distinct}" in latex


def test_the_latex_table_compiles_and_fits_the_page(results, typeset, write_separation):
    assert "Overfull" not in typeset(write_separation(results.scores)[2].read_text())


def test_an_envelope_keeps_every_peak(rng):
    signal = rng.standard_normal(1000)
    signal[501] = 30.0
    time, values = _envelope(signal, 10)
    assert len(time) == len(values) == 200
    assert values.max() == 30.0
    assert time[values.argmax()] == 500
