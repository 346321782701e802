"""Construct the input of a method from a data set."""

from typing import Any

from bssbench.datasets.dataset import Dataset
from bssbench.methods import Problem
from bssbench.randomness import seed_sequence

__all__ = ["make_problem"]


def make_problem(
    dataset: Dataset, method: Any, n_seeds: int, root_seed: int, device: str = "cpu"
) -> Problem:
    """Return the problem for the first seeds of a data set.

    The true sources are included only if the method requires them.

    Parameters
    ----------
    dataset : Dataset
        The data set.
    method : SeparationMethod
        The method.
    n_seeds : int
        Number of seeds.
    root_seed : int
        The experiment's seed.
    device : str, default="cpu"
        ``cpu`` or ``cuda``.

    Returns
    -------
    Problem
        The input of the method.
    """
    return Problem(
        observations=dataset.observations[:n_seeds],
        n_sources=dataset.n_sources,
        seeds=[
            seed_sequence(root_seed, name, "initialisation", seed)
            for name, seed in zip(dataset.random_names, dataset.seeds[:n_seeds], strict=False)
        ],
        nonlinear=dataset.mixing == "nonlinear" and method.can_demix_nonlinearly,
        device=device,
        sources=dataset.sources if method.needs_true_sources else None,
    )
