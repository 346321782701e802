"""White noise with a randomly varying variance."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter

from bssbench.datasets.families import SourceFamily

_FORGOTTEN = 0.99**3000  # 8e-14, the remaining effect of the initial value after the burn-in


@dataclass(frozen=True)
class Family(SourceFamily):
    """White Gaussian noise times exp(h / 2), h an AR(1), coefficients from 0.9 to 0.99.

    The stochastic volatility model of Taylor (1982; Kim, Shephard and Chib, 1998) is
    s_t = exp(h_t / 2) e_t and h_t = φ h_{t-1} + η_t, with independent Gaussian e and η. The
    log-variance h has the same standard deviation for all sources; the persistences φ are evenly
    spaced. Each source is white and, given its variance, Gaussian. Changes of the variance over
    time, and the resulting heavy tails, separate the sources.
    """

    untouched = True

    deviation: float = 1.0
    smallest_persistence: float = 0.9
    largest_persistence: float = 0.99

    def __post_init__(self) -> None:
        if self.deviation <= 0:
            raise ValueError("deviation must be positive, or all variances are constant")
        if min(self.smallest_persistence, self.largest_persistence) < 0:
            raise ValueError("persistences must not be negative")
        if max(self.smallest_persistence, self.largest_persistence) >= 1:
            raise ValueError("persistences must be below 1, or the log-variance explodes")

    def laws(self, n_sources: int) -> dict[str, list[float]]:
        """Return the persistences of the log-variances."""
        persistences = np.linspace(self.smallest_persistence, self.largest_persistence, n_sources)
        return {"persistence": persistences.tolist()}

    def sample(self, generator: np.random.Generator, n_sources: int, length: int) -> np.ndarray:
        """Draw sources of shape (source, time)."""
        persistences = np.array(self.laws(n_sources)["persistence"])
        steps = self.deviation * np.sqrt(1 - persistences[:, None] ** 2)
        burn_in = _burn_in(persistences.max())
        shocks = steps * generator.standard_normal((n_sources, burn_in + length))
        pairs = zip(persistences, shocks, strict=True)
        log_variances = np.stack([lfilter([1.0], [1.0, -p], shock)[burn_in:] for p, shock in pairs])
        return np.exp(log_variances / 2) * generator.standard_normal((n_sources, length))


def _burn_in(persistence: float) -> int:
    """Return the number of samples in which an AR(1) forgets its initial value; at least 3,000."""
    if persistence <= 0.99:
        return 3000
    return math.ceil(math.log(_FORGOTTEN) / math.log(persistence))
