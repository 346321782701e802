"""What the VAE methods share: everything but the prior. No torch until one of them runs."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from bssbench.methods import Problem, Size
from bssbench.separation import Separation

if TYPE_CHECKING:
    import torch

__all__ = ["VariationalMethod"]

_MEGABYTES_OF_TORCH = 450
# Numbers in single precision that training holds at its peak, gradients included: for each observed
# and latent value, and for each time point by the hidden units of encoder and decoder.
_COPIES_OF_A_VALUE = 60
_HELD_BY_NETWORKS = 4 * 32 * 10
_MANY_SOURCES, _VERY_MANY_SOURCES = 5, 10
_SMALLEST_VARIANCE, _LARGEST_VARIANCE = 0.01, 0.05
# Of a whitened component: with more white noise than that there would be little left to separate.
_SOURCES_FILL_THE_BAND = 0.25
_LONGEST_WHOLE, _WINDOW, _SHORTEST_WINDOW = 30_000, 8_192, 16


@dataclass(frozen=True)
class VariationalMethod(ABC):
    """A VAE whose latents have a structured prior; a subclass provides `prior`.

    Attributes
    ----------
    restarts : int
        Initialisations of each seed, of which the one with the lowest loss is kept; 0 for the rule:
        3, with ten sources or more 9.
    steps : int
        Gradient steps; 0 for the rule: 600, with five sources or more 1,500, for nonlinear mixing
        1,000.
    learning_rate : float
        Peak of the one-cycle schedule; 0 for the rule: 0.03, for nonlinear mixing 0.01.
    observation_variance : float
        Of the decoder, in the units of the whitened observations, where its annealing ends; 0 for
        the rule: 0.01; for linear mixing as much white noise as the observations leave room for,
        between 0.01 and 0.05, unless that is more than 0.25: then the sources themselves fill the
        band, which says nothing of noise, and it is 0.01.
    window : int
        Samples of time that a step sees; 0 for the rule: all of up to 30,000 samples, of longer
        series another stretch of 8,192 at each step.
    """

    deterministic: ClassVar[bool] = False
    needs_true_sources: ClassVar[bool] = False
    can_demix_nonlinearly: ClassVar[bool] = True
    # Whether `held_out` has a meaning: whether the prior says anything of time to come.
    judged_on_held_out_time: ClassVar[bool] = True

    restarts: int = 0
    steps: int = 0
    learning_rate: float = 0.0
    observation_variance: float = 0.0
    window: int = 0

    def __post_init__(self) -> None:
        for name in ("restarts", "steps", "learning_rate", "observation_variance"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative, not {getattr(self, name)}")
        if self.window and self.window < _SHORTEST_WINDOW:
            raise ValueError(f"window must be 0 or at least {_SHORTEST_WINDOW}, not {self.window}")

    @abstractmethod
    def prior(self, components: np.ndarray, n_latents: int, length: int) -> "torch.nn.Module":
        """Return the prior for each seed's restarts, seed-major.

        Parameters
        ----------
        components : numpy.ndarray
            Shape (seed, component, time), whitened; for what the prior reads off the data.
        n_latents : int
            Number of latents.
        length : int
            Number of samples in time of the series that it will be given.
        """

    def describe(self, prior: Any, kept: np.ndarray) -> dict[str, Any]:
        """Return what a reader of a result has to know of the prior.

        Parameters
        ----------
        prior : torch.nn.Module
            As trained.
        kept : numpy.ndarray
            Shape (seed,), of integers: where in the batch each seed's kept restart stands.
        """
        return {}

    def chosen_restarts(self, n_sources: int) -> int:
        """Return the number of initialisations of each seed, by the rule if none is set."""
        return self.restarts or (9 if n_sources >= _VERY_MANY_SOURCES else 3)

    def chosen_steps(self, n_sources: int, nonlinear: bool) -> int:
        """Return the number of steps, by the rule if none is set."""
        if self.steps:
            return self.steps
        if n_sources >= _MANY_SOURCES:
            return 1500
        return 1000 if nonlinear else 600

    def chosen_learning_rate(self, nonlinear: bool) -> float:
        """Return the peak learning rate, by the rule if none is set."""
        return self.learning_rate or (1e-2 if nonlinear else 3e-2)

    def chosen_variances(self, components: np.ndarray, nonlinear: bool) -> np.ndarray:
        """Return the decoder's last variance for each seed, by the rule if none is set."""
        if self.observation_variance or nonlinear:
            return np.full(len(components), self.observation_variance or _SMALLEST_VARIANCE)
        from bssbench.models.sensor_noise import white_floor

        floor = white_floor(components)
        floor = np.where(floor > _SOURCES_FILL_THE_BAND, 0.0, floor)
        return np.clip(floor, _SMALLEST_VARIANCE, _LARGEST_VARIANCE)

    def chosen_window(self, length: int) -> int:
        """Return how many samples of a series of this length a training step sees."""
        if self.window:
            return min(self.window, length)
        return length if length <= _LONGEST_WHOLE else _WINDOW

    def megabytes(self, size: Size) -> int:
        """Return an upper estimate of the peak memory of `separate`."""
        share = self.chosen_window(size.length) / size.length
        held = size.values * _COPIES_OF_A_VALUE * share
        # The observations themselves are held in double precision as well.
        held += size.values * 6 if share < 1 else 0
        if size.nonlinear:
            held += size.replicates * size.length * share * _HELD_BY_NETWORKS
        restarts = self.chosen_restarts(size.n_sources)
        return _MEGABYTES_OF_TORCH + int(held * restarts * 4 / 1e6)

    def separate(
        self, problem: Problem, progress: Callable[[int, int], None] | None = None
    ) -> Separation:
        """Train one VAE per seed and restart, all in one batch."""
        # Imported here: torch takes two seconds, and listing methods must not.
        from bssbench.methods.vae._batched_training import separate_by_training

        return separate_by_training(self, problem, progress)

    def held_out(self, problem: Problem) -> np.ndarray:
        """Return the objective on the last fifth of the time, trained on what comes before.

        Lower is better; for choices between configurations, which by the loss that they were
        trained on would fall on the one that fits too much.

        Returns
        -------
        numpy.ndarray
            Shape (replicate,), in nats per time point.
        """
        from bssbench.methods.vae._batched_training import held_out_objective

        return held_out_objective(self, problem)
