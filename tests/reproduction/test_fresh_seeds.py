"""A record's table of separation is run once more on other seeds, and goes on where it was."""

import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from bssbench.cli.main import main
from bssbench.datasets.catalogue import make_dataset
from bssbench.experiment.cell import Cell, run_cell
from bssbench.experiment.configuration import configure
from bssbench.parameters import parse_seeds
from bssbench.reproduction.fresh_seeds import (
    fresh_configuration,
    the_only_part,
    with_fewer_seeds,
)
from bssbench.reproduction.recorded_results import RecordedResults
from bssbench.separation import Separation

PROJECT = Path(__file__).parents[2]
CELLS = [
    ("gp-distinct-t100", "sobi"),
    ("gp-distinct-t100", "few"),
    ("waveforms-t100", "sobi"),
    ("modal-frame", "sobi"),
]
CLAIM = {
    **{"name": "own", "sentence": "Sobi has a score.", "source": "its definition"},
    "tests": [
        {
            **{"test": "at_least", "score": "mcc", "datasets": ["gp-distinct-t100"]},
            **{"methods": ["sobi"], "threshold": 0.05, "because": "why"},
        }
    ],
}


@pytest.fixture
def record(tmp_path):
    """A record of scores of .9, but for the recording's, and of what was configured."""
    claims = tmp_path / "claims.yaml"
    claims.write_text(yaml.safe_dump({"claims": [CLAIM]}))
    content = {
        "output": {"results": "results", "figures": "figures"},
        "claims": str(claims),
        "root_seed": 3,
        "seeds": "100-102",
        "datasets": {
            "gp-distinct-t100": {"noise": 0.125, "methods": ["sobi", "few"]},
            "waveforms-t100": {"seeds": "100-101", "methods": ["sobi"]},
            "modal-frame": {"seeds": "100", "methods": ["sobi"]},
        },
        "methods": {"sobi": {"lags": 20, "cpu_seconds": 77}, "few": {"method": "sobi", "lags": 3}},
        "selection": [
            {
                **{"choice": "which", "method": "skr-vae", "datasets": ["gp-tp"], "seeds": "50-51"},
                "candidates": [{}, {"steps": 5}],
            }
        ],
    }
    experiment = configure(content)
    scores = [
        (dataset, method, seed, "mcc", 0.9, "ok", "")
        for dataset, method in CELLS
        for seed in parse_seeds(experiment.datasets[dataset].seeds)
    ]
    folder = tmp_path / "record"
    folder.mkdir()
    columns = ["dataset", "method", "seed", "score", "value", "status", "reason"]
    pd.DataFrame(scores, columns=columns).to_csv(folder / "scores.csv", index=False)
    timings = pd.DataFrame([(*cell, 3, 3) for cell in CELLS])
    timings.columns = ["dataset", "method", "seeds", "converged"]
    timings.to_csv(folder / "timings.csv", index=False)
    provenance = {"configuration": content, "parameters": experiment.method_parameters()}
    (folder / "provenance.json").write_text(json.dumps(provenance))
    return folder


def fresh(record, seeds="200-202"):
    return fresh_configuration(the_only_part(RecordedResults.read(record)), seeds)


def test_the_configuration_is_the_records_but_for_seeds_and_recordings(record):
    experiment = configure(fresh(record))
    before = RecordedResults.read(record).parts[0].experiment
    assert list(experiment.datasets) == ["gp-distinct-t100", "waveforms-t100"]
    assert experiment.root_seed == 3
    data = experiment.datasets["gp-distinct-t100"]
    assert (data.seeds, data.parameters) == ("200,201,202", {"noise": 0.125})
    assert data.methods == ("sobi", "few")
    assert experiment.datasets["waveforms-t100"].seeds == "200,201", "as many as in the record"
    assert experiment.method_parameters() == before.method_parameters()
    assert experiment.methods["few"].base == "sobi"
    assert experiment.methods["sobi"].cpu_seconds == 77
    assert not experiment.selection


def test_data_sets_of_fewer_seeds_than_the_records_are_named(record):
    part = the_only_part(RecordedResults.read(record))
    for seeds, fewer in (("200-202", []), ("200,201", ["gp-distinct-t100"])):
        assert with_fewer_seeds(part, fresh(record, seeds)) == fewer


