"""Transforms of real series, whose rounding does not depend on what is transformed beside them."""

import torch

__all__ = ["as_real", "to_series", "to_spectrum"]


def to_spectrum(series: torch.Tensor, period: int) -> torch.Tensor:
    """Return the spectra of series (series, time), the same whatever is transformed beside them.

    Intel's library rounds the transform of a single long series differently from that of many.
    """
    if len(series) == 1:
        return torch.fft.rfft(series.expand(2, -1), n=period)[:1]
    return torch.fft.rfft(series, n=period)


def to_series(spectrum: torch.Tensor, period: int) -> torch.Tensor:
    """Return the series of spectra, (series, period), with the same provision."""
    if len(spectrum) == 1:
        return torch.fft.irfft(spectrum.expand(2, -1), n=period)[:1]
    return torch.fft.irfft(spectrum, n=period)


def as_real(spectrum: torch.Tensor) -> torch.Tensor:
    """Return a spectrum (series, frequency) as real numbers (series, 2 × frequency)."""
    return torch.view_as_real(spectrum).flatten(-2)
