"""First-order autoregressions driven by Laplace noise."""

import numpy as np

from bssbench.datasets.families._autoregression import Autoregressions


class LaplaceAutoregressions(Autoregressions):
    """Autoregressions s_t = a · s_{t-1} + e_t with Laplace e_t; `laws` contains a."""

    def innovations(self, generator: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
        """Draw e of shape (source, time)."""
        return generator.laplace(size=shape)

    def innovation_information(self, n_sources: int) -> np.ndarray:
        """Return 2 for each source, since |ψ| = √2 for a Laplace distribution of unit variance."""
        return np.full(n_sources, 2.0)
