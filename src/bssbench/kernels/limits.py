"""Limits on the sizes at which a kernel core is measured. Does not import torch.

The limits follow from the costs in `bssbench.kernels.catalogue`, so that a benchmark does not have
to wait for a timeout.
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
"""Assumed speed of one processor core in double precision; not measured."""

_MOST_SECONDS = 30.0
_MOST_BYTES = 4e9


@dataclass(frozen=True)
class Exceeded:
    """The limit that a size exceeds, and the reason with numbers."""

    limit: Literal["time", "memory"]
    reason: str


def operations(core: str, length: int) -> float:
    """Return the approximate number of operations of one series, forward and backward.

    Parameters
    ----------
    core : str
        The core's name.
    length : int
        Number of samples.

    Returns
    -------
    float
        Number of operations.
    """
    return CORES[core].operations(float(length))


def estimated_seconds(core: str, length: int, series: int) -> float:
    """Return the approximate time of a forward and a backward pass.

    Parameters
    ----------
    core : str
        The core's name.
    length : int
        Number of samples.
    series : int
        Number of series, replicates times latents.

    Returns
    -------
    float
        Seconds.
    """
    return operations(core, length) * series / OPERATIONS_PER_SECOND


def held_bytes(core: str, length: int, series: int, itemsize: int = 4) -> float:
    """Return the approximate peak memory.

    Parameters
    ----------
    core : str
        The core's name.
    length : int
        Number of samples.
    series : int
        Number of series, replicates times latents.
    itemsize : int, default=4
        Bytes per value of the data.

    Returns
    -------
    float
        Bytes.
    """
    own = CORES[core]
    return own.held(float(length), itemsize) * series + own.at_work(float(length))


def exceeded(core: str, length: int, series: int, itemsize: int = 4) -> Exceeded | None:
    """Return the limit that a size exceeds, or None if it exceeds none.

    Parameters
    ----------
    core : str
        The core's name.
    length : int
        Number of samples.
    series : int
        Number of series, replicates times latents.
    itemsize : int, default=4
        Bytes per value of the data.

    Returns
    -------
    Exceeded or None
        The limit with its reason.
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
