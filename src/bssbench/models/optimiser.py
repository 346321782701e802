"""torch's Adam without torch's compiler."""

import inspect
from typing import Any

import torch

__all__ = ["Adam"]


class Adam(torch.optim.Adam):
    """Adam as torch has it, to the last bit, with what is never compiled left as it is.

    torch wraps an optimiser's functions in what keeps its compiler away from them, and that loads
    the compiler at the first call: 800 modules and more than a second, of which nothing is used.
    """

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add parameters, as torch does."""
        inspect.unwrap(torch.optim.Adam.add_param_group)(self, param_group)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients, as torch does."""
        inspect.unwrap(torch.optim.Adam.zero_grad)(self, set_to_none)

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """Take a step, as torch does; no `closure`."""
        inspect.unwrap(torch.optim.Adam.step)(self)
