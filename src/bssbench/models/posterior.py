"""The Gaussian posterior of the latents at each time point."""

from dataclasses import dataclass
from itertools import pairwise

import torch

__all__ = ["Posterior"]


@dataclass(frozen=True)
class Posterior:
    """Gaussian q(z_t) = N(μ_t, L_t L_tᵀ), independent over time, with L = D (1 + B).

    D is diagonal; B is strictly lower triangular or zero. With a diagonal covariance, the objective
    favours a decoder whose Jacobian has orthogonal columns (Rolínek et al., 2019; Reizinger et al.,
    2022). The Jacobian of a whitened linear mixture has this property, which stabilises the
    rotation. That of a nonlinear mixture does not, so that latents that mix the sources can have a
    lower objective than the sources.

    Attributes
    ----------
    mean : torch.Tensor
        μ, of shape (replicate, latent, time).
    diagonal : torch.Tensor
        D, of shape (replicate, latent, time) or (replicate, latent, 1).
    below : torch.Tensor or None
        The concatenated rows of B, of shape (replicate, latent · (latent − 1) / 2, time or 1); None
        for zero.
    """

    mean: torch.Tensor
    diagonal: torch.Tensor
    below: torch.Tensor | None = None

    def _rows(self) -> list[torch.Tensor]:
        """Return the rows of B except the first, which is empty."""
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
        """Standard deviations of the latents, with the shape of `diagonal`."""
        relative = self._relative_variance()
        return self.diagonal if relative is None else self.diagonal * relative.sqrt()

    def squared_distance(self, weight: torch.Tensor) -> torch.Tensor:
        """Return E‖W (z_t − μ_t)‖² for a covariance that is constant over time.

        Parameters
        ----------
        weight : torch.Tensor
            W, of shape (replicate, output, latent).

        Returns
        -------
        torch.Tensor
            Shape (replicate,).
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
        """Return a reparameterised draw.

        Parameters
        ----------
        noise : torch.Tensor
            Standard normal, with the shape of `mean`.

        Returns
        -------
        torch.Tensor
            Shape (replicate, latent, time).
        """
        rows = self._rows()
        if rows:
            drawn = [
                noise[:, i] + (row * noise[:, :i]).sum(1) for i, row in enumerate(rows, start=1)
            ]
            noise = torch.stack([noise[:, 0], *drawn], dim=1)
        return self.mean + self.diagonal * noise

    def total_correlation(self) -> torch.Tensor | float:
        """Return the total correlation KL(q(z) ‖ Π q(z_i)), summed over time.

        The divergence from a prior that factorises over latents is the divergence of the product of
        the marginals plus the total correlation.

        Returns
        -------
        torch.Tensor or float
            Shape (replicate,), in nats; 0.0 for a diagonal covariance.
        """
        relative = self._relative_variance()
        if relative is None:
            return 0.0
        repeated = self.mean.shape[-1] / relative.shape[-1]
        return 0.5 * torch.log(relative).sum((1, 2)) * repeated
