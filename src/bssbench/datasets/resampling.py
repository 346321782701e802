"""The same data at four times the rate: more samples, with nothing new in them."""

from dataclasses import replace
from typing import Any

import numpy as np

from bssbench.datasets.dataset import Dataset

__all__ = ["FACTOR", "upsampled"]

FACTOR = 4

# Laws in units of samples. Others, an autoregression's coefficients say, hold at one rate alone.
_LAWS_IN_SAMPLES = ("length_scale",)


def _resampled(signals: np.ndarray) -> np.ndarray:
    """Interpolate signals of shape (…, time, signal) along time."""
    # Imported here: it takes a second, which no other data set should wait for.
    from scipy.signal import resample_poly

    return np.asarray(resample_poly(signals, FACTOR, 1, axis=-2))


def upsampled(dataset: Dataset, name: str) -> Dataset:
    """Return `dataset` at four times its rate, by polyphase filtering.

    The observations are interpolated as they are, noise included: nothing is in them above the
    original band. The sources are interpolated, and standardised again. Without observations
    only the name changes.
    """
    if dataset.unavailable:
        return replace(dataset, name=name)
    changes: dict[str, Any] = {}

    def recorded(signals: np.ndarray) -> np.ndarray:
        """Interpolate what is one recording in all replicates once."""
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
