"""The posterior of the latents at each time point: a Gaussian."""

from dataclasses import dataclass
from itertools import pairwise

import torch

__all__ = ["Posterior"]


@dataclass(frozen=True)
class Posterior:
    """q(z_t) = N(μ_t, L_t L_tᵀ), independent between times, with L = D (1 + B).

    D is diagonal and B strictly lower triangular, or zero. With a diagonal covariance the objective
    is lowest where the decoder's Jacobian has orthogonal columns (Rolínek et al., 2019; Reizinger
    et al., 2022). After whitening a linear mixture's has, and that steadies the rotation; a
    nonlinear mixture's has not, and latents that mix the sources again can then win.

    Attributes
    ----------
    mean : torch.Tensor
        μ, shape (replicate, latent, time).
    diagonal : torch.Tensor
        D, shape (replicate, latent, time) or (replicate, latent, 1).
    below : torch.Tensor or None
        The rows of B one after the other, shape (replicate, latent · (latent − 1) / 2, time or 1);
        None for zero.
    """

    mean: torch.Tensor
    diagonal: torch.Tensor
    below: torch.Tensor | None = None

    def _rows(self) -> list[torch.Tensor]:
        """Return B's rows but the first, which is empty."""
        if self.below is None:
            return []
        ends = [i * (i + 1) // 2 for i in range(self.mean.shape[1])]
        return [self.below[:, start:end] for start, end in pairwise(ends)]

    def _relative_variance(self) -> torch.Tensor | None:
        """Return the diagonal of (1 + B)(1 + B)ᵀ."""
        rows = [(row**2).sum(1) for row in self._rows()]
        return 1.0 + torch.stack([torch.zeros_like(rows[0]), *rows], dim=1) if rows else None

    @property
    def std(self) -> torch.Tensor:
        """The latents' own deviations, of the shape of `diagonal`."""
        relative = self._relative_variance()
        return self.diagonal if relative is None else self.diagonal * relative.sqrt()

    def squared_distance(self, weight: torch.Tensor) -> torch.Tensor:
        """Return E‖W (z_t − μ_t)‖² of a covariance that is the same at all times.

        From W, (replicate, output, latent), to (replicate,).
        """
        if self.below is None:
            gain = (weight**2).sum(1)
            return (gain * self.diagonal[..., 0] ** 2).sum(1)
        count = self.mean.shape[1]
        rows, columns = torch.tril_indices(count, count, -1, device=weight.device)
        lower = torch.eye(count).to(weight).repeat(len(weight), 1, 1)
        lower[:, rows, columns] = self.below[..., 0]
        return ((weight @ (self.diagonal * lower)) ** 2).sum((1, 2))

    def sample(self, noise: torch.Tensor) -> torch.Tensor:
        """Return a draw, given standard normal noise of the shape of `mean`."""
        rows = self._rows()
        if rows:
            drawn = [
                noise[:, i] + (row * noise[:, :i]).sum(1) for i, row in enumerate(rows, start=1)
            ]
            noise = torch.stack([noise[:, 0], *drawn], dim=1)
        return self.mean + self.diagonal * noise

    def total_correlation(self) -> torch.Tensor | float:
        """Return KL(q(z) ‖ Π q(z_i)), summed over time; shape (replicate,), in nats.

        The divergence from a prior that factorises over latents is that of the product of the
        marginals plus this.
        """
        relative = self._relative_variance()
        if relative is None:
            return 0.0
        repeated = self.mean.shape[-1] / relative.shape[-1]
        return 0.5 * torch.log(relative).sum((1, 2)) * repeated
