"""Time stamps of a series: a regular grid of step 1, or any nondecreasing sequence."""

import torch

from bssbench.errors import InputError

__all__ = ["checked_times", "require_regular_grid"]


def checked_times(times: torch.Tensor | None, length: int, device: torch.device) -> torch.Tensor:
    """Return valid time stamps, shifted to start at zero.

    Parameters
    ----------
    times : torch.Tensor or None
        Shape (time,); None for a regular grid of step 1.
    length : int
        Number of samples.
    device : torch.device
        Device of the result.

    Returns
    -------
    torch.Tensor
        Shape (time,), in float64.

    Raises
    ------
    InputError
        If there are fewer than two samples, or if the time stamps have the wrong number, are not
        finite, or decrease.
    """
    if length < 2:
        raise InputError(f"a prior over time needs at least 2 samples, not {length}")
    if times is None:
        return torch.arange(length, dtype=torch.float64, device=device)
    times = times.to(device, torch.float64)
    if times.shape != (length,):
        raise InputError(f"time stamps of shape {tuple(times.shape)} for {length} samples")
    if not torch.isfinite(times).all() or (torch.diff(times) < 0).any():
        raise InputError("time stamps must be finite and must not decrease; sort the samples")
    # Shifted to start at zero, since large values would lose their differences in single precision.
    return times - times[0]


def require_regular_grid(times: torch.Tensor | None, length: int, core: str, instead: str) -> None:
    """Raise an error if a core for regular grids is given time stamps.

    Parameters
    ----------
    times : torch.Tensor or None
        Time stamps.
    length : int
        Number of samples.
    core : str
        Name of the core.
    instead : str
        Cores that support time stamps, for the message.

    Raises
    ------
    InputError
        If there are time stamps or fewer than two samples.
    """
    if times is not None:
        raise InputError(
            f"core {core!r} is for a regular grid (no time stamps, units of samples); "
            f"for irregular time stamps take {instead}"
        )
    if length < 2:
        raise InputError(f"a prior over time needs at least 2 samples, not {length}")
