"""What the VAE methods share: everything but the prior. No torch until one of them runs."""

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
# Numbers in single precision that training holds at its peak, gradients included: for each observed
# and latent value, and for each time point by the hidden units of encoder and decoder.
_COPIES_OF_A_VALUE = 60
_HELD_BY_NETWORKS = 4 * 32 * 10
# CPU time of a gradient step, as measured, for each time point of encoder and decoder; and of a
# process before the first.
_NANOSECONDS_OF_NETWORKS, _SECONDS_TO_START = 600, 2
_MANY_SOURCES = 5
_LONGEST_WHOLE, _WINDOW, _SHORTEST_WINDOW = 30_000, 8_192, 16


@dataclass(frozen=True)
class VariationalMethod(SeparationMethod):
    """A VAE whose latents have a structured prior; a subclass provides `prior`.

    Attributes
    ----------
    restarts : int or None
        Initialisations of each seed, of which the one with the lowest loss is kept; by rule 3, with
        ten sources or more 9.
    steps : int or None
        Gradient steps; by rule 600, with five sources or more 1,500, for nonlinear mixing 1,000.
    learning_rate : float or None
        Peak of the one-cycle schedule; by rule 0.03, for nonlinear mixing 0.01.
    observation_variance : float or None
        Of the decoder, in the units of the whitened observations, where its annealing ends; by rule
        what the observations suggest (see `bssbench.models.sensor_noise.decoder_variances`).
    window : int or None
        Samples of time that a step sees; by rule all of up to 30,000 samples, of longer series
        another stretch of 8,192 at each step.
    rotation : bool
        Whether encoder and decoder share a rotation of the latents.
    smoothing : bool
        Whether the posterior's mean is averaged over neighbouring times, where the prior is a
        density that relates them.
    posterior : str
        Covariance of the latents' errors: diagonal, full, or by rule, which is full for nonlinear
        mixing where the prior supports it.
    scale : str
        Of the latents that the prior sees: free, or closed, which is a variance of one for each
        (see `bssbench.models.scale`).
    """

    can_demix_nonlinearly = True
    # Whether the prior says anything of time to come.
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
    # Likelihood on held-out time can't settle this one: for a prior that is a density it rises as
    # the variance falls, for a kernel regression the objective falls as the variance grows.
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
        """CPU time of a gradient step for each latent value, roughly: as for most priors."""
        return 40.0

    @abstractmethod
    def prior(self, batch: "Batch") -> "Prior":
        """Return the prior of this batch's latents."""

    def describe(self, nonlinear: bool, lag_spacings: list[int]) -> dict[str, Any]:
        """Return what a reader of a result has to know of the prior, in JSON's types.

        Each seed's observations have a lag spacing; the mixing is nonlinear or not.
        """
        return {}

    def recipe(self, size: Size, device: str = "cpu") -> Recipe:
        """Return how to train: what is set, and by rule what is not."""

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
        """Return the number of latent series in a batch: of all seeds and their restarts."""
        return size.replicates * self.recipe(size).restarts * size.n_sources

    def megabytes(self, size: Size) -> int:
        """Return an upper estimate of the peak memory of `separate`."""
        recipe = self.recipe(size)
        share = recipe.window / size.length
        held = size.values * _COPIES_OF_A_VALUE * share
        # The observations themselves are held in double precision as well.
        held += size.values * 6 if share < 1 else 0
        if size.nonlinear:
            held += size.replicates * size.length * share * _HELD_BY_NETWORKS
        return _MEGABYTES_OF_TORCH + int(held * recipe.restarts * 4 / 1e6)

    def seconds(self, size: Size) -> int:
        """Return a rough estimate of the CPU time of `separate`: that of its gradient steps."""
        recipe = self.recipe(size)
        points = size.replicates * recipe.restarts * recipe.window
        networks = _NANOSECONDS_OF_NETWORKS if size.nonlinear else 0
        of_a_point = size.n_sources * self.nanoseconds + networks
        return _SECONDS_TO_START + int(recipe.steps * points * of_a_point / 1e9)

    def separate(
        self, problem: Problem, progress: Callable[[int, int], None] | None = None
    ) -> Separation:
        """Train one VAE per seed and restart, in batches."""
        # Imported here: torch takes two seconds, and listing methods must not.
        from bssbench.models.fitting import fit

        recipe = replace(self.recipe(problem.size, problem.device), keep=problem.keep)
        separation, lag_spacings = fit(
            problem.observations, problem.n_sources, problem.seeds, recipe, self.prior, progress
        )
        described = recipe.form.departures() | self.describe(problem.nonlinear, lag_spacings)
        return replace(separation, diagnostics=separation.diagnostics | described)

    def held_out(self, problem: Problem) -> np.ndarray:
        """Return the objective on the last fifth of the time, trained on what comes before.

        In nats per time point, of shape (replicate,). Lower is better; for choices between
        configurations, which by the loss that they were trained on would fall on the one that fits
        too much.
        """
        from bssbench.models.fitting import held_out_objective

        size = problem.size
        length = size.length - size.length // 5
        recipe = self.recipe(replace(size, length=length), problem.device)
        return held_out_objective(
            problem.observations, length, problem.n_sources, problem.seeds, recipe, self.prior
        )

    def nonlinear_demixing(self, arrays: Mapping[str, np.ndarray]) -> Demixing | None:
        """Return encoder and decoder of a VAE that was kept."""
        return NetworkDemixing.of(arrays) if arrays else None

    def objective(
        self, arrays: Mapping[str, np.ndarray], observations: np.ndarray, device: str = "cpu"
    ) -> float:
        """Return the objective of a VAE that was kept on other observations, (time, channel).

        In nats per time point, lower is better. It is that of the observations in the coordinates
        of those that were trained on: for choices between configurations that were trained on the
        same.

        Raises
        ------
        NotApplicable
            If the prior says nothing of other time.
        """
        from bssbench.models.keeping import kept_objective

        length, n_channels = int(arrays["length"]), arrays["whitening"].shape[1]
        size = Size(1, length, n_channels, len(arrays["scale"]), is_nonlinear(arrays))
        return kept_objective(arrays, observations, self.recipe(size, device), self.prior)
