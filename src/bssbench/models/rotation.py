"""A rotation of the latents, shared by encoder and decoder."""

import torch
from torch import nn

__all__ = ["Rotation"]


class Rotation(nn.Module):
    """Rotation G = (1 − A/2)⁻¹ (1 + A/2), A = −Aᵀ, of the latents.

    G multiplies the encoder's output and Gᵀ the decoder's input. A rotation of the latents' means
    does not change the reconstruction, so that only the prior determines it. Without G, a rotation
    requires a joint change of encoder and decoder along a narrow valley of the objective, which is
    the steeper, the smaller the decoder's variance is. If the prior's preference along this valley
    is weak, as for voices of similar speed, the training stops before it reaches the sources. With
    G, the rotation has its own parameters. The posterior's standard deviations are not rotated. The
    initial rotation is the identity.

    The Cayley transform is used instead of exp(A), whose implementation in PyTorch has rounding
    errors that depend on the rest of the batch. The two agree to second order in A.

    Parameters
    ----------
    replicates, latents : int
        Sizes of the batch.
    """

    def __init__(self, replicates: int, latents: int) -> None:
        super().__init__()
        self.latents = latents
        self.angles = nn.Parameter(torch.zeros(replicates, latents * (latents - 1) // 2))

    def forward(self) -> torch.Tensor:
        """Return G.

        Returns
        -------
        torch.Tensor
            Shape (replicate, latent, latent).
        """
        rows, columns = torch.tril_indices(
            self.latents, self.latents, -1, device=self.angles.device
        )
        below = self.angles.new_zeros(len(self.angles), self.latents, self.latents)
        below[:, rows, columns] = self.angles
        half = 0.5 * (below - below.mT)
        identity = torch.eye(self.latents, dtype=half.dtype, device=half.device)
        # Unlike `solve`, this does not raise an error for the whole batch if the angles of one
        # replicate diverge; its result is then NaN.
        return torch.linalg.solve_ex(identity - half, identity + half).result
