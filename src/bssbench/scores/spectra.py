"""Spectra of autoregressions: the sources' own, and those that a flow prior has learned."""

from collections.abc import Iterable

import numpy as np

from bssbench.errors import NotApplicable
from bssbench.separation import Separation

__all__ = ["FREQUENCIES", "autoregressive_spectrum", "has_spectrum", "learned_spectra"]

FREQUENCIES = (np.arange(2048) + 0.5) / 4096
"""In cycles per sample: where spectra are compared."""


def autoregressive_spectrum(
    coefficients: Iterable[float], lags: Iterable[Iterable[int]]
) -> np.ndarray:
    """Return an autoregression's spectrum at `FREQUENCIES`, in dB at unit power.

    Each coefficient is of a mean of the past, at its own lags in samples. Where it is not
    stationary, the spectrum is that of the stationary one whose roots are reflected at the unit
    circle, which has the same shape.
    """
    transfer = 1.0 - sum(
        value * np.exp(-2j * np.pi * np.outer(list(own), FREQUENCIES)).mean(axis=0)
        for value, own in zip(coefficients, lags, strict=True)
    )
    power = np.abs(transfer) ** -2.0
    return np.asarray(10.0 * np.log10(power / power.mean()))


def has_spectrum(separation: Separation) -> bool:
    """Return whether its prior is a flow whose spectra `learned_spectra` can tell."""
    return bool(separation.diagnostics.get("flow", {}).get("layers") == 1)


def learned_spectra(separation: Separation, replicate: int, record: int = -1) -> np.ndarray:
    """Return the spectra of a flow prior's latents in dB at unit power, shape (latent, frequency).

    Beside a network it is the linear part's: of a source that is linear there is nothing else, for
    the prior on the network's weights keeps it out. `record` is of the history.

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
