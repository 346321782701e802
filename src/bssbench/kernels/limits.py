"""Which sizes a kernel core is not tried at, by arithmetic alone. No torch here.

A benchmark that waits for a hopeless case to time out learns nothing and holds up the rest. The
counts are rough: the leading power of T, forward and backward, with factors that make them agree
with measurements within a factor of a few.
"""

from dataclasses import dataclass
from typing import Literal

__all__ = [
    "INDUCING_POINTS",
    "OPERATIONS_PER_SECOND",
    "Exceeded",
    "exceeded",
    "held_bytes",
    "operations",
]

INDUCING_POINTS = 128
"""How many of them the sparse bound uses if nothing else is said."""

OPERATIONS_PER_SECOND = 3e10
"""What one processor of today does in double precision; an assumption, not a measurement."""

_MOST_SECONDS = 30.0
_MOST_BYTES = 4e9


@dataclass(frozen=True)
class Exceeded:
    """A limit that a size exceeds.

    Attributes
    ----------
    limit : str
        ``time`` or ``memory``.
    reason : str
        A sentence with the arithmetic.
    """

    limit: Literal["time", "memory"]
    reason: str


def operations(core: str, length: int) -> float:
    """Return about how many operations one series of that length takes, forward and backward."""
    square, cube = float(length) ** 2, float(length) ** 3
    counts = {
        "cholesky": 3 * cube,
        # Above 800, conjugate gradients for as many right-hand sides as there are samples.
        "gpytorch": 40 * cube if length > 800 else 6 * cube,
        "gpytorch-cholesky": 6 * cube,
        "toeplitz": 30 * square,
        "inducing": 30.0 * length * INDUCING_POINTS**2,
        "markovian": 2e4 * length,
        "dense": 300 * square,
        "chunked": 300 * square,
        "banded": 5e3 * length,
        "fft": 1e3 * length,
    }
    return counts[core]


def held_bytes(core: str, length: int, series: int, itemsize: int = 4) -> float:
    """Return about how many bytes so many series hold at the peak; `itemsize`: of the data."""
    square = float(length) ** 2
    for_each = {
        "cholesky": 12 * square,
        "gpytorch": 40 * square,
        "gpytorch-cholesky": 40 * square,
        "toeplitz": 400.0 * length,
        "inducing": 80.0 * length * INDUCING_POINTS,
        "markovian": 1.2e3 * length,
        "dense": itemsize * square,
        "chunked": 100.0 * length,
        "banded": 200.0 * length,
        "fft": 200.0 * length,
    }
    # Series are factorised one after the other: these matrices are needed once.
    at_work = 48 * square if core == "cholesky" else 0.0
    return for_each[core] * series + at_work


def exceeded(core: str, length: int, series: int, itemsize: int = 4) -> Exceeded | None:
    """Say which limit a size exceeds, if any.

    Parameters
    ----------
    core : str
        The core's name.
    length : int
        Number of samples T.
    series : int
        Replicates times latents.
    itemsize : int
        Bytes of a number of the data.

    Returns
    -------
    Exceeded or None
        None if the size is worth trying.
    """
    held = held_bytes(core, length, series, itemsize)
    if held > _MOST_BYTES:
        reason = f"about {held / 1e9:.3g} GB at T = {length}; the limit is {_MOST_BYTES / 1e9:g} GB"
        return Exceeded("memory", reason)
    needed = operations(core, length) * series
    if needed > _MOST_SECONDS * OPERATIONS_PER_SECOND:
        reason = (
            f"about {needed:.1e} operations at T = {length}, more than "
            f"{_MOST_SECONDS:g} s at {OPERATIONS_PER_SECOND:.0e} per second"
        )
        return Exceeded("time", reason)
    return None
