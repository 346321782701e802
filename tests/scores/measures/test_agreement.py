import dataclasses

import numpy as np
import pytest

from bssbench.datasets.catalogue import make_dataset
from bssbench.errors import NotApplicable
from bssbench.scores.cell import score_separation
from bssbench.scores.measures.agreement import agreement
from bssbench.scores.measures.matching import mean_correlation
from bssbench.separation import Separation


@pytest.fixture
def sources(rng):
    return rng.standard_normal((500, 3))


def test_order_sign_and_scale_are_no_disagreement(sources):
    same = np.stack([sources, sources[:, [2, 0, 1]] * [-1.0, 5.0, 1e-3] + 7.0])
    assert agreement(same, 0) == pytest.approx(1.0)
    assert agreement(same, 1) == pytest.approx(1.0)


def test_it_is_the_mean_over_the_others(rng, sources):
    noisy = np.stack([sources + level * rng.standard_normal((500, 3)) for level in (0, 1, 2)])
    for index in range(3):
        others = [mean_correlation(noisy[index], noisy[other]) for other in {0, 1, 2} - {index}]
        assert agreement(noisy, index) == pytest.approx(np.mean(others))
    assert agreement(noisy, 0) > agreement(noisy, 2)


def test_what_diverged_is_left_out(sources):
    diverged = np.full_like(sources, np.nan)
    assert agreement(np.stack([sources, diverged, sources]), 0) == pytest.approx(1.0)
    with pytest.raises(NotApplicable, match="no other initialisation has finite sources"):
        agreement(np.stack([sources, diverged]), 0)


def test_only_seeds_of_the_same_data_are_held_to_each_other():
    simulated = make_dataset("gp-distinct-t100", [4, 9], {})
    once = np.broadcast_to(simulated.observations[:1], simulated.observations.shape)
    recording = dataclasses.replace(simulated, observations=once, sources=None, fixed=True)

    def scored(dataset, separation, seeds):
        rows = score_separation(dataset, "m", separation, seeds)
        return [(row.seed, row.status) for row in rows if row.score == "agreement"]

    found = Separation(simulated.sources.copy())
    assert scored(recording, found, (4, 9)) == [(4, "ok"), (9, "ok")]
    assert scored(simulated, found, (4, 9)) == []
    # A deterministic method has one seed of a recording, and nothing to agree with.
    assert scored(recording, Separation(found.sources[:1]), (4,)) == []
    found.sources[1, 3, 0] = np.nan
    assert scored(recording, found, (4, 9)) == [(4, "skipped"), (9, "failed")]
