"""Disturbances that are not sources: slow drifts and line noise."""

from dataclasses import dataclass

import numpy as np

__all__ = ["Drift", "find_drift", "find_line_noise", "harmonics"]

DRIFT_SHARE = 0.1
"""Smallest fraction of a channel's variance that is a drift. A drift consists of components with a
period of at least half of the recording."""

DRIFT_RATIO = 30.0
"""Smallest ratio of a drift's power density to that of the next frequencies (5 to 20 half periods
in the recording), in which slow sources have their power."""

STRAIGHT = 0.8
"""A drift is straight if a line explains this fraction of it."""

LINE_FREQUENCIES = (50.0, 60.0)
"""Frequencies of the mains in Hz."""

LINE_SHARE = 0.01
"""Smallest fraction of a channel's variance in the peak of line noise, within 1 Hz of the mains."""

LINE_RATIO = 10.0
"""Smallest ratio of the peak's power density to the median of that from 2 to 10 Hz next to it."""

_RESOLUTION = 0.5  # Hz


@dataclass(frozen=True)
class Drift:
    """A channel's drift.

    Attributes
    ----------
    share : float
        Fraction of the channel's variance.
    straight : bool
        Whether it is mostly a straight line.
    """

    share: float
    straight: bool


def find_drift(signal: np.ndarray) -> Drift | None:
    """Return the drift of a channel. The rules are this module's constants.

    Parameters
    ----------
    signal : numpy.ndarray
        Shape (time,).

    Returns
    -------
    Drift or None
        None if there is no drift.
    """
    from scipy.fft import dct

    length = len(signal)
    if length < 64:
        return None
    centred = signal - signal.mean()
    power = dct(centred, norm="ortho")[1:] ** 2
    total = power.sum()
    slow, beside = power[:4].sum(), power[4:20].mean()
    if slow < DRIFT_SHARE * total or slow / 4 < DRIFT_RATIO * beside:
        return None
    time = np.arange(length) - (length - 1) / 2
    along = (time @ centred) ** 2 / (time @ time)
    return Drift(float(slow / total), bool(along >= STRAIGHT * slow))


def _density(signal: np.ndarray, sampling_rate: float) -> tuple[np.ndarray, np.ndarray] | None:
    """Return frequencies in Hz and power density by Welch's method; None if too short."""
    from scipy.signal import welch

    segment = int(sampling_rate / _RESOLUTION)
    if segment > len(signal):
        return None
    frequencies, density = welch(signal, sampling_rate, nperseg=segment)
    return frequencies, density


def _stands_out(frequencies: np.ndarray, density: np.ndarray, frequency: float) -> bool:
    distance = np.abs(frequencies - frequency)
    beside = density[(distance > 2) & (distance < 10)]
    return bool(len(beside) and density[distance <= 1].max() > LINE_RATIO * np.median(beside))


def find_line_noise(signal: np.ndarray, sampling_rate: float) -> float | None:
    """Return the frequency of line noise in a channel.

    Parameters
    ----------
    signal : numpy.ndarray
        Shape (time,).
    sampling_rate : float
        In Hz.

    Returns
    -------
    float or None
        In Hz; None if there is no line noise.
    """
    spectrum = _density(signal, sampling_rate)
    if spectrum is None:
        return None
    frequencies, density = spectrum
    for frequency in LINE_FREQUENCIES:
        if frequency + 2 > sampling_rate / 2:
            continue
        peak = np.abs(frequencies - frequency) <= 1
        enough = density[peak].sum() >= LINE_SHARE * density.sum()
        if enough and _stands_out(frequencies, density, frequency):
            return frequency
    return None


def harmonics(observations: np.ndarray, frequency: float, sampling_rate: float) -> list[float]:
    """Return a frequency and its multiples that have a peak in any channel.

    Parameters
    ----------
    observations : numpy.ndarray
        Shape (time, channel).
    frequency : float
        In Hz.
    sampling_rate : float
        In Hz.

    Returns
    -------
    list of float
        In Hz.
    """
    spectra = [_density(channel, sampling_rate) for channel in observations.T]
    multiples = np.arange(2, int(sampling_rate / 2 / frequency) + 1) * frequency
    return [frequency] + [
        float(multiple)
        for multiple in multiples
        if multiple < sampling_rate / 2 - 1
        and any(spectrum and _stands_out(*spectrum, multiple) for spectrum in spectra)
    ]
