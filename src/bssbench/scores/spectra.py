"""Spectra of autoregressions: those of the sources, and those learned by a flow prior."""

from collections.abc import Iterable

import numpy as np

from bssbench.errors import NotApplicable
from bssbench.separation import Separation

__all__ = ["FREQUENCIES", "autoregressive_spectrum", "has_spectrum", "learned_spectra"]

FREQUENCIES = (np.arange(2048) + 0.5) / 4096
"""Frequencies at which spectra are compared, in cycles per sample."""


def autoregressive_spectrum(
    coefficients: Iterable[float], lags: Iterable[Iterable[int]]
) -> np.ndarray:
    """Return the spectrum of an autoregression at `FREQUENCIES`.

    For a nonstationary autoregression, the result is the spectrum of the stationary one whose roots
    are reflected at the unit circle, which has the same shape.

    Parameters
    ----------
    coefficients : iterable of float
        The coefficients, each of a mean over several lags.
    lags : iterable of iterable of int
        The lags of each coefficient, in samples.

    Returns
    -------
    numpy.ndarray
        Shape (frequency,), in dB at unit power.
    """
    transfer = 1.0 - sum(
        value * np.exp(-2j * np.pi * np.outer(list(own), FREQUENCIES)).mean(axis=0)
        for value, own in zip(coefficients, lags, strict=True)
    )
    power = np.abs(transfer) ** -2.0
    return np.asarray(10.0 * np.log10(power / power.mean()))


def has_spectrum(separation: Separation) -> bool:
    """Return whether `learned_spectra` supports a separation.

    Parameters
    ----------
    separation : Separation
        The result of a method.

    Returns
    -------
    bool
        Whether its prior is a flow with one layer.
    """
    return bool(separation.diagnostics.get("flow", {}).get("layers") == 1)


def learned_spectra(separation: Separation, replicate: int, record: int = -1) -> np.ndarray:
    """Return the spectra of a flow prior's latents.

    If the flow has a network, the spectrum is that of the linear part. For a linear source there is
    no other part, because the prior on the network's weights keeps the network near zero.

    Parameters
    ----------
    separation : Separation
        The result of a method.
    replicate : int
        Index of the replicate.
    record : int, default=-1
        Index of the record in the history.

    Returns
    -------
    numpy.ndarray
        Shape (latent, frequency), in dB at unit power.

    Raises
    ------
    NotApplicable
        If the flow has no spectrum in closed form.
    """
    if not has_spectrum(separation):
        raise NotApplicable("only one layer has a spectrum in closed form")
    spacing = separation.diagnostics["spacing"][replicate]
    blocks = separation.diagnostics["flow"]["lags"]
    lags = [spacing * np.arange(first, last + 1) for first, last in blocks]
    coefficients = separation.history["coefficients"][replicate, record]
    return np.array([autoregressive_spectrum(own, lags) for own in coefficients])
