"""What methods with a contrast or a likelihood share: several starts, of which it keeps one."""

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
    """A linear method that starts at random; a subclass provides `attempt`.

    Attributes
    ----------
    restarts : int or None
        Initialisations of each seed, of which the one with the lowest loss is kept; by rule 3, with
        ten sources or more 9, as for the VAEs.
    """

    restarts: int | None = parameter(None, RESTARTS_RULE, at_least=1)

    @abstractmethod
    def attempt(self, replicate: Replicate) -> Solution:
        """Start once, from the replicate's seed; return the solution with its one loss."""

    def starts(self, n_sources: int) -> int:
        """Return the number of starts: what is set, or by rule."""
        return self.restarts or restarts_by_rule(n_sources)

    def seconds(self, size: Size) -> int:
        """Return a rough estimate of the CPU time of `separate`."""
        return super().seconds(size) * self.starts(size.n_sources)

    def solve(self, replicate: Replicate) -> Solution:
        """Keep the start with the lowest loss, and the warnings of that one alone.

        A loss that is not a number counts as infinite, as in `bssbench.models.fitting`.
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
