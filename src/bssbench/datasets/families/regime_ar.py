"""Autoregressions that switch between two regimes: not stationary on any short stretch."""

from dataclasses import astuple, dataclass

import numpy as np

from bssbench.datasets.families import SourceFamily

_STAY_PROBABILITY = 0.99
# A regime without a change for so long has probability 1e-9, and the mean-reverting one forgets the
# start in a few samples.
_BURN_IN = 2000


@dataclass(frozen=True)
class Regime:
    """An AR(2) process: s_t = (1 + a - b) s_{t-1} - a s_{t-2} + b μ + σ e_t, white Gaussian e.

    Attributes
    ----------
    momentum, reversion : float
        a and b.
    level : float
        The mean μ that the process returns to.
    deviation : float
        σ, of the innovations.
    """

    momentum: float
    reversion: float
    level: float
    deviation: float


def draw_regimes(generator: np.random.Generator) -> tuple[Regime, Regime]:
    """Draw a source's oscillatory and its mean-reverting regime."""
    oscillatory = Regime(generator.uniform(0.9, 1.0), 0.1, generator.uniform(0.0, 0.5), 0.003)
    reverting = Regime(0.3, generator.uniform(0.5, 0.6), generator.uniform(-0.5, 0.0), 0.3)
    return oscillatory, reverting


def switching_autoregression_sample(
    generator: np.random.Generator, length: int, regimes: tuple[Regime, Regime]
) -> np.ndarray:
    """Draw a path whose regime is a stationary Markov chain; shape (length,)."""
    total = _BURN_IN + length
    switches = generator.random(total) >= _STAY_PROBABILITY
    regime = (generator.integers(2) + np.cumsum(switches)) % 2
    parameters = np.array([astuple(each) for each in regimes])[regime]
    momentum, reversion, level, deviation = parameters.T
    forces = reversion * level + deviation * generator.standard_normal(total)
    path = np.empty(total)
    last, last_but_one = 0.0, 0.0
    # Python's floats: an array's elements, one at a time, take several times as long.
    steps = zip(
        (1 + momentum - reversion).tolist(), momentum.tolist(), forces.tolist(), strict=True
    )
    for time, (first, second, force) in enumerate(steps):
        last, last_but_one = first * last - second * last_but_one + force, last
        path[time] = last
    return path[_BURN_IN:]


@dataclass(frozen=True)
class Family(SourceFamily):
    """AR(2) switching between an oscillatory and a mean-reverting regime, each source by itself.

    The sources of SNICA (Hälvä et al., 2021) and their authors' code: a Markov chain that stays
    with probability 0.99 chooses between an oscillatory regime, a ~ U(0.9, 1), b = 0.1,
    μ ~ U(0, 0.5), σ = 0.003, and a mean-reverting one, a = 0.3, b ~ U(0.5, 0.6), μ ~ U(-0.5, 0),
    σ = 0.3; the symbols are those of `Regime`. As there, *every* source has both regimes, with
    parameters drawn of its own for each seed and a chain of its own, so the sources are alike in
    law, their spectra nearly equal, the oscillation's period some 20 samples in all of them: what
    separates is when each is in which regime. Other than there, a path starts in the stationary
    law, and the noise of deviation 0.001 on the copy s_{t-1} is left out, which is there for the
    sake of inference alone.
    """

    def sample(self, generator: np.random.Generator, n_sources: int, length: int) -> np.ndarray:
        """Draw sources of shape (source, time)."""
        return np.stack(
            [
                switching_autoregression_sample(generator, length, draw_regimes(generator))
                for _ in range(n_sources)
            ]
        )
