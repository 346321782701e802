"""First-order autoregressions driven by Laplace noise."""

import numpy as np
from scipy.signal import lfilter

# By then the start is forgotten to 0.97^1000 = 6e-14.
_BURN_IN = 1000


def laplace_autoregression_sample(
    generator: np.random.Generator, length: int, coefficient: float
) -> np.ndarray:
    """Draw s_t = coefficient · s_{t-1} + e_t with Laplace e_t; shape (length,)."""
    innovations = generator.laplace(size=_BURN_IN + length)
    return lfilter([1.0], [1.0, -coefficient], innovations)[_BURN_IN:]
