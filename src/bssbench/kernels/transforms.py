"""Fourier transforms of real series whose rounding errors do not depend on the batch."""

import torch

__all__ = ["as_real", "to_series", "to_spectrum"]


def to_spectrum(series: torch.Tensor, period: int) -> torch.Tensor:
    """Return the spectra of series, independent of the batch.

    Intel's library rounds the transform of a single long series differently from that of many.

    Parameters
    ----------
    series : torch.Tensor
        Shape (series, time).
    period : int
        Length of the transform.

    Returns
    -------
    torch.Tensor
        Shape (series, period // 2 + 1), complex.
    """
    if len(series) == 1:
        return torch.fft.rfft(series.expand(2, -1), n=period)[:1]
    return torch.fft.rfft(series, n=period)


def to_series(spectrum: torch.Tensor, period: int) -> torch.Tensor:
    """Return the series of spectra, independent of the batch.

    Parameters
    ----------
    spectrum : torch.Tensor
        Shape (series, period // 2 + 1), complex.
    period : int
        Length of the transform.

    Returns
    -------
    torch.Tensor
        Shape (series, period).
    """
    if len(spectrum) == 1:
        return torch.fft.irfft(spectrum.expand(2, -1), n=period)[:1]
    return torch.fft.irfft(spectrum, n=period)


def as_real(spectrum: torch.Tensor) -> torch.Tensor:
    """Return a view of a complex spectrum as real numbers.

    Parameters
    ----------
    spectrum : torch.Tensor
        Shape (series, frequency).

    Returns
    -------
    torch.Tensor
        Shape (series, 2 × frequency).
    """
    return torch.view_as_real(spectrum).flatten(-2)
