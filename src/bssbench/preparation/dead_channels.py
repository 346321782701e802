"""Channels without a signal: empty, constant, nearly constant, or switches and event codes."""

from dataclasses import dataclass

import numpy as np

from bssbench.preparation.rounding import grid_step

__all__ = ["DeadChannel", "dead_channel"]

NEARLY_CONSTANT = 1e-9
"""A channel is nearly constant if its range is at most this fraction of its magnitude.

The relative precision is about 1e-16 in double and 6e-8 in single precision. A smaller range than
this constant is due to arithmetic, because no sensor has as many digits.
"""

RARELY_CHANGES = 0.01
"""A channel is nearly constant if less than this fraction of its samples differ from one value."""

MOST_CODES = 32
"""Largest number of distinct whole numbers that can be event codes.

They are event codes if they rarely change (`CODES_CHANGE`) or are mostly at one value
(`CODES_REST`).
"""

CODES_CHANGE = 0.05
"""Event codes change between consecutive samples less often than this fraction."""

CODES_REST = 0.8
"""Event codes have one value in at least this fraction of the samples."""

# Number of samples that suffices to recognise a signal with many values.
_LOOKED_AT = 4096


@dataclass(frozen=True)
class DeadChannel:
    """Why a channel has no signal.

    Attributes
    ----------
    kind : str
        ``empty``, ``constant``, ``nearly-constant`` or ``two-valued``.
    reason : str
        Text that continues "channel F3".
    """

    kind: str
    reason: str


def dead_channel(values: np.ndarray) -> DeadChannel | None:
    """Return why a channel has no signal.

    The rules are this module's constants. Missing values are ignored.

    Parameters
    ----------
    values : numpy.ndarray
        Shape (time,).

    Returns
    -------
    DeadChannel or None
        None if the channel may have a signal.
    """
    finite = values[np.isfinite(values)]
    if not len(finite):
        return DeadChannel("empty", "has no number")
    lowest, highest = finite.min(), finite.max()
    if lowest == highest:
        return DeadChannel("constant", f"is constant ({lowest:g})")
    # Halves, since the difference of the largest numbers overflows.
    if highest / 2 - lowest / 2 <= NEARLY_CONSTANT / 2 * max(abs(lowest), abs(highest)):
        return DeadChannel(
            "nearly-constant",
            f"is nearly constant ({lowest:g}, to within {highest - lowest:.1e})",
        )
    return _few_valued(finite)


def _few_valued(finite: np.ndarray) -> DeadChannel | None:
    """Return why a channel with few distinct values has no signal, or None."""
    # A subsample usually shows that there are many values; sorting a million would be slow.
    stride = max(1, len(finite) // _LOOKED_AT)
    if len(np.unique(finite[::stride])) > MOST_CODES:
        return None
    values, counts = np.unique(finite, return_counts=True)
    rest = float(counts.max() / len(finite))
    common = values[counts.argmax()]
    if len(values) == 2 and len(finite) > 4:
        return DeadChannel("two-valued", f"has two values alone ({values[0]:g} and {values[1]:g})")
    if 1 - rest < RARELY_CHANGES and len(finite) >= 2 / RARELY_CHANGES:
        changed = len(finite) - counts.max()
        return DeadChannel(
            "nearly-constant",
            f"is nearly constant ({common:g} but for {changed} of {len(finite)} samples)",
        )
    step = grid_step(values)
    if step and finite.std() < step / 2:
        return DeadChannel(
            "nearly-constant", f"is nearly constant ({common:g}, to within its rounding)"
        )
    whole = bool(np.all(values == np.round(values)))
    changes = float(np.mean(np.diff(finite) != 0))
    if whole and len(values) <= MOST_CODES and (rest >= CODES_REST or changes < CODES_CHANGE):
        return DeadChannel("two-valued", f"looks like event codes ({len(values)} whole numbers)")
    return None
