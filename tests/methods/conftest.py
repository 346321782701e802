import pytest

from bssbench.methods import Problem
from bssbench.randomness import seed_sequence


@pytest.fixture(scope="session")
def make_problem():
    """Return what makes a problem of a data set, or of some of its seeds."""

    def make(dataset, chosen=None, **changes):
        rows = list(range(len(dataset.seeds))) if chosen is None else chosen
        seeds = [dataset.seeds[row] for row in rows]
        values = {
            "observations": dataset.observations[rows],
            "n_sources": dataset.n_sources,
            "seeds": [seed_sequence(0, dataset.name, "initialisation", seed) for seed in seeds],
            "nonlinear": dataset.mixing == "nonlinear",
            "sources": None if dataset.sources is None else dataset.sources[rows],
        }
        return Problem(**(values | changes))

    return make
