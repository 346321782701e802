"""NAME: a family of sources.

The name of this file gives the name of the family: its data sets are NAME, NAME-5 (five sources),
NAME-noise20-t500 and so on, with all mixings. Change `sample`, `laws`, and the docstring of the
class, whose first line is shown by `bssbench list datasets`.
"""

from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter

from bssbench.datasets.families import SourceFamily

# Samples that are discarded, so that the series no longer depends on its initial value.
_BURN_IN = 500


@dataclass(frozen=True)
class Family(SourceFamily):
    """First-order autoregressions with uniform innovations, a coefficient for each source.

    s_t = a s_{t−1} + e_t, with e_t uniform on (−1, 1).
    """

    # Defaults of `SourceFamily`, which you can override:
    # default_n_sources = 3, default_noise = 0.05, negative_control = False, untouched = False

    # Parameters: `--set largest_coefficient=0.95` sets one.
    smallest_coefficient: float = 0.3
    largest_coefficient: float = 0.9

    def __post_init__(self) -> None:
        if not -1 < self.smallest_coefficient <= self.largest_coefficient < 1:
            raise ValueError("coefficients must be between -1 and 1, the smallest first")

    def laws(self, n_sources: int) -> dict[str, list[float]]:
        """Return the parameters that differ between sources, as a list for each name."""
        coefficients = np.linspace(self.smallest_coefficient, self.largest_coefficient, n_sources)
        return {"coefficient": coefficients.tolist()}

    def sample(self, generator: np.random.Generator, n_sources: int, length: int) -> np.ndarray:
        """Draw sources of shape (source, time); the caller standardises them."""
        # Draw all random numbers from this generator.
        innovations = generator.uniform(-1, 1, (n_sources, _BURN_IN + length))
        paths = [
            lfilter([1.0], [1.0, -coefficient], own)
            for coefficient, own in zip(
                self.laws(n_sources)["coefficient"], innovations, strict=True
            )
        ]
        return np.stack(paths)[:, _BURN_IN:]
