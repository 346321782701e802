"""Upsample data to four times their sampling rate, which adds samples but no information."""

from dataclasses import replace
from typing import Any

import numpy as np

from bssbench.datasets.dataset import Dataset

__all__ = ["FACTOR", "upsampled"]

FACTOR = 4

# Parameters in units of samples. Others, such as the coefficients of an autoregression, are valid
# at the original sampling rate only.
_LAWS_IN_SAMPLES = ("length_scale",)


def _resampled(signals: np.ndarray) -> np.ndarray:
    """Interpolate signals of shape (…, time, signal) along time."""
    # Imported here because the import takes a second.
    from scipy.signal import resample_poly

    return np.asarray(resample_poly(signals, FACTOR, 1, axis=-2))


def upsampled(dataset: Dataset, name: str) -> Dataset:
    """Upsample a data set to four times its sampling rate, by polyphase filtering.

    The observations are interpolated including their noise, so that they contain no power above the
    original band. The sources are interpolated and standardised again. Without observations, only
    the name changes.

    Parameters
    ----------
    dataset : Dataset
        The data set at its original rate.
    name : str
        The id of the upsampled data set.

    Returns
    -------
    Dataset
        The upsampled data set.
    """
    if dataset.unavailable:
        return replace(dataset, name=name)
    changes: dict[str, Any] = {}

    def recorded(signals: np.ndarray) -> np.ndarray:
        """Interpolate recorded signals, only once if all replicates are equal."""
        once = _resampled(signals[: 1 if dataset.fixed else None])
        return np.broadcast_to(once, (len(signals), *once.shape[1:]))

    if dataset.sources is not None:
        sources = _resampled(dataset.sources)
        deviation = sources.std(axis=1, keepdims=True)
        changes["sources"] = (sources - sources.mean(axis=1, keepdims=True)) / deviation
        if dataset.mixing_matrix is not None:
            changes["mixing_matrix"] = dataset.mixing_matrix * deviation
    if dataset.reference_signals is not None:
        changes["reference_signals"] = recorded(dataset.reference_signals)
    parameters = dataset.parameters | {"upsampling": FACTOR}
    if "laws" in parameters:
        parameters["laws"] = {
            law: [FACTOR * value for value in values]
            for law, values in parameters["laws"].items()
            if law in _LAWS_IN_SAMPLES
        }
    return replace(
        dataset,
        name=name,
        observations=recorded(dataset.observations),
        sampling_rate=dataset.sampling_rate and FACTOR * dataset.sampling_rate,
        parameters=parameters,
        **changes,
    )
