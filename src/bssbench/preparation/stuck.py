"""Samples in which a channel is stuck: flat lines, and values clipped at an end of the range."""

import numpy as np

__all__ = ["clipped_rows", "flat_rows"]

FLAT_SAMPLES = 10
"""A flat line has at least so many equal samples in a row, and at least `FLAT_FACTOR` times as
many as chance gives."""

FLAT_FACTOR = 5.0
"""Where neighbours are equal with probability p, as they often are in a slow channel of few
digits, the longest run among T samples is about log T / log(1/p) (Erdős and Rényi, 1970)."""

FLAT_STEP = 1e-4
"""Neighbours count as equal within this share of the median step from sample to sample."""

FLAT_SHARE = 0.005
"""A flat line that is worth a warning is at least this share of the samples."""

CLIPPED_SHARE = 0.002
"""Clipped are at least this share of the samples, all at the one end of the range, at least
`CLIPPED_FACTOR` times as many as at any of the ten values next to it."""

CLIPPED_FACTOR = 5.0


def _runs(equal: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where runs of True begin and end (exclusive)."""
    padded = np.concatenate([[False], equal, [False]])
    changes = np.flatnonzero(padded[1:] != padded[:-1])
    return changes[::2], changes[1::2]


def flat_rows(values: np.ndarray) -> np.ndarray:
    """Return the rows, ascending, where a channel stands still for longer than by chance.

    The rules are this module's constants.

    Parameters
    ----------
    values : numpy.ndarray
        Shape (time,); NaN is equal to nothing.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        steps = np.abs(np.diff(values))
    moving = steps[(steps > 0) & np.isfinite(steps)]
    if not len(moving):
        return np.empty(0, dtype=np.int64)
    equal = steps <= FLAT_STEP * np.median(moving)
    begins, ends = _runs(equal)
    if not len(begins) or (ends - begins).max() < FLAT_SAMPLES - 1:
        return np.empty(0, dtype=np.int64)
    lengths = ends - begins
    longest = _longest_by_chance(equal, lengths)
    flat = lengths >= max(FLAT_SAMPLES - 1, FLAT_FACTOR * longest)
    # A run of n equal steps is one of n + 1 equal samples.
    stretches = [np.arange(b, e + 1) for b, e in zip(begins[flat], ends[flat], strict=True)]
    rows = np.concatenate(stretches) if stretches else np.empty(0, dtype=np.int64)
    return rows if len(rows) >= FLAT_SHARE * len(values) else rows[:0]


def _longest_by_chance(equal: np.ndarray, lengths: np.ndarray) -> float:
    """Return how long a run is to be expected, judged by the shorter ones.

    Flat lines are to be judged by how the channel is elsewhere: the longest runs that together make
    up half of all equal steps are not counted, unless nothing else remains.
    """
    descending = np.sort(lengths)[::-1]
    left_out = np.cumsum(descending) <= 0.5 * descending.sum()
    left_out[0] = True
    elsewhere = len(equal) - descending[left_out].sum()
    share = descending[~left_out].sum() / max(1, elsewhere)
    share = min(max(float(share), 1 / len(equal)), 1 - 1 / len(equal))
    return float(np.log(len(equal)) / -np.log(share))


def clipped_rows(values: np.ndarray) -> np.ndarray:
    """Return the rows, ascending, where a channel is at an end of its range as if cut off there.

    The rules are this module's constants.

    Parameters
    ----------
    values : numpy.ndarray
        Shape (time,); NaN is passed over.
    """
    finite = values[np.isfinite(values)]
    clipped = np.zeros(len(values), dtype=bool)
    if len(finite) < FLAT_SAMPLES:
        return np.flatnonzero(clipped)
    for end in (finite.min(), finite.max()):
        at_end = values == end
        count = int(at_end.sum())
        if count < max(FLAT_SAMPLES, CLIPPED_SHARE * len(finite)):
            continue
        distinct, counts = np.unique(finite, return_counts=True)
        beside = counts[1:11] if end == distinct[0] else counts[-11:-1]
        if len(distinct) > 32 and count >= CLIPPED_FACTOR * beside.max(initial=0):
            clipped |= at_end
    return np.flatnonzero(clipped)
