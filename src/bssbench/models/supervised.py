"""Fitting maps to known sources: a batch of networks, none of which sees another."""

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
    """Return what networks of the VAEs' encoder's form make of the observations, by least squares.

    Each starts at the best linear map. They are fitted and evaluated on the same samples.

    Observations are (replicate, time, channel), the true sources and the result (replicate, time,
    source). Each replicate has a generator for its network's initial weights. `progress` is called
    with (steps done, steps in all).
    """
    components = whiten(observations, observations.shape[2]).components
    targets = np.swapaxes(sources, 1, 2)
    linear = targets @ np.swapaxes(components, 1, 2) / components.shape[2]
    model = PointwiseMap(linear, generators, nonlinear=True)
    inputs = torch.tensor(components, dtype=torch.float32)
    wanted = torch.tensor(np.ascontiguousarray(targets), dtype=torch.float32)
    # Not the fused kind: that rounds an element differently by its place in the batch.
    optimiser = Adam(model.parameters(), lr=_LEARNING_RATE, foreach=True)
    rate = torch.optim.lr_scheduler.OneCycleLR(optimiser, _LEARNING_RATE, total_steps=_STEPS + 1)
    for step in range(_STEPS):
        optimiser.zero_grad(set_to_none=True)
        # A sum over replicates: none's gradient may depend on how many there are.
        ((model(inputs) - wanted) ** 2).mean((1, 2)).sum().backward()
        optimiser.step()
        rate.step()
        if progress:
            progress(step + 1, _STEPS)
    with torch.no_grad():
        return model(inputs).mT.numpy().astype(np.float64)
