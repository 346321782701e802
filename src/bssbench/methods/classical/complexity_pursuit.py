"""Complexity pursuit by temporal predictability (Stone, 2001), in closed form."""

from dataclasses import dataclass

import numpy as np

from bssbench.methods import Size
from bssbench.methods.classical._base import ClassicalMethod, Replicate
from bssbench.parameters import parameter

__all__ = ["Method", "prediction_errors"]


def prediction_errors(series: np.ndarray, half_life: float) -> np.ndarray:
    """Return how far series (…, time) are from the exponential average of their own past.

    The prediction is ȳ_t = λ ȳ_{t−1} + (1 − λ) y_{t−1} with λ = 2^(−1/h), h the half-life in
    samples; it starts at zero.
    """
    from scipy.signal import lfilter

    decay = 2.0 ** (-1.0 / half_life)
    return np.asarray(series - lfilter([0.0, 1.0 - decay], [1.0, -decay], series, axis=-1))


@dataclass(frozen=True)
class Method(ClassicalMethod):
    """Complexity pursuit (Stone): the most predictable combinations; uses smoothness alone.

    A source y has the predictability log V(y) / U(y): V is the mean squared error of a prediction
    from its long-term past, which starts at the mean, U that from its short-term past, which starts
    at the first sample. Both are quadratic in the weights of the channels, so the stationary
    combinations are the eigenvectors of U w = μ V w, and the sources are all of them, the most
    predictable first. The long half-life is so long that V is the variance of any usual series.

    Attributes
    ----------
    short_half_life, long_half_life : float
        Of the exponential averages, in samples.
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
        """Import what takes most of a second."""
        import scipy.linalg
        import scipy.signal  # noqa: F401

    def unmix(self, replicate: Replicate) -> tuple[np.ndarray, bool]:
        """Solve the generalised eigenproblem."""
        from scipy.linalg import eigh

        components = replicate.components
        long = prediction_errors(components, self.long_half_life)
        # Of the short-term past the first sample is the best guess. Predicted to be the mean, it
        # would err more than all others of a smooth source together.
        short = prediction_errors(components - components[:, :1], self.short_half_life)
        _, vectors = eigh(short @ short.T, long @ long.T)
        return vectors.T @ replicate.whitening, True
