"""NAME: a family of sources.

The name of the family is that of this file, with hyphens. Its data sets have the ids NAME, NAME-5
(five sources), NAME-noise20-t500 and so on, with all mixings. Change `sample`, `laws` and the
docstring of the class, whose first line is shown by `bssbench list datasets`.
"""

from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter

from bssbench.datasets.families import SourceFamily

# Number of samples that are discarded, so that the initial value has no effect.
_BURN_IN = 500


@dataclass(frozen=True)
class Family(SourceFamily):
    """First-order autoregressions with uniform innovations and a coefficient for each source.

    s_t = a s_{t−1} + e_t, with e_t uniform on (−1, 1).
    """

    # Class attributes with the defaults of most families; see `SourceFamily`:
    # default_n_sources = 3, default_noise = 0.05, negative_control = False, untouched = False

    # Parameters; set one by `--set largest_coefficient=0.95`.
    smallest_coefficient: float = 0.3
    largest_coefficient: float = 0.9

    def __post_init__(self) -> None:
        if not -1 < self.smallest_coefficient <= self.largest_coefficient < 1:
            raise ValueError("coefficients must be between -1 and 1, the smallest first")

    def laws(self, n_sources: int) -> dict[str, list[float]]:
        """Return the parameters in which the sources' distributions differ."""
        coefficients = np.linspace(self.smallest_coefficient, self.largest_coefficient, n_sources)
        return {"coefficient": coefficients.tolist()}

    def sample(self, generator: np.random.Generator, n_sources: int, length: int) -> np.ndarray:
        """Draw sources of shape (source, time), which the caller standardises."""
        # The generator is the only source of randomness.
        innovations = generator.uniform(-1, 1, (n_sources, _BURN_IN + length))
        paths = [
            lfilter([1.0], [1.0, -coefficient], own)
            for coefficient, own in zip(
                self.laws(n_sources)["coefficient"], innovations, strict=True
            )
        ]
        return np.stack(paths)[:, _BURN_IN:]
