"""A small experiment's results, for tables and figures."""

import dataclasses
import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest

from bssbench.datasets.catalogue import make_dataset
from bssbench.files import write_json
from bssbench.paper.figures import Results
from bssbench.paper.report import write
from bssbench.paper.separation_tables import separation_report
from bssbench.scores.collect import collect
from bssbench.scores.table import read_scores
from bssbench.separation import Separation
from bssbench.statistics.evaluation import evaluate

METHODS = ["ar-flow-vae", "gp-vae", "oracle"]


FLOW = {
    "flow": {"layers": 1, "lags": [[1, 1], [2, 2], [3, 4], [5, 8]]},
    "spacing": [1, 1],
}
KERNEL = {"kernel": "squared-exponential"}


def history(replicates, parameter, tail=()):
    shape = (replicates, 5, 3, *tail)
    return {
        "step": np.arange(5),
        "loss": np.arange(5.0)[::-1] + np.ones((replicates, 1)),
        "unmixing_matrix": np.broadcast_to(np.eye(3), (replicates, 5, 3, 3)),
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
                    separation, history=history(2, "coefficients", (4,)), diagnostics=FLOW
                )
            if method == "gp-vae":
                separation = dataclasses.replace(
                    separation, history=history(2, "length_scale"), diagnostics=KERNEL
                )
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
                "diagnostics": separation.diagnostics,
                "seconds_at_records": [1.0, 2.0, 4.0, 8.0, 16.0],
                "provenance": {"processor": "x"},
            }
            write_json(directory / "run.json", run)
            runs.append(directory / "run.json")
    scores, _ = collect(runs, tmp_path / "data")
    scores.to_csv(tmp_path / "scores.csv", index=False)
    evaluate(scores).save(tmp_path / "statistics")
    return Results(*(tmp_path / name for name in ("scores.csv", "statistics", "data", "cells")))


@pytest.fixture
def without(results):
    """Return a function that returns the results as if a method had not run on a data set."""

    def run(dataset, method):
        shutil.rmtree(results.cells / dataset / method)
        rows = results.scores.query(f"not (dataset == '{dataset}' and method == '{method}')")
        rows.to_csv(results.scores_file, index=False)
        return dataclasses.replace(results)

    return run


@pytest.fixture
def change(results):
    """Return a function that changes what a method returned."""

    def run(dataset, method, **changes):
        path = results.cells / dataset / method / "separation.npz"
        dataclasses.replace(Separation.load(path), **changes).save(path)

    return run


@pytest.fixture
def also(results):
    """Return a function that returns results in which other methods did what gp-vae did."""

    def run(dataset, *methods):
        tables = [read_scores(results.scores_file)]
        rows = tables[0].query(f"dataset == '{dataset}' and method == 'gp-vae'")
        for method in methods:
            shutil.copytree(results.cells / dataset / "gp-vae", results.cells / dataset / method)
            tables.append(rows.assign(method=method))
        pd.concat(tables).to_csv(results.scores_file, index=False)
        return dataclasses.replace(results)

    return run


@pytest.fixture
def write_separation(tmp_path):
    """Return a function that writes the separation tables of scores, and returns their paths."""

    def run(scores, timings=None):
        found = evaluate(scores)
        report = separation_report(found.summary, found.comparisons, timings)
        return write(report, tmp_path / "tables")

    return run


@pytest.fixture
def typeset(tmp_path):
    """Return a function that has LaTeX set tables on pages of two columns, and returns its log."""
    if shutil.which("pdflatex") is None:
        pytest.skip("no LaTeX here")

    def run(latex):
        head = (
            r"\documentclass[twocolumn]{article}\usepackage[margin=2cm]{geometry}"
            r"\usepackage{booktabs,graphicx}\begin{document}"
        )
        (tmp_path / "paper.tex").write_text(f"{head}\n{latex}\n\\end{{document}}\n")
        command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"]
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
        return (tmp_path / "paper.log").read_text(errors="replace")

    return run
