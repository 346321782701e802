"""Autoregressions that switch between two regimes, so that they are locally nonstationary."""

from dataclasses import astuple, dataclass

import numpy as np

from bssbench.datasets.families import SourceFamily

_STAY_PROBABILITY = 0.99
# The probability of no switch in this many samples is 1e-9, and the mean-reverting regime forgets
# the initial value in a few samples.
_BURN_IN = 2000


@dataclass(frozen=True)
class Regime:
    """An AR(2) process: s_t = (1 + a - b) s_{t-1} - a s_{t-2} + b μ + σ e_t, white Gaussian e.

    Attributes
    ----------
    momentum, reversion : float
        Coefficients a and b.
    level : float
        Mean μ to which the process reverts.
    deviation : float
        Standard deviation σ of the innovations.
    """

    momentum: float
    reversion: float
    level: float
    deviation: float


def draw_regimes(generator: np.random.Generator) -> tuple[Regime, Regime]:
    """Draw the oscillatory and the mean-reverting regime of a source."""
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
    # Python floats, because access to single array elements is several times slower.
    steps = zip(
        (1 + momentum - reversion).tolist(), momentum.tolist(), forces.tolist(), strict=True
    )
    for time, (first, second, force) in enumerate(steps):
        last, last_but_one = first * last - second * last_but_one + force, last
        path[time] = last
    return path[_BURN_IN:]


@dataclass(frozen=True)
class Family(SourceFamily):
    """AR(2) switching between an oscillatory and a mean-reverting regime, independent switches.

    These are the sources of SNICA (Hälvä et al., 2021, and the authors' code). A Markov chain,
    which keeps its state with probability 0.99, selects between two regimes. The oscillatory regime
    has a ~ U(0.9, 1), b = 0.1, μ ~ U(0, 0.5), σ = 0.003; the mean-reverting regime has a = 0.3,
    b ~ U(0.5, 0.6), μ ~ U(-0.5, 0), σ = 0.3 (symbols as in `Regime`). Every source has both
    regimes, with its own Markov chain and with parameters drawn for each seed. The sources thus
    have the same distribution and nearly equal spectra, with an oscillation period of about 20
    samples; only the times of the switches separate them. There are two differences from SNICA: a
    path starts in the stationary distribution, and the noise with standard deviation 0.001 on the
    copy s_{t-1}, which serves inference only, is left out.
    """

    def sample(self, generator: np.random.Generator, n_sources: int, length: int) -> np.ndarray:
        """Draw sources of shape (source, time)."""
        return np.stack(
            [
                switching_autoregression_sample(generator, length, draw_regimes(generator))
                for _ in range(n_sources)
            ]
        )
