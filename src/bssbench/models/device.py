"""The device on which PyTorch computes."""

import torch

from bssbench.errors import MachineError

__all__ = ["usable_device"]


def usable_device(name: str) -> torch.device:
    """Return a device by its name.

    Parameters
    ----------
    name : str
        For instance ``cpu`` or ``cuda``.

    Returns
    -------
    torch.device
        The device.

    Raises
    ------
    MachineError
        If the device cannot be used on this machine.
    """
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        why = str(error).splitlines()[0]
        raise MachineError(f"--device {name}: not usable here ({why}); try cpu") from None
    return device
