import pytest

from bssbench.datasets.catalogue import make_dataset
from bssbench.methods import Problem, load_method
from bssbench.randomness import seed_sequence


@pytest.mark.parametrize(("steps", "rests"), [(30, False), (600, True)])
@pytest.mark.parametrize("name", ["ar-flow-vae", "skr-vae"])
def test_a_training_that_is_cut_short_has_not_converged(name, steps, rests):
    dataset = make_dataset("gp-distinct-t500", [0, 1], {})
    seeds = [seed_sequence(0, dataset.name, "initialisation", seed) for seed in (0, 1)]
    method = load_method(name, {"restarts": 1, "steps": steps})
    separation = method.separate(Problem(dataset.observations, 3, seeds))
    assert separation.diagnostics["converged"] == [rests, rests]
