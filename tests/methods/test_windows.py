import numpy as np
import pytest

from bssbench.methods import Problem, load_method, method_names

VARIATIONAL = [name for name in method_names() if "vae" in name]


def separated(name, rng, length, **parameters):
    problem = Problem(rng.standard_normal((1, length, 2)), 2, [np.random.SeedSequence(0)])
    separation = load_method(name, {"restarts": 1} | parameters).separate(problem)
    # Trained by windows or not, all of the time is separated.
    assert separation.sources.shape == (1, length, 2)
    assert np.isfinite(separation.loss).all()
    return separation


@pytest.mark.parametrize("name", [name for name in VARIATIONAL if name != "ivae"])
@pytest.mark.parametrize(("asked", "used"), [(50, 50), (1000, 200), (0, 200)])
def test_a_window_is_what_a_step_sees(name, asked, used, rng):
    separation = separated(name, rng, 200, steps=10, window=asked)
    assert separation.diagnostics["window"] == used


@pytest.mark.parametrize("name", VARIATIONAL)
def test_a_long_series_is_trained_by_windows(name, rng):
    separation = separated(name, rng, 30_001, steps=2)
    # A segment's variance is known from that segment alone.
    assert separation.diagnostics["window"] == (30_001 if name == "ivae" else 8192)