def test_what_the_record_says_of_parameters_counts_and_not_todays_defaults(record):
    path = record / "provenance.json"
    content = json.loads(path.read_text())
    content["parameters"]["sobi"]["tolerance"] = 0.25
    path.write_text(json.dumps(content))
    assert configure(fresh(record)).methods["sobi"].parameters["tolerance"] == 0.25


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--fresh-seeds", "200-201,5"], "seed 5 is not fresh; it is a development seed"),
        (["--fresh-seeds", "50-55"], "seed 50 is not fresh; it is a development seed"),
        (["--fresh-seeds", "102-105"], "seed 102 is not fresh; it is reported by"),
        (["--fresh-seeds", "x"], "expected ranges"),
        (["--fresh-seeds", "200", "--cores", "0"], "--cores must be at least 1"),
        (["--fresh-seeds", "200", "--seed", "200"], "combined with --fresh-seeds"),
        (["--cell", "gp-distinct-t100/sobi"], "--out and --cores require --fresh-seeds"),
    ],
)
def test_bad_input_is_one_line(record, tmp_path, words, message, capsys):
    assert main(["verify", str(record), *words, "--out", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_claims_on_what_the_record_has_not_are_refused_before_the_work(record, tmp_path, capsys):
    claims = tmp_path / "claims.yaml"
    claims.write_text(claims.read_text().replace("- sobi", "- few\n    - sobi-10"))
    words = ["verify", str(record), "--fresh-seeds", "200", "--out", str(tmp_path / "out")]
    assert main(words) == 2
    assert "claim own: unknown method 'sobi-10'" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_report_does_not_go_where_results_are(record, capsys):
    """Of a record that is kept, verdicts.csv has the reasons that were written by hand."""
    assert main(["verify", str(record), "--fresh-seeds", "200", "--out", str(record)]) == 2
    assert "contains results already; use another folder" in capsys.readouterr().err


def test_a_folder_for_the_work_is_needed(record, capsys):
    assert main(["verify", str(record), "--fresh-seeds", "200"]) == 2
    assert "--fresh-seeds requires --out" in capsys.readouterr().err


def test_two_do_not_work_in_one_folder(record, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(PROJECT)
    out = tmp_path / "out"
    out.mkdir()
    with (out / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert main(["verify", str(record), "--fresh-seeds", "200-202", "--out", str(out)]) == 2
    assert "another process is running in this folder" in capsys.readouterr().err


@pytest.mark.slow
def test_fresh_scores_are_those_of_the_workflow_and_a_second_call_makes_only_what_is_missing(
    record, tmp_path
):
    out = tmp_path / "out"

    def verify():
        words = ["verify", "--fresh-seeds", "200-202", record, "--out", out, "--cores", "2"]
        return subprocess.run(
            [sys.executable, "-m", "bssbench", *words],
            cwd=PROJECT,
            env=os.environ | {"PYTHONPATH": str(PROJECT / "src")},
            capture_output=True,
            text=True,
            check=False,
        )

    completed = verify()
    assert completed.returncode == 0, completed.stdout + completed.stderr
    assert "steps (100%) done" in completed.stderr
    assert "0 of 1 verdicts changed" in completed.stdout
    scores = pd.read_csv(out / "results" / "scores.csv")
    assert set(zip(scores["dataset"], scores["method"], strict=True)) == set(CELLS[:3])
    assert set(scores["seed"]) == {200, 201, 202}
    orders = pd.read_csv(out / "rankings.csv")
    assert set(orders["dataset"]) <= {"gp-distinct-t100"}, "elsewhere is one method alone"
    # The same cell by hand.
    cells = out / "results" / "cells" / "gp-distinct-t100"
    data = tmp_path / "data.npz"
    make_dataset("gp-distinct-t100", [200, 201, 202], {"noise": 0.125}, 3).save(data)
    run_cell(Cell(data, "sobi", {"lags": 3}, root_seed=3), tmp_path / "cell")
    expected = Separation.load(tmp_path / "cell" / "separation.npz").sources
    np.testing.assert_array_equal(Separation.load(cells / "few/separation.npz").sources, expected)
    # What an interrupted call lacks is made, nothing else.
    made = (cells / "sobi" / "separation.npz").stat().st_mtime_ns
    (cells / "few" / "separation.npz").unlink()
    (out / "results" / "scores.csv").unlink()
    # And a record whose verdict is another one.
    recorded = pd.read_csv(record / "scores.csv")
    recorded.assign(value=recorded["seed"] * 1e-5).to_csv(record / "scores.csv", index=False)
    completed = verify()
    assert completed.returncode == 1, completed.stdout + completed.stderr
    assert (
        "claim own (improved): refuted in the record, supported on fresh seeds" in completed.stdout
    )
    assert (cells / "few" / "separation.npz").exists()
    assert (cells / "sobi" / "separation.npz").stat().st_mtime_ns == made
    assert pd.read_csv(out / "verdicts.csv")["changed"].tolist() == [True]
