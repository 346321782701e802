"""First-order autoregressions with innovations of any distribution."""

from abc import abstractmethod

import numpy as np
from scipy.signal import lfilter

from bssbench.datasets.families import SourceFamily

# The effect of the initial value has then decayed to 0.97^1000 = 6e-14.
_BURN_IN = 1000


class Autoregressions(SourceFamily):
    """Autoregressions s_t = a · s_{t-1} + e_t with independent e_t; `laws` contains a."""

    @abstractmethod
    def innovations(self, generator: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
        """Draw e of shape (source, time), with any variance."""

    def sample(self, generator: np.random.Generator, n_sources: int, length: int) -> np.ndarray:
        """Draw sources of shape (source, time)."""
        innovations = self.innovations(generator, (n_sources, _BURN_IN + length))
        coefficients = self.laws(n_sources)["coefficient"]
        paths = zip(coefficients, innovations, strict=True)
        return np.stack([lfilter([1.0], [1.0, -a], e)[_BURN_IN:] for a, e in paths])

    def spectra(self, n_sources: int, frequencies: np.ndarray) -> np.ndarray:
        """Return the spectra: (1 − a²) / |1 − a exp(−i ω)|²."""
        a = np.array(self.laws(n_sources)["coefficient"])[:, None]
        return np.asarray((1.0 - a**2) / (1.0 - 2.0 * a * np.cos(frequencies) + a**2))
