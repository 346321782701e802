"""Fit maps to known sources, by a batch of independent networks."""

from collections.abc import Callable

import numpy as np
import torch

from bssbench.models.maps import PointwiseMap
from bssbench.models.optimiser import Adam
from bssbench.models.whitening import whiten

__all__ = ["fit_supervised"]

_STEPS = 2000
_LEARNING_RATE = 1e-2


def fit_supervised(
    observations: np.ndarray,
    sources: np.ndarray,
    generators: list[np.random.Generator],
    progress: Callable[[int, int], None] | None = None,
) -> np.ndarray:
    """Fit networks with the architecture of the VAEs' encoder to known sources by least squares.

    Each network starts at the best linear map. It is evaluated on the samples of its training.

    Parameters
    ----------
    observations : numpy.ndarray
        Shape (replicate, time, channel).
    sources : numpy.ndarray
        Shape (replicate, time, source). The true sources.
    generators : list of numpy.random.Generator
        One per replicate, for the network's initial weights.
    progress : callable, optional
        Called with the number of steps done and the total number of steps.

    Returns
    -------
    numpy.ndarray
        Shape (replicate, time, source). The outputs of the networks.
    """
    components = whiten(observations, observations.shape[2]).components
    targets = np.swapaxes(sources, 1, 2)
    linear = targets @ np.swapaxes(components, 1, 2) / components.shape[2]
    model = PointwiseMap(linear, generators, nonlinear=True)
    inputs = torch.tensor(components, dtype=torch.float32)
    wanted = torch.tensor(np.ascontiguousarray(targets), dtype=torch.float32)
    # Not the fused implementation, whose rounding errors depend on the position in the batch.
    optimiser = Adam(model.parameters(), lr=_LEARNING_RATE, foreach=True)
    rate = torch.optim.lr_scheduler.OneCycleLR(optimiser, _LEARNING_RATE, total_steps=_STEPS + 1)
    for step in range(_STEPS):
        optimiser.zero_grad(set_to_none=True)
        # A sum over replicates, so that the gradient of each does not depend on their number.
        ((model(inputs) - wanted) ** 2).mean((1, 2)).sum().backward()
        optimiser.step()
        rate.step()
        if progress:
            progress(step + 1, _STEPS)
    with torch.no_grad():
        return model(inputs).mT.numpy().astype(np.float64)
