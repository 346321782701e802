"""What the AR-Flow VAEs share: an autoregressive flow on each latent."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from bssbench.methods import Size
from bssbench.methods.vae._variational import VariationalMethod

if TYPE_CHECKING:
    import torch

__all__ = ["FlowMethod"]

_BASES = ("mixture", "normal", "laplace", "spline")


@dataclass(frozen=True)
class FlowMethod(VariationalMethod):
    """A VAE with an autoregressive flow on each latent, or one for all.

    Attributes
    ----------
    order : int
        Number of past samples that a latent's present depends on one by one.
    octaves : int
        Number of blocks of the further past, each twice as long as the one before, that it depends
        on by their means.
    spacing : int
        Samples between one lag and the next; 0 for the rule: as far apart as the observations'
        band allows (see `bssbench.models.time_scales.lag_spacings`).
    layers : int
        Number of autoregressive layers, one upon the other.
    hidden_units : int
        Of a network that the conditional mean has beside its linear part; 0 for none.
    state_dependent_scale : bool
        Whether that network also sets the scale of the innovations.
    network_scale : float
        Of the prior on that network's weights, which keeps it out of what is linear; 0 for none.
    base : str
        Distribution of the innovations: mixture (of four Gaussians), normal, laplace or spline.
    """

    shared: ClassVar[bool] = False

    order: int = 8
    octaves: int = 2
    spacing: int = 0
    layers: int = 1
    hidden_units: int = 16
    state_dependent_scale: bool = True
    network_scale: float = 0.1
    base: str = "mixture"

    def __post_init__(self) -> None:
        super().__post_init__()
        if min(self.order, self.layers) < 1:
            raise ValueError("order and layers must be at least 1")
        if min(self.octaves, self.spacing, self.hidden_units, self.network_scale) < 0:
            raise ValueError(
                "octaves, spacing, hidden_units and network_scale must not be negative"
            )
        if self.octaves and self.order & (self.order - 1):
            raise ValueError(f"with octaves the order must be a power of two, not {self.order}")
        if self.base not in _BASES:
            raise ValueError(f"base must be one of {', '.join(_BASES)}, not {self.base!r}")

    def prior(self, components: np.ndarray, n_latents: int, length: int) -> "torch.nn.Module":
        """Return the flow prior for each seed's restarts."""
        from bssbench.models.time_scales import lag_spacings
        from bssbench.priors.autoregressive_flow import AutoregressiveFlowPrior, FlowForm

        chosen = [self.spacing] * len(components) if self.spacing else lag_spacings(components)
        form = FlowForm(
            self.order,
            self.octaves,
            self.layers,
            self.hidden_units,
            self.state_dependent_scale,
            self.base,
            self.network_scale,
        )
        restarts = self.chosen_restarts(n_latents)
        spacings = [spacing for spacing in chosen for _ in range(restarts)]
        share = length / components.shape[-1]
        return AutoregressiveFlowPrior(spacings, n_latents, form, self.shared, share)

    def megabytes(self, size: Size) -> int:
        """Return an upper estimate of the peak memory: each lag holds two copies of the latents."""
        window = self.chosen_window(size.length)
        restarts = self.chosen_restarts(size.n_sources)
        latents = size.replicates * restarts * window * size.n_sources
        copies = 2 * (self.order + 4 * self.octaves) + 4 * self.hidden_units
        return super().megabytes(size) + int(latents * copies * self.layers * 4 / 1e6)

    def describe(self, prior: Any, kept: np.ndarray) -> dict[str, Any]:
        """State the form of the flow."""
        mean = f"network of {self.hidden_units}" if self.hidden_units else "linear"
        dependent = self.state_dependent_scale and self.hidden_units
        scale = "state-dependent" if dependent else "constant"
        return {
            "flow": f"{self.layers} layer(s), {mean} autoregression of order {self.order} and "
            f"{self.octaves} octaves, {scale} scale, base {self.base}",
            # One for each seed.
            "spacing": [prior.spacings[one] for one in kept],
            "parameters": "shared by all latents" if self.shared else "of each latent",
        }
