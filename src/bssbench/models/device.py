"""Where PyTorch computes."""

import torch

from bssbench.errors import MachineError

__all__ = ["usable_device"]


def usable_device(name: str) -> torch.device:
    """Return the device of this name, for instance ``cpu`` or ``cuda``.

    Raises
    ------
    MachineError
        If it can't be used here.
    """
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        why = str(error).splitlines()[0]
        raise MachineError(f"--device {name}: not usable here ({why}); try cpu") from None
    return device
