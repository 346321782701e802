"""Time stamps of a series: a regular grid of step one, or any that do not decrease."""

import torch

from bssbench.errors import InputError

__all__ = ["checked_times", "require_regular_grid"]


def checked_times(times: torch.Tensor | None, length: int, device: torch.device) -> torch.Tensor:
    """Return time stamps of shape (time,) in float64, from zero on; without any, of a regular grid.

    Raises
    ------
    InputError
        If there are fewer than two samples, or the time stamps are not as many, not finite, or
        decrease.
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
    # From the first on: large ones would lose their differences to single precision.
    return times - times[0]


def require_regular_grid(times: torch.Tensor | None, length: int, core: str, instead: str) -> None:
    """Reject time stamps on behalf of a core that is for a regular grid of step one.

    Raises
    ------
    InputError
        If there are time stamps, naming the cores that take them, or fewer than two samples.
    """
    if times is not None:
        raise InputError(
            f"core {core!r} is for a regular grid (no time stamps, units of samples); "
            f"for irregular time stamps take {instead}"
        )
    if length < 2:
        raise InputError(f"a prior over time needs at least 2 samples, not {length}")
