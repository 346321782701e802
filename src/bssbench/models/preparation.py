"""What a fit reads off the observations, once, before anything is trained."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from bssbench.errors import MachineError
from bssbench.models.recipe import Recipe
from bssbench.models.sensor_noise import decoder_variances
from bssbench.models.time_scales import half_decay_lags, lag_spacings
from bssbench.models.whitening import Whitened, whiten

__all__ = ["Prepared", "prepare"]


@dataclass(frozen=True)
class Prepared:
    """The observations of all seeds, ready to be trained on.

    Attributes
    ----------
    whitened : bssbench.models.whitening.Whitened
        The observations and their whitening.
    n_latents : int
        Number of sources to find.
    seeds : sequence of numpy.random.SeedSequence
        One per replicate.
    recipe : Recipe
        How to train.
    device : torch.device
        Where to train.
    spacings : list of int
        Lag spacing of each replicate, in samples.
    half_decay_lags : numpy.ndarray
        Shape (replicate, 2), in samples.
    variances : numpy.ndarray
        Shape (replicate,), where the annealing of each decoder's variance ends.
    """

    whitened: Whitened
    n_latents: int
    seeds: Sequence[np.random.SeedSequence]
    recipe: Recipe
    device: torch.device
    spacings: list[int]
    half_decay_lags: np.ndarray
    variances: np.ndarray

    def groups(self) -> list[np.ndarray]:
        """Return the indices of the seeds of each spacing: those train together."""
        spacings = np.array(self.spacings)
        return [np.flatnonzero(spacings == spacing) for spacing in np.unique(spacings)]

    def tensor(self, of_seeds: np.ndarray) -> torch.Tensor:
        """Return one value per seed as one per restart of each, seed-major, on the device."""
        repeated = np.repeat(of_seeds, self.recipe.restarts, axis=0)
        return torch.tensor(repeated, dtype=torch.float32, device=self.device)


def prepare(
    observations: np.ndarray,
    n_latents: int,
    seeds: Sequence[np.random.SeedSequence],
    recipe: Recipe,
) -> Prepared:
    """Whiten the observations and read off them how fast they vary and how noisy they may be.

    Parameters
    ----------
    observations : numpy.ndarray
        Shape (replicate, time, channel).
    n_latents, seeds, recipe
        As for `bssbench.models.fitting.fit`.

    Raises
    ------
    InputError
        If a replicate has fewer independent channels than sources.
    MachineError
        If the device can't be used.
    """
    device = _device(recipe.device)
    # The tails of kernels underflow to denormals, which x86 computes many times more slowly.
    torch.set_flush_denormal(True)
    whitened = whiten(observations, observations.shape[2] if recipe.nonlinear else n_latents)
    components = whitened.components
    spacings = lag_spacings(components)
    if recipe.observation_variance is None:
        variances = decoder_variances(components, spacings, recipe.nonlinear)
    else:
        variances = np.full(len(components), recipe.observation_variance)
    half_decays = half_decay_lags(components)
    return Prepared(whitened, n_latents, seeds, recipe, device, spacings, half_decays, variances)


def _device(name: str) -> torch.device:
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise MachineError(f"--device {name}: not usable here ({reason}); try cpu") from None
    return device
