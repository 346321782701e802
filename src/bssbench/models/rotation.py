"""A rotation of the latents that encoder and decoder share."""

import torch
from torch import nn

__all__ = ["Rotation"]


class Rotation(nn.Module):
    """G = (1 − A/2)⁻¹ (1 + A/2), A = −Aᵀ, turns the encoder's output, and Gᵀ the decoder's input.

    Turning the latents' means changes nothing of what is reconstructed from them, so it is the
    prior that says where they should point. Without G a turn is a joint change of encoder and
    decoder through a valley as steep as the decoder's variance is small, and where priors differ
    little along it (voices, with nearly one speed) training stops half-way, its loss all but at
    rest. With it the turn has coordinates of its own. The posterior's deviations are not turned.
    All replicates start unturned.

    Cayley's form, and not exp(A), whose computation by PyTorch rounds a matrix differently by what
    else is in the batch. To second order in A they are the same.
    """

    def __init__(self, replicates: int, latents: int) -> None:
        super().__init__()
        self.latents = latents
        self.angles = nn.Parameter(torch.zeros(replicates, latents * (latents - 1) // 2))

    def forward(self) -> torch.Tensor:
        """Return G, shape (replicate, latent, latent)."""
        rows, columns = torch.tril_indices(
            self.latents, self.latents, -1, device=self.angles.device
        )
        below = self.angles.new_zeros(len(self.angles), self.latents, self.latents)
        below[:, rows, columns] = self.angles
        half = 0.5 * (below - below.mT)
        identity = torch.eye(self.latents, dtype=half.dtype, device=half.device)
        # As `solve`, but for a replicate whose angles have grown beyond all measure: that would be
        # an error of the whole batch, and so is no number, and nobody else's trouble.
        return torch.linalg.solve_ex(identity - half, identity + half).result
