"""Choosing by held-out likelihood: what it is given, and what becomes of it."""

import numpy as np
import pandas as pd
import pytest

from bssbench.cli.main import main
from bssbench.experiment import held_out as held_out_module
from bssbench.experiment.held_out import Candidate, measure
from bssbench.files import checksums
from bssbench.methods.vae._variational import VariationalMethod


@pytest.fixture
def given(monkeypatch):
    """Stay in this process, and return the problems that a method is given."""
    problems = []

    def held_out(_, problem):
        problems.append(problem)
        return np.array([1.5, np.nan])

    def call(task, arguments, _):
        dataset = arguments[1]
        assert dataset.sources is dataset.mixing_matrix is dataset.reference_signals is None
        assert not dataset.parameters
        assert not dataset.reference_frequencies
        return {"status": "ok", "reason": ""} | task(*arguments)

    monkeypatch.setattr(VariationalMethod, "held_out", held_out, raising=False)
    monkeypatch.setattr(held_out_module, "call_in_own_process", call)
    return problems


@pytest.mark.parametrize("dataset", ["gp-distinct-t100", "gp-distinct-post-nonlinear-t100"])
def test_nothing_that_selects_is_given_the_true_sources(dataset, given):
    rows = measure(Candidate("order", "ar-flow-vae", dataset, (3, 4), {"order": 2}))
    (problem,) = given
    assert problem.sources is None
    assert problem.observations.shape == (2, 100, 3)
    assert problem.nonlinear == ("nonlinear" in dataset)
    first, second = rows
    assert (first.seed, first.objective, first.status, first.reason) == (3, 1.5, "ok", "")
    assert (first.choice, first.parameters) == ("order", "order=2")
    assert (second.seed, second.objective, second.status) == (4, None, "failed")
    assert "not finite" in second.reason


def test_other_seeds_are_other_data_and_initialisations(given):
    for seeds in ((3, 4), (4, 5)):
        measure(Candidate("", "ar-flow-vae", "gp-distinct-t100", seeds))
    first, second = given
    np.testing.assert_array_equal(first.observations[1], second.observations[0])
    assert first.seeds[1].spawn_key == second.seeds[0].spawn_key
    assert first.seeds[1].entropy == second.seeds[0].entropy


@pytest.mark.usefixtures("given")
def test_a_method_that_does_not_apply_has_a_row_with_the_reason(monkeypatch):
    answer = {"status": "skipped", "reason": "too long"}
    monkeypatch.setattr(held_out_module, "call_in_own_process", lambda *_: answer)
    rows = measure(Candidate("", "gp-vae", "gp-distinct-t100", (3, 4)))
    outcomes = {(row.objective, row.status, row.reason) for row in rows}
    assert outcomes == {(None, "skipped", "too long")}


@pytest.mark.usefixtures("given")
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["skrvae", "--dataset", "gp-distinct"], "did you mean 'skr-vae'"),
        (["sobi", "--dataset", "gp-distinct"], "no objective on held-out time"),
        (["ivae", "--dataset", "gp-distinct"], "no objective on held-out time"),
        (["skr-vae", "--dataset", "gp-distinkt"], "did you mean 'gp-distinct'"),
        (["skr-vae", "--dataset", "gp-distinct", "--set", "stepz=1"], "did you mean 'steps'"),
        (["skr-vae", "--dataset", "gp-distinct", "--seeds", "a"], "expected ranges"),
        (["skr-vae", "--dataset", "gp-distinct", "--cpu-seconds", "0"], "at least 1"),
    ],
)
def test_bad_input_is_one_line(words, message, tmp_path, capsys):
    assert main(["held-out", *words, "--out", str(tmp_path / "out.csv")]) == 2
    error = capsys.readouterr().err
    assert error.startswith("bssbench: error: ")
    assert message in error
    assert error.count("\n") == 1
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.usefixtures("given")
def test_from_the_command_to_the_table(tmp_path, capsys):
    files = [tmp_path / "default.csv", tmp_path / "order.csv"]
    for file, words in zip(files, ([], ["--set", "order=2"]), strict=True):
        words = ["held-out", "ar-flow-vae", "--dataset", "gp-distinct-t100", *words]
        words += ["--seeds", "3,4", "--choice", "the order, or", "--out", str(file)]
        assert main(words) == 0
    joined, tables = tmp_path / "selection.csv", tmp_path / "tables"
    words = ["select", *map(str, files), "--out", str(joined), "--tables", str(tables)]
    assert main(words) == 0
    rows = pd.read_csv(joined, keep_default_na=False)
    header = ["choice", "dataset", "method", "parameters", "seed", "objective", "status", "reason"]
    assert list(rows.columns) == header
    assert rows["parameters"].tolist() == ["", "", "order=2", "order=2"]
    assert (tables / "selection.md").exists()
    checksums.forget(files[0])
    for text, message in [("a,b\n1,2\n", "expected the columns"), (None, "no such file")]:
        files[0].unlink() if text is None else files[0].write_text(text)
        assert main(words) == 2
        assert message in capsys.readouterr().err
