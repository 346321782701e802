"""NAME: a VAE with a new prior.

The name of this file gives the name of the method. Change the prior, above all `divergence`, and
the first line of the docstring of the class, which is shown by `bssbench list methods`. Encoder,
decoder, training and restarts are inherited.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bssbench.methods.vae._variational import VariationalMethod
from bssbench.parameters import parameter

if TYPE_CHECKING:
    import torch

    from bssbench.priors.base import Batch, Prior


@dataclass(frozen=True)
class Method(VariationalMethod):
    """VAE with a first-order autoregression on each latent, its coefficient learned.

    p(z) = N(z_1; 0, 1) Π_{t≥2} N(z_t; a z_{t−1}, 1 − a²), with a separate a for each latent.

    Attributes
    ----------
    largest_coefficient : float
        Upper limit of the initial a.
    """

    # A parameter with its default, the source of the default in one line, and its bounds. Set it by
    # `--set` on the command line or in the file of an experiment, like those of every VAE.
    largest_coefficient: float = parameter(0.98, "chosen by hand; not tuned", above=0)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.largest_coefficient >= 1:
            raise ValueError("largest_coefficient must be less than 1")

    def prior(self, batch: "Batch") -> "Prior":
        """Return the prior of the latents of one batch."""
        # A prior is a module of torch. It is defined here because the import of torch takes two
        # seconds, which would slow down `bssbench list`.
        import torch
        from torch import nn

        from bssbench.priors.base import Prior, expected_negative_entropy

        class Autoregression(Prior):
            """Parameters have a leading replicate axis; replicates are independent."""

            # Other attributes that a prior can set: needs_sample (the divergence is estimated from
            # a draw of the posterior), normalised (whether the prior is a density), relates_times,
            # supports_full_covariance, learning_rate_factor. See bssbench.priors.base.Prior.

            def __init__(self, coefficients: np.ndarray) -> None:
                super().__init__()
                start = torch.tensor(np.arctanh(coefficients), dtype=torch.float32)
                self.raw_coefficient = nn.Parameter(start)

            @property
            def coefficient(self) -> torch.Tensor:
                """Of shape (replicate, latent, 1), within (−1, 1)."""
                return torch.tanh(self.raw_coefficient)[..., None]

            def divergence(
                self, mean: torch.Tensor, std: torch.Tensor, sample: torch.Tensor | None = None
            ) -> torch.Tensor:
                """Return KL(q ‖ p) of shape (replicate,), in nats, for a factorised Gaussian q.

                `mean` is (replicate, latent, time), and so is `std`, or its time axis is 1.
                """
                a, variance = self.coefficient, (std**2).expand(mean.shape)
                innovation_variance = 1.0 - a**2
                # Expectations under q of the exponents of p.
                first = (mean[..., :1] ** 2 + variance[..., :1]).sum(-1)
                squares = (mean[..., 1:] - a * mean[..., :-1]) ** 2
                squares = squares + variance[..., 1:] + a**2 * variance[..., :-1]
                rest = (squares / innovation_variance + torch.log(innovation_variance)).sum(-1)
                length = mean.shape[-1]
                log_density = -0.5 * (first + rest + length * math.log(2.0 * math.pi))
                return expected_negative_entropy(std, length) - log_density.sum(-1)

            @torch.no_grad()
            def sample(self, generator: torch.Generator, length: int) -> torch.Tensor:
                """Draw from the prior; shape (replicate, latent, length)."""
                shape = (*self.raw_coefficient.shape, length)
                noise = torch.randn(shape, generator=generator)
                a = self.coefficient[..., 0]
                series = [noise[..., 0]]
                for time in range(1, length):
                    series.append(a * series[-1] + torch.sqrt(1.0 - a**2) * noise[..., time])
                return torch.stack(series, dim=-1)

            def summary(self) -> "Mapping[str, torch.Tensor]":
                """Return parameters in readable units, each of shape (replicate, latent, …)."""
                return {"coefficient": self.coefficient}

        # Initial values that differ between latents: half-decay lags from the fastest to the
        # slowest source, estimated from the observations.
        fastest, slowest = batch.half_decay_lags.T
        lags = np.geomspace(fastest, slowest, batch.latents, axis=1)
        start = np.minimum(0.5 ** (1.0 / lags), self.largest_coefficient)
        return Autoregression(start).to(batch.device)
