from dataclasses import fields, replace

import numpy as np
import pytest

from bssbench.datasets.catalogue import make_dataset
from bssbench.errors import InputError
from bssbench.scores import training_cost
from bssbench.scores.training_cost import (
    CostRow,
    cost_row,
    read_costs,
    si_sdr_at_records,
    write_costs,
)
from bssbench.separation import Separation

RECORDS = 6


@pytest.fixture(scope="module")
def dataset():
    return make_dataset("gp-distinct-noise0-t200", [0, 1, 2], {})


def separation(dataset, separated_at):
    """One whose seeds are mixed before these records and separated from them on."""
    unmixing = np.linalg.inv(dataset.mixing_matrix)
    # Two sources half and half correlate with either by about 0.7.
    mixer = np.array([[1.0, 1.0, 0.0], [1.0, -1.0, 0.0], [0.0, 0.0, 1.0]])
    path = np.stack(
        [
            [matrix if record >= first else mixer @ matrix for record in range(RECORDS)]
            for matrix, first in zip(unmixing, separated_at, strict=True)
        ]
    )
    final = path[:, -1]
    sources = dataset.observations @ np.swapaxes(final, 1, 2)
    history = {"step": np.arange(RECORDS), "unmixing_matrix": path}
    return Separation(sources, final, history=history)


def report(**changes):
    return {
        "method": "gp-vae",
        "parameters": {"core": "auto", "restarts": 1},
        "seeds": [0, 1, 2],
        "status": "ok",
        "reason": "",
        "timing": {
            "start_up": {"wall": 100.0},
            "warm_up": {"wall": 0.5},
            "solve": {"wall": 2.0},
        },
        "seconds_at_records": [0.5, 0.75, 1.0, 1.25, 1.5, 1.75],
        "peak_bytes": 12,
        "diagnostics": {"core": "toeplitz", "solver": "x", "steps": 60, "device": "cuda"},
        "provenance": {"threads": "1"},
    } | changes


def test_the_crossing_is_that_of_the_median_seed(dataset):
    row = cost_row(dataset, separation(dataset, [1, 5, 3]), report())
    assert row.seconds_to_separation == 1.25
    assert row.seconds_of_training == 2.5
    assert row.mcc == pytest.approx(1.0)
    assert (row.status, row.reason) == ("ok", "")
    assert (row.core, row.parameters, row.steps) == ("toeplitz", "core=auto restarts=1", 60)
    assert (row.length, row.seeds, row.threads, row.device) == (200, 3, "1", "cuda")


def test_a_method_that_never_separates_is_ok_without_seconds(dataset):
    row = cost_row(dataset, separation(dataset, [0, RECORDS, RECORDS]), report())
    assert row.status == "ok"
    assert row.seconds_to_separation is None
    assert row.seconds_of_training == 2.5
    assert row.mcc < 0.95
    assert row.reason == f"MCC {row.mcc:.3f}, SI-SDR {row.si_sdr:.1f} dB at the end"


def test_without_a_history_only_the_end_counts(dataset):
    solved = separation(dataset, [0, 0, 0])
    solved.history.clear()
    assert cost_row(dataset, solved, report()).seconds_to_separation == 2.5


def test_a_record_that_is_not_finite_is_not_separated(dataset):
    solved = separation(dataset, [0, 0, 0])
    solved.history["unmixing_matrix"][:2, 0] = np.nan
    assert cost_row(dataset, solved, report()).seconds_to_separation == 0.75
    solved.sources[:2] = np.nan
    row = cost_row(dataset, solved, report())
    assert (row.status, row.mcc, row.seconds_to_separation) == ("failed", None, None)
    assert "diverged" in row.reason


def test_a_cell_that_came_to_nothing_is_a_row_with_its_reason(dataset):
    nothing = Separation(np.empty((0, 0, 3)))
    run = report(status="timeout", reason="more than 60 s", timing=None, diagnostics=None)
    row = cost_row(dataset, nothing, run | {"seconds_at_records": None, "peak_bytes": None})
    assert (row.status, row.reason, row.core) == ("timeout", "more than 60 s", "auto")
    assert row.seconds_to_separation is row.seconds_of_training is row.mcc is row.peak_bytes is None


@pytest.mark.parametrize(
    ("diagnostics", "core"), [({"solver": "cholesky"}, "cholesky"), ({}, "auto"), (None, "auto")]
)
def test_the_core_is_what_was_used_before_what_was_asked_for(dataset, diagnostics, core):
    row = cost_row(dataset, separation(dataset, [0, 0, 0]), report(diagnostics=diagnostics))
    assert row.core == core


def test_what_is_written_is_read_again(dataset, tmp_path):
    solved = replace(cost_row(dataset, separation(dataset, [1, 5, 3]), report()), mcc=0.1)
    late = cost_row(
        dataset,
        Separation(np.empty((0, 0, 3))),
        report(status="timeout", reason="late", peak_bytes=None),
    )
    write_costs(tmp_path / "one.csv", [solved, late])
    write_costs(tmp_path / "two.csv", [late])
    header, first, _ = (tmp_path / "one.csv").read_text().splitlines()
    assert header == (
        "method,core,length_scales,parameters,length,sources,seeds,round,steps,"
        "seconds_to_separation,seconds_to_decibels,seconds_of_training,mcc,si_sdr,"
        "peak_bytes,status,reason,threads,device"
    )
    assert first.startswith("gp-vae,toeplitz,,core=auto restarts=1,200,3,3,0,60,1.25,")
    assert first.endswith(",12,ok,,1,cuda")
    costs = read_costs([tmp_path / "one.csv", tmp_path / "two.csv"])
    assert costs["seconds_to_separation"].isna().tolist() == [False, True, True]
    assert costs["peak_bytes"].isna().tolist() == [False, True, True]
    assert costs["threads"].tolist() == ["1"] * 3


def test_a_file_of_another_kind_is_refused(tmp_path):
    header = ",".join(field.name for field in fields(CostRow))
    for text, message in [
        ("a,b\n1,2\n", "expected the columns"),
        (header + "\n" + "a,,,x,3,,,,,,,,,,,ok,,1,cpu\n", "cannot be read as a table of numbers"),
    ]:
        (tmp_path / "costs.csv").write_text(text)
        with pytest.raises(InputError, match=message):
            read_costs([tmp_path / "costs.csv"])
    with pytest.raises(InputError, match="no such file"):
        read_costs([tmp_path / "none.csv"])


def test_decibels_are_stricter_than_the_correlation(dataset):
    solved = separation(dataset, [0, 0, 0])
    unmixing = solved.history["unmixing_matrix"]
    # A fifth of another source is 14 dB; a tenth is 20 dB.
    mix = np.eye(3) + 0.2 * np.roll(np.eye(3), 1, axis=1)
    half = np.eye(3) + 0.1 * np.roll(np.eye(3), 1, axis=1)
    unmixing[:, :2], unmixing[:, 2] = mix @ unmixing[:, :2], half @ unmixing[:, 2]
    row = cost_row(dataset, solved, report())
    assert (row.seconds_to_separation, row.seconds_to_decibels) == (0.5, 1.0)


def test_records_of_long_data_are_looked_at_in_some_samples(dataset, monkeypatch):
    path = separation(dataset, [1, 5, 3]).history["unmixing_matrix"]
    whole = si_sdr_at_records(dataset, path)
    monkeypatch.setattr(training_cost, "_SAMPLES_OF_A_RECORD", 50)
    some = si_sdr_at_records(dataset, path)
    assert (some != whole).any()
    np.testing.assert_allclose(some, whole, atol=3.0)
