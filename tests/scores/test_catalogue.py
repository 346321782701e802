"""Laws that hold for the record of every score."""

import dataclasses
import math
import textwrap

import numpy as np
import pytest

from bssbench.datasets.catalogue import make_dataset
from bssbench.plugins.places import modules_by_place
from bssbench.scores import cell
from bssbench.scores.catalogue import ACROSS_SEEDS, SCORES
from bssbench.scores.cell import score_outcome, score_separation
from bssbench.scores.record import Replicate, Score
from bssbench.separation import Separation

every_score = pytest.mark.parametrize("name", SCORES)


@pytest.fixture(scope="module")
def simulated():
    return make_dataset("gp-distinct-t400", [0], {})


@pytest.fixture
def pairs(simulated, hearts, rng):
    """Data with one kind of reference each, and separations of it, a good one and worse ones."""
    signals, _ = hearts
    seconds = np.arange(len(signals)) / 250
    wandering = seconds + 0.02 * np.sin(2 * np.pi * seconds / 1.7)
    irregular = np.stack([np.interp(wandering, seconds, own) for own in signals.T], axis=1)
    bent = make_dataset("gp-distinct-post-nonlinear-t400", [0], {})
    unmixing = np.linalg.inv(simulated.mixing_matrix)
    blind = dataclasses.replace(simulated, sources=None, mixing_matrix=None, mixing="unknown")
    mode = np.sin(0.1 * np.pi * np.arange(400))[:, None]
    modes = dataclasses.replace(blind, reference_frequencies=(0.05,), sampling_rate=1.0)
    eyes = dataclasses.replace(
        blind,
        reference_signals=simulated.sources,
        reference_names=("EOG1", "EOG2", "scalp"),
    )
    heart = dataclasses.replace(
        blind,
        observations=np.stack([signals @ rng.standard_normal((2, 3))]),
        sampling_rate=250.0,
        reference_signals=signals[None, :, :1],
        reference_names=("thorax 1",),
    )

    def noisy(sources, level):
        return sources + level * rng.standard_normal(sources.shape)

    def found(sources, matrix=unmixing):
        return Separation(sources[None], matrix)

    truth, bent_truth = simulated.sources[0], bent.sources[0]
    noise = noisy(0 * truth, 1.0)
    deaf = dataclasses.replace(eyes, observations=noise[None])
    return [
        ((simulated, found(noisy(truth, 0.01))), (simulated, found(noise, unmixing[:, ::-1] + 1))),
        ((bent, found(noisy(bent_truth, 0.01))), (bent, found(noise))),
        ((modes, found(noisy(mode, 0.01))), (modes, found(noisy(mode, 0.3)))),
        ((modes, found(noisy(mode, 0.01))), (modes, found(noise))),
        ((eyes, found(noisy(truth, 0.01))), (eyes, found(noise))),
        ((eyes, found(truth)), (deaf, found(truth))),
        ((heart, found(noisy(signals, 0.001))), (heart, found(noisy(signals, 0.05)))),
        ((heart, found(noisy(signals, 0.001))), (heart, found(noisy(irregular, 0.001)))),
        ((heart, found(noisy(signals, 0.001))), (heart, found(noisy(0 * signals, 1.0)))),
    ]


def value(name, dataset, separation):
    rows = score_separation(dataset, "m", separation, (0,))
    return next((row.value for row in rows if row.score == name), None)


@every_score
def test_better_is_better(name, pairs):
    """Where there is a direction, what is nearer to the reference never lies against it."""
    both = [[value(name, *each) for each in pair] for pair in pairs]
    sign = -1 if SCORES[name].lower_is_better else 1
    gains = [sign * (good - worse) for good, worse in both if None not in (good, worse)]
    if not SCORES[name].better or not gains:
        pytest.skip("no value is better, or a prior is scored")
    assert all(math.isfinite(gain) for gain in gains)
    assert max(gains) > 1e-3
    assert min(gains) >= -1e-12


def test_data_alone_decide_what_a_score_needs(pairs):
    """A cell that failed lacks a number where a good separation has one, and only there."""
    for (dataset, separation), _ in pairs:
        failed = score_outcome(dataset, "m", (0,), "failed", "it broke")
        scored = score_separation(dataset, "m", separation, (0,))
        assert {row.score for row in failed if row.status == "failed"} == {
            row.score for row in scored if row.status == "ok"
        }
        assert {(row.score, row.reason) for row in failed if row.status == "skipped"} == {
            (row.score, row.reason) for row in scored if row.status == "skipped"
        }


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
    (tmp_path / ".#largest.py").write_text("an editor's lock of the file above\n")
    folders = [*measures.__path__, str(tmp_path)]
    monkeypatch.setattr(measures, "__path__", folders)
    monkeypatch.setattr(measures.__spec__, "submodule_search_locations", folders)
    modules_by_place.cache_clear()
    try:
        assert {"largest", *SCORES} == {score.name for score in catalogue._stated()}
    finally:
        modules_by_place.cache_clear()


def test_a_seed_owes_to_the_others_only_the_scores_that_say_so():
    """Seed 0 has all other scores alone as well, the same number."""
    dataset = dataclasses.replace(make_dataset("gp-distinct-t400", [0, 1], {}), fixed=True)
    unmixing = np.linalg.inv(dataset.mixing_matrix)
    found = dataset.observations @ np.swapaxes(unmixing, 1, 2)
    beside, alone = (
        {row.score: row for row in score_separation(dataset, "m", some, seeds) if row.seed == 0}
        for some, seeds in (
            (Separation(found, unmixing), (0, 1)),
            (Separation(found[:1], unmixing[:1]), (0,)),
        )
    )
    assert set(beside) - set(alone) == ACROSS_SEEDS
    assert all(beside[name] == row for name, row in alone.items())


def test_what_several_scores_need_is_computed_once(simulated):
    calls = []

    def count(_):
        calls.append(1)

    replicate = Replicate(simulated, Separation(simulated.sources), 0)
    replicate.once(count)
    replicate.once(count)
    assert len(calls) == 1
