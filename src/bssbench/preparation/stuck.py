"""Samples in which a channel is stuck: flat lines, and values clipped at a limit of the range."""

import numpy as np

__all__ = ["clipped_rows", "flat_rows"]

FLAT_SAMPLES = 10
"""Smallest number of equal consecutive samples in a flat line."""

FLAT_FACTOR = 5.0
"""Smallest ratio of a flat line's length to the longest run expected by chance. If neighbours are
equal with probability p, as often in a slow channel with few digits, the longest run in T samples
is about log T / log(1/p) (Erdős and Rényi, 1970)."""

FLAT_STEP = 1e-4
"""Neighbours count as equal within this fraction of the median step between samples."""

FLAT_SHARE = 0.005
"""Smallest fraction of flat samples that causes a warning."""

CLIPPED_SHARE = 0.002
"""Smallest fraction of samples at a limit of the range that count as clipped."""

CLIPPED_FACTOR = 5.0
"""Smallest ratio of the number of samples at a limit to that at any of the ten next values."""


def _runs(equal: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the beginnings and (exclusive) ends of runs of True."""
    padded = np.concatenate([[False], equal, [False]])
    changes = np.flatnonzero(padded[1:] != padded[:-1])
    return changes[::2], changes[1::2]


def flat_rows(values: np.ndarray) -> np.ndarray:
    """Return the rows where a channel is constant for longer than expected by chance.

    The rules are this module's constants.

    Parameters
    ----------
    values : numpy.ndarray
        Shape (time,). NaN is not equal to any value.

    Returns
    -------
    numpy.ndarray
        Indices of rows in ascending order.
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
    """Return the length of the longest run expected by chance.

    The probability of equal neighbours is estimated outside of flat lines: the longest runs, which
    together contain half of all equal steps, are left out.
    """
    descending = np.sort(lengths)[::-1]
    left_out = np.cumsum(descending) <= 0.5 * descending.sum()
    left_out[0] = True
    elsewhere = len(equal) - descending[left_out].sum()
    share = descending[~left_out].sum() / max(1, elsewhere)
    share = min(max(float(share), 1 / len(equal)), 1 - 1 / len(equal))
    return float(np.log(len(equal)) / -np.log(share))


def clipped_rows(values: np.ndarray) -> np.ndarray:
    """Return the rows where a channel is clipped at a limit of its range.

    The rules are this module's constants.

    Parameters
    ----------
    values : numpy.ndarray
        Shape (time,). NaN is ignored.

    Returns
    -------
    numpy.ndarray
        Indices of rows in ascending order.
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
