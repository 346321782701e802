"""Detrending, notch and band-pass filters with zero phase."""

from typing import Literal

import numpy as np

from bssbench.errors import InputError

__all__ = ["band_passed", "check_band", "check_notch", "detrended", "notched"]

ORDER = 4
"""Order of the Butterworth filter. Applied forwards and backwards, the order is twice as high."""

NOTCH_WIDTH = 1 / 30
"""Width of each notch at −3 dB relative to the fundamental, a quality factor of 30."""

# Highest degree of the polynomial that is removed before a high-pass filter.
_HIGHEST_DEGREE = 8


def detrended(observations: np.ndarray, rows: np.ndarray) -> None:
    """Subtract the least-squares line of each channel in place.

    Parameters
    ----------
    observations : numpy.ndarray
        Shape (time, channel).
    rows : numpy.ndarray
        Shape (time,), boolean. The rows used for the fit.
    """
    time = np.linspace(-1, 1, len(observations))
    design = np.stack([np.ones(len(time)), time], axis=1)
    for channel in observations.T:
        coefficients = np.linalg.lstsq(design[rows], channel[rows], rcond=None)[0]
        channel -= design @ coefficients


def check_notch(notch: float, sampling_rate: float | None) -> float:
    """Check a notch and return the sampling rate.

    Parameters
    ----------
    notch : float
        In Hz.
    sampling_rate : float or None
        In Hz.

    Returns
    -------
    float
        In Hz.

    Raises
    ------
    InputError
        If the sampling rate is unknown, or the notch is not below half of it.
    """
    if sampling_rate is None:
        raise InputError("--notch needs the sampling rate; give --sampling-rate in Hz")
    if notch >= sampling_rate / 2:
        raise InputError(
            f"--notch {notch:g}: a recording sampled at {sampling_rate:g} Hz holds frequencies "
            f"below {sampling_rate / 2:g} Hz"
        )
    return sampling_rate


def check_band(band: tuple[float, float], sampling_rate: float | None, length: int) -> float:
    """Check a band-pass and return the sampling rate.

    Parameters
    ----------
    band : tuple of float
        Edges in Hz.
    sampling_rate : float or None
        In Hz.
    length : int
        Number of samples.

    Returns
    -------
    float
        In Hz.

    Raises
    ------
    InputError
        If the sampling rate is unknown, if the band exceeds half of it, or if the recording is
        shorter than a period of the lower edge.
    """
    if sampling_rate is None:
        raise InputError("--band-pass needs the sampling rate; give --sampling-rate in Hz")
    low, high = band
    given = f"--band-pass {low:g} {high:g}"
    limit = sampling_rate / 2
    if low >= limit or limit < high < float("inf"):
        raise InputError(
            f"{given}: a recording sampled at {sampling_rate:g} Hz holds frequencies below "
            f"{limit:g} Hz"
        )
    if low == 0 and high >= limit:
        raise InputError(f"{given} leaves everything as it is; leave it out")
    if low > 0 and length * low < sampling_rate:
        raise InputError(
            f"{given}: {length / sampling_rate:g} s are shorter than a period of {low:g} Hz; "
            "raise the lower edge"
        )
    return sampling_rate


def band_passed(observations: np.ndarray, band: tuple[float, float], sampling_rate: float) -> None:
    """Filter each channel in place by a Butterworth filter, forwards and backwards.

    Parameters
    ----------
    observations : numpy.ndarray
        Shape (time, channel).
    band : tuple of float
        Edges in Hz; 0 for no lower edge, half the sampling rate or more for no upper edge.
    sampling_rate : float
        In Hz.
    """
    from numpy.polynomial.legendre import legvander
    from scipy.signal import butter

    low, high = band
    edges: float | tuple[float, float] = (low, high)
    kind: Literal["lowpass", "highpass", "bandpass"] = "bandpass"
    if low == 0:
        edges, kind = high, "lowpass"
    elif high >= sampling_rate / 2:
        edges, kind = low, "highpass"
    length = len(observations)
    if low > 0:
        # A polynomial has about as many half periods as its degree. The filter would also remove
        # it, except at the ends, where the extension of a drift by reflection has a kink.
        degree = min(_HIGHEST_DEGREE, max(1, int(2 * low * length / sampling_rate)))
        _subtract(observations, legvander(np.linspace(-1, 1, length), degree))
    slowest = low or high
    sections = butter(ORDER, edges, kind, output="sos", fs=sampling_rate)
    # Even, since the jump of an odd extension would cause ringing of a high-pass filter.
    _run(observations, sections, sampling_rate / slowest, "even")


def notched(observations: np.ndarray, frequencies: list[float], sampling_rate: float) -> None:
    """Remove frequencies from each channel in place by notch filters, forwards and backwards.

    Parameters
    ----------
    observations : numpy.ndarray
        Shape (time, channel).
    frequencies : list of float
        In Hz, the fundamental first.
    sampling_rate : float
        In Hz.
    """
    from scipy.signal import iirnotch, tf2sos

    width = frequencies[0] * NOTCH_WIDTH
    phase = 2 * np.pi * np.arange(len(observations)) / sampling_rate
    for frequency in frequencies:
        coefficients = iirnotch(frequency, frequency / width, fs=sampling_rate)
        # Constant line noise is removed by least squares first, without transients at the ends.
        waves = np.stack([np.cos(frequency * phase), np.sin(frequency * phase)], axis=1)
        _subtract(observations, waves)
        _run(observations, tf2sos(*coefficients), sampling_rate / width, "odd")


def _run(
    observations: np.ndarray, sections: np.ndarray, period: float, mirror: Literal["even", "odd"]
) -> None:
    """Apply second-order sections to each channel in both directions, in place.

    Both ends are extended by three periods, as far as the length allows.
    """
    from scipy.signal import sosfiltfilt

    pad = min(int(3 * period) + 1, len(observations) - 1)
    for channel in observations.T:
        channel[:] = sosfiltfilt(sections, channel, padtype=mirror, padlen=pad)


def _subtract(observations: np.ndarray, basis: np.ndarray) -> None:
    """Subtract the least-squares fit of `basis`, (time, function), from each channel in place."""
    orthonormal = np.linalg.qr(basis)[0]
    for channel in observations.T:
        channel -= orthonormal @ (orthonormal.T @ channel)
