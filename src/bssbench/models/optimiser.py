"""torch's Adam without loading torch's compiler."""

import inspect
from typing import Any

import torch

__all__ = ["Adam"]


class Adam(torch.optim.Adam):
    """torch's Adam, bit for bit, without the wrappers that exclude functions from compilation.

    At the first call, these wrappers load torch's compiler: more than 800 modules, which take more
    than a second and are not used.
    """

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add parameters, as in torch."""
        inspect.unwrap(torch.optim.Adam.add_param_group)(self, param_group)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Reset the gradients, as in torch."""
        inspect.unwrap(torch.optim.Adam.zero_grad)(self, set_to_none)

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """Take a step, as in torch; `closure` is not supported."""
        inspect.unwrap(torch.optim.Adam.step)(self)
