"""Scaling and filters, and the problems that they solve: extreme units, drifts, line noise."""

import numpy as np

from bssbench.preparation.disturbances import find_drift, find_line_noise, harmonics
from bssbench.preparation.draft import Draft, called
from bssbench.preparation.filters import (
    band_passed,
    check_band,
    check_notch,
    detrended,
    notched,
)
from bssbench.preparation.remedies import Remedies

__all__ = ["check_filters", "filter_channels", "find_disturbances", "rescale"]

LARGEST = 1e60
"""Channels with larger values, or values below the inverse, are scaled by a power of ten, so that
squares and their products do not overflow in double precision."""

# The high-pass filter against a drift has this many periods in the recording.
_PERIODS = 4


def rescale(draft: Draft) -> None:
    """Scale channels with extreme units, whose squares would overflow or underflow.

    Parameters
    ----------
    draft : Draft
        Changed in place.
    """
    for index, channel in enumerate(draft.values.T):
        size = np.abs(channel[np.isfinite(channel)]).max(initial=0)
        if size == 0 or 1 / LARGEST <= size <= LARGEST:
            continue
        # In two steps, since the inverse of a tiny power of ten overflows.
        exponent = int(np.floor(np.log10(size)))
        for part in (exponent // 2, exponent - exponent // 2):
            channel /= 10.0**part
            draft.rounding[index] /= 10.0**part
        draft.scale[index] = 10.0**exponent
        name = draft.names[index]
        draft.find("rescaled", f"{called([name])} is divided by 1e{exponent:+d}", [name])
        draft.steps.append(f"divided {called([name])} by 1e{exponent:+d}")


def check_filters(draft: Draft, remedies: Remedies) -> None:
    """Check that the requested filters suit the recording.

    Parameters
    ----------
    draft : Draft
        The recording.
    remedies : Remedies
        The requested filters.

    Raises
    ------
    InputError
        If the sampling rate is unknown, or an edge is above half of it.
    """
    rate = draft.table.sampling_rate
    if remedies.notch is not None:
        check_notch(remedies.notch, rate)
    if remedies.band_pass is not None:
        check_band(remedies.band_pass, rate, len(draft.values))


def filter_channels(draft: Draft, remedies: Remedies) -> None:
    """Apply the requested filters: detrending, notch and band-pass.

    Parameters
    ----------
    draft : Draft
        Changed in place.
    remedies : Remedies
        The requested filters.
    """
    rate = draft.table.sampling_rate
    if remedies.detrend:
        detrended(draft.values, draft.rows)
        draft.steps.append("subtracted each channel's straight line")
    if remedies.notch is not None:
        rate = check_notch(remedies.notch, rate)
        frequencies = harmonics(draft.values, remedies.notch, rate)
        notched(draft.values, frequencies, rate)
        listed = ", ".join(f"{frequency:g}" for frequency in frequencies)
        draft.steps.append(f"cut out {listed} Hz, forwards and backwards")
    if remedies.band_pass is not None:
        rate = check_band(remedies.band_pass, rate, len(draft.values))
        low, high = remedies.band_pass
        band_passed(draft.values, remedies.band_pass, rate)
        # Rounding errors are white, so that their variance is reduced in proportion to the band.
        draft.rounding *= np.sqrt((min(high, rate / 2) - low) / (rate / 2))
        draft.steps.append(f"band-passed {low:g} to {high:g} Hz, forwards and backwards")


def find_disturbances(draft: Draft, remedies: Remedies) -> None:
    """Find drifts and line noise.

    Parameters
    ----------
    draft : Draft
        Findings are added to it.
    remedies : Remedies
        The requested remedies.
    """
    rate = draft.table.sampling_rate
    observations = draft.kept
    drifts = {
        name: drift
        for name, channel in zip(draft.names, observations.T, strict=True)
        if (drift := find_drift(channel)) is not None
    }
    if drifts:
        largest = max(drift.share for drift in drifts.values())
        straight = all(drift.straight for drift in drifts.values()) and not remedies.detrend
        remedy = "--detrend" if straight else _high_pass(len(observations), rate)
        names = list(drifts)
        verb = "drift" if len(names) > 1 else "drifts"
        message = f"{called(names)} {verb}, by up to {largest:.0%} of the variance"
        draft.find("drift", message, names, remedy=remedy)
    if rate is not None:
        _find_hum(draft, observations, rate)


def _high_pass(length: int, sampling_rate: float | None) -> str:
    """Return the option that removes components with few periods in the recording."""
    if sampling_rate is None:
        return "--sampling-rate HZ --band-pass LOW HIGH"
    return f"--band-pass {_PERIODS * sampling_rate / length:.2g} {sampling_rate / 2:g}"


def _find_hum(draft: Draft, observations: np.ndarray, sampling_rate: float) -> None:
    """Find line noise."""
    channels_of: dict[float, list[str]] = {}
    for name, channel in zip(draft.names, observations.T, strict=True):
        frequency = find_line_noise(channel, sampling_rate)
        if frequency is not None:
            channels_of.setdefault(frequency, []).append(name)
    for frequency, names in channels_of.items():
        verb = "hum" if len(names) > 1 else "hums"
        message = f"{called(names)} {verb} at {frequency:g} Hz, as the mains do"
        draft.find("line-noise", message, names, remedy=f"--notch {frequency:g}")
