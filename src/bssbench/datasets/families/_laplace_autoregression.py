"""First-order autoregressions driven by Laplace noise."""

import numpy as np
from scipy.signal import lfilter

from bssbench.datasets.families import SourceFamily

# By then the start is forgotten to 0.97^1000 = 6e-14.
_BURN_IN = 1000


class LaplaceAutoregressions(SourceFamily):
    """s_t = a · s_{t-1} + e_t with Laplace e_t, by the law's coefficients a."""

    def sample(self, generator: np.random.Generator, n_sources: int, length: int) -> np.ndarray:
        """Draw sources of shape (source, time)."""
        innovations = generator.laplace(size=(n_sources, _BURN_IN + length))
        coefficients = self.laws(n_sources)["coefficient"]
        paths = zip(coefficients, innovations, strict=True)
        return np.stack([lfilter([1.0], [1.0, -a], e)[_BURN_IN:] for a, e in paths])
