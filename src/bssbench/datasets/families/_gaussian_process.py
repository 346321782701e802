"""Exact samples of stationary Gaussian processes on a regular grid."""

import numpy as np
from scipy import fft

from bssbench.datasets.families import SourceFamily


def squared_exponential_sample(
    generator: np.random.Generator, length: int, length_scale: float
) -> np.ndarray:
    """Draw one path of a Gaussian process with covariance exp(-d² / (2 length_scale²)).

    The covariance matrix is embedded in a circulant matrix, which the FFT diagonalises (Dietrich
    and Newsam, 1997). The cost is O(T log T), and the sample is exact up to a tail of the kernel
    that is below rounding error. Both lengths are in samples; the result has shape (length,).
    """
    # At ten length-scales the kernel is 2e-22, so that the periodic copy has no effect.
    period = fft.next_fast_len(2 * (length + int(np.ceil(10 * length_scale))), real=True)
    lags = np.minimum(np.arange(period), period - np.arange(period))
    spectrum = fft.fft(np.exp(-0.5 * (lags / length_scale) ** 2)).real
    amplitude = np.sqrt(np.clip(spectrum, 0.0, None) / period)
    white = generator.standard_normal((2, period))
    return fft.fft(amplitude * (white[0] + 1j * white[1])).real[:length]


# Number of aliases in the spectrum of a sampled path; beyond them the kernel has no power.
_ALIASES = np.arange(-8, 9)


class GaussianProcesses(SourceFamily):
    """Squared-exponential Gaussian processes; `laws` contains the length-scales in samples."""

    def sample(self, generator: np.random.Generator, n_sources: int, length: int) -> np.ndarray:
        """Draw sources of shape (source, time)."""
        scales = self.laws(n_sources)["length_scale"]
        return np.stack([squared_exponential_sample(generator, length, scale) for scale in scales])

    def spectra(self, n_sources: int, frequencies: np.ndarray) -> np.ndarray:
        """Return the spectra ℓ √(2π) exp(−ℓ² ω² / 2), with aliases."""
        scales = np.array(self.laws(n_sources)["length_scale"])[:, None, None]
        folded = frequencies[:, None] + 2.0 * np.pi * _ALIASES
        powers = np.exp(-0.5 * (scales * folded) ** 2).sum(axis=-1)
        return np.asarray(scales[..., 0] * np.sqrt(2.0 * np.pi) * powers)

    def innovation_information(self, n_sources: int) -> np.ndarray:
        """Return ones, since the innovations are Gaussian."""
        return np.ones(n_sources)
