"""The objective of a model as it is, over enough draws to compare by."""

import math

import numpy as np
import torch

from bssbench.models.vae import BatchedVAE

__all__ = ["Noise", "evaluate"]

_DRAWS = 32


class Noise:
    """Standard normal numbers from one generator per replicate, so that none sees another."""

    def __init__(self, seeds: list[int], shape: tuple[int, int], device: torch.device) -> None:
        self.generators = [torch.Generator(device).manual_seed(seed) for seed in seeds]
        self.buffer = torch.empty((len(seeds), *shape), device=device)

    def draw(self) -> torch.Tensor:
        """Fill and return the buffer, of shape (replicate, latent, time)."""
        for generator, replicate in zip(self.generators, self.buffer, strict=True):
            torch.randn(replicate.shape, generator=generator, out=replicate)
        return self.buffer


@torch.no_grad()
def evaluate(
    model: BatchedVAE,
    windows: list[torch.Tensor],
    variance: float | torch.Tensor,
    noise_seeds: list[int],
    drawn_length: int = 0,
) -> np.ndarray:
    """Return the objective of each replicate, averaged over windows, and over draws if random.

    Nothing of the model changes, so it can be evaluated in the middle of its training.

    Parameters
    ----------
    model : BatchedVAE
        As it is.
    windows : list of torch.Tensor
        Each (replicate, component, time), whitened, all of one length, whatever the model was
        trained on.
    variance : float or torch.Tensor
        Of the decoder, for all or of shape (replicate,).
    noise_seeds : list of int
        One per replicate.
    drawn_length : int
        Number of samples in time that noise is drawn for, of which a window uses the first; 0 for
        no more than it needs. So two lengths can be compared by the same draws.

    Returns
    -------
    numpy.ndarray
        Shape (replicate,), in nats per time point; infinite for a replicate that diverged.
    """
    length = windows[0].shape[-1]
    shape = (model.log_std.shape[1], drawn_length or length)
    # Other draws than those it was trained on.
    seeds = [seed ^ 2 for seed in noise_seeds]
    noise = Noise(seeds, shape, windows[0].device) if model.needs_noise else None
    draws = max(1, _DRAWS // len(windows)) if noise else 1
    # Made once for all windows and draws, and of the parameters as they are.
    prior = model.prior.resized(length)
    total = torch.zeros(len(windows[0]), device=windows[0].device)
    for window in windows:
        for _ in range(draws):
            drawn = noise.draw()[..., :length] if noise else None
            total += model.objective(window, variance, drawn, prior)
    loss = (total / (draws * len(windows))).cpu().numpy().astype(np.float64)
    # A replicate that diverged must lose against every other restart, not win by NaN.
    return np.where(np.isfinite(loss), loss, math.inf)
