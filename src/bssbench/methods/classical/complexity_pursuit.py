"""Complexity pursuit by temporal predictability (Stone, 2001), in closed form."""

from dataclasses import dataclass

import numpy as np

from bssbench.methods import Size
from bssbench.methods.classical._base import ClassicalMethod, Replicate
from bssbench.parameters import parameter

__all__ = ["Method", "prediction_errors"]


def prediction_errors(series: np.ndarray, half_life: float) -> np.ndarray:
    """Return the error of predicting series by an exponential average of their past.

    The prediction is ȳ_t = λ ȳ_{t−1} + (1 − λ) y_{t−1} with λ = 2^(−1/h) and ȳ_0 = 0.

    Parameters
    ----------
    series : numpy.ndarray
        Shape (…, time).
    half_life : float
        h, in samples.

    Returns
    -------
    numpy.ndarray
        Shape (…, time).
    """
    from scipy.signal import lfilter

    decay = 2.0 ** (-1.0 / half_life)
    return np.asarray(series - lfilter([0.0, 1.0 - decay], [1.0, -decay], series, axis=-1))


@dataclass(frozen=True)
class Method(ClassicalMethod):
    """Complexity pursuit (Stone): maximum temporal predictability; uses smoothness only.

    The predictability of a source y is log V(y) / U(y). V is the mean squared error of a prediction
    from the long-term past, initialised with the mean. U is that of a prediction from the
    short-term past, initialised with the first sample. Both are quadratic in the channels' weights
    w, so the stationary points are the eigenvectors of U w = μ V w. The sources are all of these
    eigenvectors, the most predictable first. With the default long half-life, V is close to the
    variance of the series.

    Attributes
    ----------
    short_half_life, long_half_life : float
        Half-lives of the exponential averages, in samples.
    """

    deterministic = True

    short_half_life: float = parameter(
        1.0, "Stone, 2001; the same in blind modal identification", above=0
    )
    long_half_life: float = parameter(
        900_000.0,
        "usual in blind modal identification (Yang and Nagarajaiah, 2013): next to no forgetting",
        above=0,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.short_half_life >= self.long_half_life:
            raise ValueError(
                f"short_half_life must be less than long_half_life, not {self.short_half_life:g} "
                f"and {self.long_half_life:g}"
            )

    def start(self, size: Size) -> None:
        """Import SciPy's modules, which takes most of a second."""
        import scipy.linalg
        import scipy.signal  # noqa: F401

    def unmix(self, replicate: Replicate) -> tuple[np.ndarray, bool]:
        """Solve the generalised eigenproblem."""
        from scipy.linalg import eigh

        components = replicate.components
        long = prediction_errors(components, self.long_half_life)
        # The first sample is the best initial prediction from the short-term past. With the mean
        # instead, the first error of a smooth source would exceed all others together.
        short = prediction_errors(components - components[:, :1], self.short_half_life)
        _, vectors = eigh(short @ short.T, long @ long.T)
        return vectors.T @ replicate.whitening, True
