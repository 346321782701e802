"""Tests of every score."""

import dataclasses
import importlib
import math

import numpy as np
import pytest

from bssbench.datasets.catalogue import make_dataset
from bssbench.datasets.dataset import Dataset
from bssbench.discovery import modules_below
from bssbench.plugins.offers import KINDS
from bssbench.scores.catalogue import SCORES
from bssbench.scores.cell import score_outcome, score_separation
from bssbench.separation import Separation
from bssbench.testing.options import of_kind
from bssbench.testing.problems import two_hearts

_Case = tuple[Dataset, Separation]
_Pair = tuple[_Case, _Case]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every test on every score."""
    if "score_name" in metafunc.fixturenames:
        modules = modules_below(KINDS["score"])
        chosen = [modules[name] for name in of_kind(metafunc.config, "score")]
        names = [score.name for each in chosen for score in importlib.import_module(each).SCORES]
        metafunc.parametrize("score_name", names)


@pytest.fixture(scope="module")
def simulated() -> Dataset:
    """Return a data set of three sources, mixed linearly."""
    return make_dataset("gp-distinct-t400", [0], {})


@pytest.fixture(scope="module")
def pairs(simulated: Dataset) -> list[_Pair]:
    """Return pairs of a good and a worse separation, for each kind of reference."""
    signals, _ = two_hearts()
    rng = np.random.default_rng(0)
    seconds = np.arange(len(signals)) / 250
    wandering = seconds + 0.02 * np.sin(2 * np.pi * seconds / 1.7)
    irregular = np.stack([np.interp(wandering, seconds, own) for own in signals.T], axis=1)
    bent = make_dataset("gp-distinct-post-nonlinear-t400", [0], {})
    assert simulated.mixing_matrix is not None
    assert simulated.sources is not None
    assert bent.sources is not None
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

    def noisy(sources: np.ndarray, level: float) -> np.ndarray:
        return sources + level * rng.standard_normal(sources.shape)

    def found(sources: np.ndarray, matrix: np.ndarray = unmixing) -> Separation:
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


def _value(name: str, dataset: Dataset, separation: Separation) -> float | None:
    rows = score_separation(dataset, "m", separation, (0,))
    return next((row.value for row in rows if row.score == name), None)


def test_better_is_better(score_name: str, pairs: list[_Pair]) -> None:
    """A separation that is closer to the reference never gets a worse value."""
    both = [[_value(score_name, *each) for each in pair] for pair in pairs]
    sign = -1 if SCORES[score_name].lower_is_better else 1
    gains = [
        sign * (good - worse) for good, worse in both if good is not None and worse is not None
    ]
    if not SCORES[score_name].better or not gains:
        pytest.skip("the score has no direction, or none of these separations has a value")
    assert all(math.isfinite(gain) for gain in gains)
    assert max(gains) > 1e-3
    assert min(gains) >= -1e-12


def test_data_alone_decide_what_a_score_needs(pairs: list[_Pair]) -> None:
    """Failed cells have failed rows for the scores that apply, and skipped rows for the others."""
    for (dataset, separation), _ in pairs:
        failed = score_outcome(dataset, "m", (0,), "failed", "it broke")
        scored = score_separation(dataset, "m", separation, (0,))
        assert {row.score for row in failed if row.status == "failed"} == {
            row.score for row in scored if row.status == "ok"
        }
        assert {(row.score, row.reason) for row in failed if row.status == "skipped"} == {
            (row.score, row.reason) for row in scored if row.status == "skipped"
        }


def test_its_record_says_what_tables_need(score_name: str) -> None:
    """Tabulated scores have a unique description and caption; every score has a tolerance."""
    score = SCORES[score_name]
    others = [each for each in SCORES.values() if each.tabulated and each is not score]
    if score.tabulated:
        for text in ("description", "caption"):
            assert getattr(score, text)
            assert getattr(score, text) not in [getattr(other, text) for other in others]
    assert score.tolerance > 0
