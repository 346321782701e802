"""Shared base of the VAE methods; a subclass adds the prior. torch is imported only to train."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from bssbench.methods import Problem, SeparationMethod, Size
from bssbench.methods._restarts import RESTARTS_RULE, restarts_by_rule
from bssbench.models.demixing import NetworkDemixing, is_nonlinear
from bssbench.models.recipe import POSTERIORS, SCALES, Form, Recipe
from bssbench.parameters import parameter
from bssbench.separation import Demixing, Separation

if TYPE_CHECKING:
    from bssbench.priors.base import Batch, Prior

_MEGABYTES_OF_TORCH = 450
# Single-precision values in memory at the peak of training, with gradients: per observed and latent
# value, and per time point for the hidden units of encoder and decoder.
_COPIES_OF_A_VALUE = 60
_HELD_BY_NETWORKS = 4 * 32 * 10
# Measured CPU time of a gradient step, per time point, of encoder and decoder; and of the process
# before the first step.
_NANOSECONDS_OF_NETWORKS, _SECONDS_TO_START = 600, 2
_MANY_SOURCES = 5
_LONGEST_WHOLE, _WINDOW, _SHORTEST_WINDOW = 30_000, 8_192, 16


@dataclass(frozen=True)
class VariationalMethod(SeparationMethod):
    """VAE whose latents have a structured prior; a subclass provides `prior`.

    Attributes
    ----------
    restarts : int or None
        Number of initialisations per seed; the one with the lowest loss is kept. None: 3, or 9 for
        ten or more sources.
    steps : int or None
        Number of gradient steps. None: 1,500 for five or more sources; otherwise 600 for linear and
        1,000 for nonlinear mixing.
    learning_rate : float or None
        Peak of the one-cycle schedule. None: 0.03 for linear and 0.01 for nonlinear mixing.
    observation_variance : float or None
        Variance of the decoder at the end of its annealing, in units of the whitened observations.
        None: estimated from the observations (see `bssbench.models.sensor_noise`).
    window : int or None
        Number of time points in a gradient step. None: all time points of a series of up to 30,000
        samples; for a longer series, a different window of 8,192 samples at each step.
    rotation : bool
        Whether encoder and decoder share a rotation of the latents.
    smoothing : bool
        Whether the posterior mean is smoothed over time. Has an effect only if the prior is a
        density that relates time points.
    posterior : str
        Covariance of the posterior at a time point: ``diagonal``, ``full``, or ``rule``. ``rule``
        means full for nonlinear mixing, if the prior supports it, and otherwise diagonal.
    scale : str
        Scale of the latents in the prior: ``free``, or ``closed`` for unit variance of each latent
        (see `bssbench.models.scale`).
    """

    can_demix_nonlinearly = True
    # Whether the prior predicts unseen time points.
    has_held_out_objective = True

    restarts: int | None = parameter(
        None,
        RESTARTS_RULE,
        at_least=1,
    )
    steps: int | None = parameter(
        None, "rule of the training recipe: seen to converge on development seeds", at_least=1
    )
    learning_rate: float | None = parameter(
        None, "rule of the training recipe: seen to converge on development seeds", above=0
    )
    # The objective on held-out time cannot select this parameter: for a prior that is a density,
    # the likelihood rises as the variance falls; for a kernel regression, the objective falls as
    # the variance grows.
    observation_variance: float | None = parameter(
        None,
        "rule: the training recipe's 0.01; for linear mixing more where the observations leave "
        "room for more noise, unless sources fill the band; its bounds by the separation of "
        "development seeds 0-9",
        above=0,
    )
    window: int | None = parameter(None, "rule: chosen by us, not tuned", at_least=_SHORTEST_WINDOW)
    rotation: bool = parameter(
        True, "development seeds: training of nearly equal spectra stops half-way without it"
    )
    smoothing: bool = parameter(
        True,
        "first seen on seeds 100-104, then on development seeds: it separates more slow sources",
    )
    posterior: str = parameter(
        "rule",
        "rule: by the separation of development seeds 0-9 of nonlinear mixing",
        choices=POSTERIORS,
    )
    scale: str = parameter("free", "a VAE as it is: nothing holds the scale", choices=SCALES)

    @property
    def nanoseconds(self) -> float:
        """Approximate CPU time of a gradient step per latent value in ns, for most priors."""
        return 40.0

    @abstractmethod
    def prior(self, batch: "Batch") -> "Prior":
        """Return the prior of this batch's latents.

        Parameters
        ----------
        batch : Batch
            The number and length of the latents, and time scales estimated from the observations.

        Returns
        -------
        Prior
            A torch module with a prior for each replicate and latent.
        """

    def describe(self, nonlinear: bool, lag_spacings: list[int]) -> dict[str, Any]:
        """Return a description of the prior for the diagnostics, in JSON's types.

        Parameters
        ----------
        nonlinear : bool
            Whether the mixing is nonlinear.
        lag_spacings : list of int
            The lag spacing of each seed's observations, in samples.

        Returns
        -------
        dict
            Added to the diagnostics of the separation.
        """
        return {}

    def recipe(self, size: Size, device: str = "cpu") -> Recipe:
        """Return the training settings, with defaults for what is not set.

        Parameters
        ----------
        size : Size
            The size of the problem.
        device : str, default="cpu"
            ``cpu`` or ``cuda``.

        Returns
        -------
        Recipe
            Steps, learning rate, window and form of the model.
        """

        def chosen(name: str, by_rule: Any) -> Any:
            value = getattr(self, name)
            return by_rule if value is None else value

        sources, nonlinear = size.n_sources, size.nonlinear
        steps = 1500 if sources >= _MANY_SOURCES else 1000 if nonlinear else 600
        longest = size.length if size.length <= _LONGEST_WHOLE else _WINDOW
        return Recipe(
            restarts=chosen("restarts", restarts_by_rule(sources)),
            steps=chosen("steps", steps),
            learning_rate=chosen("learning_rate", 1e-2 if nonlinear else 3e-2),
            window=min(chosen("window", longest), size.length),
            observation_variance=self.observation_variance,
            nonlinear=nonlinear,
            device=device,
            form=Form(self.rotation, self.smoothing, self.posterior, self.scale),
        )

    def series(self, size: Size) -> int:
        """Return the number of latent series in a batch of all seeds and restarts."""
        return size.replicates * self.recipe(size).restarts * size.n_sources

    def megabytes(self, size: Size) -> int:
        """Return an upper estimate of the peak memory of `separate`."""
        recipe = self.recipe(size)
        share = recipe.window / size.length
        held = size.values * _COPIES_OF_A_VALUE * share
        # The observations are also in memory in double precision.
        held += size.values * 6 if share < 1 else 0
        if size.nonlinear:
            held += size.replicates * size.length * share * _HELD_BY_NETWORKS
        return _MEGABYTES_OF_TORCH + int(held * recipe.restarts * 4 / 1e6)

    def seconds(self, size: Size) -> int:
        """Return a rough estimate of the CPU time of `separate`, from its gradient steps."""
        recipe = self.recipe(size)
        points = size.replicates * recipe.restarts * recipe.window
        networks = _NANOSECONDS_OF_NETWORKS if size.nonlinear else 0
        of_a_point = size.n_sources * self.nanoseconds + networks
        return _SECONDS_TO_START + int(recipe.steps * points * of_a_point / 1e9)

    def separate(
        self, problem: Problem, progress: Callable[[int, int], None] | None = None
    ) -> Separation:
        """Train one VAE per seed and restart, in batches."""
        # Imported here because importing torch takes two seconds, too long for listing methods.
        from bssbench.models.fitting import fit

        recipe = replace(self.recipe(problem.size, problem.device), keep=problem.keep)
        separation, lag_spacings = fit(
            problem.observations, problem.n_sources, problem.seeds, recipe, self.prior, progress
        )
        described = recipe.form.departures() | self.describe(problem.nonlinear, lag_spacings)
        return replace(separation, diagnostics=separation.diagnostics | described)

    def held_out(self, problem: Problem) -> np.ndarray:
        """Return the objective on the last fifth of the series after training on the rest.

        Use it to select between configurations; the training loss would select the one that
        overfits.

        Parameters
        ----------
        problem : Problem
            The observations, the number of sources and the seeds.

        Returns
        -------
        numpy.ndarray
            Shape (replicate,), in nats per time point; lower is better.
        """
        from bssbench.models.fitting import held_out_objective

        size = problem.size
        length = size.length - size.length // 5
        recipe = self.recipe(replace(size, length=length), problem.device)
        return held_out_objective(
            problem.observations, length, problem.n_sources, problem.seeds, recipe, self.prior
        )

    def nonlinear_demixing(self, arrays: Mapping[str, np.ndarray]) -> Demixing | None:
        """Return the encoder and decoder of a stored VAE, or None if there are no arrays."""
        return NetworkDemixing.of(arrays) if arrays else None

    def objective(
        self, arrays: Mapping[str, np.ndarray], observations: np.ndarray, device: str = "cpu"
    ) -> float:
        """Return the objective of a stored VAE on other observations.

        The observations are whitened by the matrix of the training data, so that only VAEs trained
        on the same data can be compared.

        Parameters
        ----------
        arrays : mapping of str to numpy.ndarray
            The arrays of one replicate, as stored in `Kept.arrays`.
        observations : numpy.ndarray
            Shape (time, channel).
        device : str, default="cpu"
            ``cpu`` or ``cuda``.

        Returns
        -------
        float
            In nats per time point; lower is better.

        Raises
        ------
        NotApplicable
            If the prior does not predict other time points.
        """
        from bssbench.models.keeping import kept_objective

        length, n_channels = int(arrays["length"]), arrays["whitening"].shape[1]
        size = Size(1, length, n_channels, len(arrays["scale"]), is_nonlinear(arrays))
        return kept_objective(arrays, observations, self.recipe(size, device), self.prior)
