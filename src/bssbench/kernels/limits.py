"""Which sizes a kernel core is not tried at, by arithmetic alone. No torch here.

A benchmark that waits for a hopeless case to time out learns nothing and holds up the rest. The
costs stand with each core (`bssbench.kernels.catalogue`).
"""

from dataclasses import dataclass
from typing import Literal

from bssbench.kernels.catalogue import CORES

__all__ = [
    "OPERATIONS_PER_SECOND",
    "Exceeded",
    "estimated_seconds",
    "exceeded",
    "held_bytes",
    "operations",
]

OPERATIONS_PER_SECOND = 3e10
"""What one processor of today does in double precision; an assumption, not a measurement."""

_MOST_SECONDS = 30.0
_MOST_BYTES = 4e9


@dataclass(frozen=True)
class Exceeded:
    """A limit that a size exceeds, and a sentence with the arithmetic."""

    limit: Literal["time", "memory"]
    reason: str


def operations(core: str, length: int) -> float:
    """Return about how many operations one series of that length takes, forward and backward."""
    return CORES[core].operations(float(length))


def estimated_seconds(core: str, length: int, series: int) -> float:
    """Return about how many seconds so many series take, forward and backward."""
    return operations(core, length) * series / OPERATIONS_PER_SECOND


def held_bytes(core: str, length: int, series: int, itemsize: int = 4) -> float:
    """Return about how many bytes so many series hold at the peak; `itemsize`: of the data."""
    own = CORES[core]
    return own.held(float(length), itemsize) * series + own.at_work(float(length))


def exceeded(core: str, length: int, series: int, itemsize: int = 4) -> Exceeded | None:
    """Say which limit `series` (replicates times latents) exceed, if any: None is worth trying.

    `itemsize`: bytes of a number of the data.
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
