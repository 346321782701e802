import dataclasses

import numpy as np
import pytest

from bssbench.datasets.catalogue import make_dataset
from bssbench.scores.catalogue import SCORES
from bssbench.scores.cell import score_outcome, score_separation
from bssbench.separation import Separation

# Scores that hold a recording's reference against the estimates.
MODAL = ("modes_found", "mode_purity")
ELECTRODES = tuple(
    f"{name}_{score}" for name in ("eog1", "eog2", "scalp") for score in ("correlation", "ceiling")
)
HEART = ("fetal_heart_found", "beat_rate", "beat_regularity", "beat_purity")
RECORDINGS = (*MODAL, *ELECTRODES, *HEART)
# What every cell has a row for, whatever its method.
ALWAYS = [name for name, score in SCORES.items() if score.applies is None]


@pytest.fixture
def linear():
    return make_dataset("gp-distinct-t100", [4, 9], {})


@pytest.fixture
def perfect(linear):
    return Separation(linear.sources, np.linalg.inv(linear.mixing_matrix))


@pytest.fixture
def recording(linear):
    """What every recording without known sources has in common."""
    return dataclasses.replace(linear, sources=None, mixing_matrix=None, mixing="unknown")


def by_score(rows, seed):
    return {row.score: row for row in rows if row.seed == seed}


def test_every_seed_has_a_row_for_every_score(linear, perfect):
    rows = score_separation(linear, "method", perfect, linear.seeds)
    assert [(row.seed, row.score) for row in rows] == [(s, k) for s in (4, 9) for k in ALWAYS]
    first = by_score(rows, 4)
    assert first["mcc"].value == pytest.approx(1)
    assert first["amari"].value == pytest.approx(0, abs=1e-10)
    assert first["r2"].value == pytest.approx(1)
    assert {k for k, row in first.items() if row.status == "skipped"} == set(RECORDINGS)


def test_amari_needs_linear_mixing_and_linear_demixing(linear, perfect):
    nonlinear = dataclasses.replace(linear, mixing="nonlinear", mixing_matrix=None)
    row = by_score(score_separation(nonlinear, "m", perfect, (4,)), 4)["amari"]
    assert (row.status, row.value) == ("skipped", None)
    assert "mixing is not linear" in row.reason
    row = by_score(score_separation(linear, "m", Separation(linear.sources), (4,)), 4)["amari"]
    assert (row.status, row.reason) == ("skipped", "the method's demixing is not linear")


def test_a_diverged_replicate_fails_alone(linear, perfect):
    sources = perfect.sources.copy()
    sources[1, 3, 0] = np.nan
    spoilt = Separation(sources, perfect.unmixing_matrix)
    rows = score_separation(linear, "m", spoilt, linear.seeds)
    assert by_score(rows, 4)["mcc"].status == "ok"
    diverged = by_score(rows, 9)
    assert (diverged["mcc"].status, diverged["mcc"].value) == ("failed", None)
    assert "diverged" in diverged["mcc"].reason
    assert diverged["mode_purity"].status == "skipped"


@pytest.mark.parametrize("status", ["failed", "timeout"])
def test_a_failed_cell_has_a_row_for_each_score_it_would_have_had(linear, status):
    rows = score_outcome(linear, "m", linear.seeds, status, "because")
    assert len(rows) == 2 * len(ALWAYS)
    assert all(row.value is None for row in rows)
    first = by_score(rows, 4)
    assert (first["si_sdr"].status, first["si_sdr"].reason) == (status, "because")
    assert first["modes_found"].status == "skipped"
    assert "reference modes" in first["modes_found"].reason


def test_a_recording_of_a_structure_has_modal_scores_alone(recording):
    time = np.arange(4000) / 20
    tones = np.stack([np.sin(2 * np.pi * f * time) for f in (1.0, 3.0)], axis=1)[None]
    frame = dataclasses.replace(recording, sampling_rate=20.0, reference_frequencies=(1.0, 3.0))
    rows = by_score(score_separation(frame, "m", Separation(tones), (4,)), 4)
    assert (rows["modes_found"].value, rows["modes_found"].status) == (2.0, "ok")
    assert rows["mode_purity"].value > 0.95
    for score in set(ALWAYS) - set(MODAL):
        assert rows[score].status == "skipped"
    none = by_score(score_separation(frame, "m", Separation(tones[..., ::-1] * 0 + 1), (4,)), 4)
    assert none["modes_found"].value == 0
    assert none["mode_purity"].status == "skipped"


def test_an_electrode_is_scored_where_it_was_recorded(linear, recording):
    one_electrode = dataclasses.replace(
        recording, reference_signals=linear.sources[..., :1], reference_names=("EOG2",)
    )
    separation = Separation(linear.sources)
    rows = by_score(score_separation(one_electrode, "m", separation, (4,)), 4)
    assert rows["eog2_correlation"].value == pytest.approx(1)
    assert 0.99 < rows["eog2_ceiling"].value <= 1
    for score in set(ALWAYS) - {"eog2_correlation", "eog2_ceiling"}:
        assert rows[score].status == "skipped"
    assert rows["eog1_ceiling"].reason == "the data have no reference EOG1"
    failed = by_score(score_outcome(one_electrode, "m", (4,), "timeout", "because"), 4)
    assert failed["eog2_correlation"].status == "timeout"
    assert failed["eog1_correlation"].status == "skipped"


def test_a_heart_is_scored_where_a_mother_was_recorded(recording, hearts):
    signals, _ = hearts
    two_hearts = dataclasses.replace(
        recording,
        sampling_rate=250.0,
        reference_signals=signals[None, :, :1],
        reference_names=("thorax 1",),
    )
    rows = by_score(score_separation(two_hearts, "m", Separation(signals[None]), (4,)), 4)
    assert rows["fetal_heart_found"].value == 1
    assert rows["beat_rate"].value == pytest.approx(60 / 0.45, rel=0.01)
    assert rows["beat_regularity"].value < 0.01
    assert rows["beat_purity"].value > 0.95
    mother = Separation(signals[None, :, :1])
    missed = by_score(score_separation(two_hearts, "m", mother, (4,)), 4)
    # A heart that is missed is a result; a rate of none is not.
    assert (missed["fetal_heart_found"].value, missed["fetal_heart_found"].status) == (0, "ok")
    for score in HEART[1:]:
        assert missed[score].status == "skipped"
        assert missed[score].reason == "no component beats like a fetal heart"
    failed = by_score(score_outcome(two_hearts, "m", (4,), "timeout", "because"), 4)
    assert failed["fetal_heart_found"].status == "timeout"
