"""Shared base of methods with a contrast or likelihood: random restarts."""

import math
import warnings
from abc import abstractmethod
from dataclasses import dataclass, replace

import numpy as np

from bssbench.methods import Size
from bssbench.methods._restarts import RESTARTS_RULE, restarts_by_rule
from bssbench.methods.classical._base import LinearMethod, Replicate, Solution
from bssbench.parameters import parameter
from bssbench.randomness import child


@dataclass(frozen=True)
class RestartedMethod(LinearMethod):
    """Linear method with random initialisation; a subclass provides `attempt`.

    Attributes
    ----------
    restarts : int or None
        Number of initialisations per seed; the one with the lowest loss is kept. None: 3, or 9 for
        ten or more sources, as for the VAEs.
    """

    restarts: int | None = parameter(None, RESTARTS_RULE, at_least=1)

    @abstractmethod
    def attempt(self, replicate: Replicate) -> Solution:
        """Run the method once from the replicate's seed.

        Parameters
        ----------
        replicate : Replicate
            Observations, whitened components and seed.

        Returns
        -------
        Solution
            The solution, with exactly one loss.
        """

    def starts(self, n_sources: int) -> int:
        """Return the number of restarts: `restarts`, or the default for this many sources."""
        return self.restarts or restarts_by_rule(n_sources)

    def seconds(self, size: Size) -> int:
        """Return a rough estimate of the CPU time of `separate`."""
        return super().seconds(size) * self.starts(size.n_sources)

    def solve(self, replicate: Replicate) -> Solution:
        """Return the restart with the lowest loss, and emit the warnings of that restart only.

        A NaN loss counts as infinite, as in `bssbench.models.fitting`.
        """
        attempts, messages = [], []
        for index in range(self.starts(len(replicate.components))):
            seed = child(replicate.seed, index) if index else replicate.seed
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                attempts.append(self.attempt(replace(replicate, seed=seed)))
            messages.append(caught)
        losses = tuple(
            np.inf if math.isnan(loss) else loss for attempt in attempts for loss in attempt.losses
        )
        best = int(np.argmin(losses))
        for message in messages[best]:
            warnings.warn(message.message, message.category, stacklevel=2)
        return replace(attempts[best], losses=losses)
