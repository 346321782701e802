"""Laws that hold for the record of every score."""

import dataclasses
import math
import textwrap

import numpy as np
import pytest

from bssbench.datasets.catalogue import make_dataset
from bssbench.errors import NotApplicable
from bssbench.scores import cell
from bssbench.scores.catalogue import SCORES
from bssbench.scores.cell import score_separation
from bssbench.scores.record import Replicate, Score
from bssbench.separation import Separation

every_score = pytest.mark.parametrize("name", SCORES)


@pytest.fixture(scope="module")
def simulated():
    return make_dataset("gp-distinct-t400", [0], {})


@pytest.fixture
def recordings(simulated, hearts):
    """Data that have one kind of reference each."""
    blind = dataclasses.replace(simulated, sources=None, mixing_matrix=None, mixing="unknown")
    signals, _ = hearts
    rng = np.random.default_rng(0)
    mixed = np.stack([signals @ rng.standard_normal((2, 3))])
    return [
        dataclasses.replace(blind, reference_frequencies=(0.05,), sampling_rate=1.0),
        dataclasses.replace(
            blind,
            reference_signals=simulated.sources[0][:, :2],
            reference_names=("EOG1", "EOG2"),
        ),
        dataclasses.replace(
            blind,
            observations=mixed,
            sampling_rate=250.0,
            reference_signals=signals[:, :1],
            reference_names=("thorax 1",),
        ),
    ]


def outcome(score, dataset, separation):
    try:
        score.needs(dataset)
        return score.compute(Replicate(dataset, separation, 0))
    except NotApplicable as why:
        return str(why)


@every_score
def test_a_score_is_a_number_or_a_reason(name, simulated, recordings):
    for dataset in (simulated, *recordings):
        separation = Separation(dataset.observations[:1])
        if SCORES[name].applies is None or SCORES[name].applies(dataset, separation):
            found = outcome(SCORES[name], dataset, separation)
            assert found if isinstance(found, str) else math.isfinite(found)


@every_score
def test_better_is_better(name, simulated):
    """Where there is a direction, the sources themselves lie in it, seen from noise."""
    score = SCORES[name]
    rng = np.random.default_rng(0)
    near = simulated.sources + 0.01 * rng.standard_normal(simulated.sources.shape)
    unmixing = np.linalg.inv(simulated.mixing_matrix)
    noise = rng.standard_normal(simulated.sources.shape)
    good = outcome(score, simulated, Separation(near, unmixing)) if not score.applies else ""
    bad = outcome(score, simulated, Separation(noise, unmixing[:, ::-1] + 1.0)) if good else ""
    if isinstance(good, str):
        pytest.skip("not for data with known sources")
    assert score.better == ("higher" if good > bad else "lower")


def test_names_and_captions_are_unlike_and_no_tolerance_is_zero():
    for text in ("name", "description", "caption"):
        words = [getattr(score, text) for score in SCORES.values() if score.tabulated]
        assert all(words)
        assert len(set(words)) == len(words)
    assert all(score.tolerance > 0 for score in SCORES.values())


def test_a_score_is_computed_wherever_it_has_what_it_needs(simulated, monkeypatch):
    """A record is all that a new one takes."""
    new = Score("first", lambda r: r.estimated[0, 0], "the first value", "first value", 0.1)
    monkeypatch.setattr(cell, "SCORES", {**SCORES, "first": new})
    rows = score_separation(simulated, "m", Separation(simulated.sources), (0,))
    (row,) = [row for row in rows if row.score == "first"]
    assert row.value == simulated.sources[0, 0, 0]


def test_a_module_in_the_folder_is_a_score(tmp_path, monkeypatch):
    from bssbench.scores import catalogue, measures

    (tmp_path / "largest.py").write_text(
        textwrap.dedent(
            """
            from bssbench.scores.record import Score
            SCORES = (Score("largest", lambda r: r.estimated.max(), "largest", "largest", 1.0),)
            """
        )
    )
    monkeypatch.setattr(measures, "__path__", [*measures.__path__, str(tmp_path)])
    found = {"largest": "bssbench.scores.measures.largest"}
    monkeypatch.setattr(catalogue, "modules_below", lambda package: found)
    assert [score.name for score in catalogue._stated()] == ["largest"]


def test_what_several_scores_need_is_computed_once(simulated):
    calls = []

    def count(_):
        calls.append(1)

    replicate = Replicate(simulated, Separation(simulated.sources), 0)
    replicate.once(count)
    replicate.once(count)
    assert len(calls) == 1
