"""Common names of arrays, fields and columns for rates, times and channel names."""

import math
import re
from typing import Any

import numpy as np

__all__ = ["as_rate", "as_texts", "is_names", "is_rate", "is_time", "plain"]

_RATES = {
    "fs", "fsamp", "fsample", "freqsampling", "rate", "samplefreq", "samplefrequency", "samplerate",
    "samplingfreq", "samplingfrequency", "samplingrate", "sfreq", "sf", "sr", "srate",
}  # fmt: skip
_TIMES = {"t", "time", "times", "timestamp", "timestamps"}
_NAMES = {
    "block0items",  # of pandas in HDF5
    "ch", "chan", "channel", "channellabels", "channelnames", "channels", "chanlabels", "chanlocs",
    "channames", "chlabels", "chnames", "columnnames", "columns", "electrodes", "label", "labels",
    "names", "sensornames", "sensors",
}  # fmt: skip


def plain(name: str) -> str:
    """Return the last part of a dotted name in small letters, without marks between words."""
    return re.sub(r"[^a-z0-9]", "", name.rpartition(".")[2].lower())


def is_rate(name: str) -> bool:
    """Return whether a name is one of a sampling rate, such as ``fs`` or ``sampling_rate``."""
    return plain(name).removesuffix("hz") in _RATES


def is_time(name: str) -> bool:
    """Return whether a name is one of a vector of times, such as ``t``."""
    return plain(name) in _TIMES


def is_names(name: str) -> bool:
    """Return whether a name is one of names of channels, such as ``ch_names``."""
    return plain(name) in _NAMES


def as_rate(value: Any) -> float | None:
    """Return a single positive number as a rate in Hz, and anything else as None."""
    array = np.asarray(value)
    if array.size != 1 or array.dtype.kind not in "fiu":
        return None
    rate = float(array.reshape(-1)[0])
    return rate if math.isfinite(rate) and rate > 0 else None


def as_texts(value: Any) -> list[str] | None:
    """Return names of channels from a list or array of text, or structs with ``labels``."""
    if isinstance(value, dict):
        value = next((value[key] for key in ("labels", "label", "name") if key in value), None)
    if isinstance(value, str):
        # Lines of a MATLAB matrix of characters come as one text if there is one.
        return [value.strip()]
    if isinstance(value, np.ndarray):
        value = value.ravel().tolist()
    if not isinstance(value, list | tuple):
        return None
    texts: list[str] = []
    for each in value:
        if isinstance(each, dict):
            each = next((each[key] for key in ("labels", "label", "name") if key in each), None)
        if isinstance(each, bytes):
            each = each.decode("utf-8", errors="replace")
        if not isinstance(each, str):
            return None
        texts.append(each.strip())
    return texts
