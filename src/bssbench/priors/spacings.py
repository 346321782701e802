"""Replicates whose samples are looked at different distances apart."""

import torch

__all__ = ["Rows", "deinterleaved", "interleaved", "rows_by_spacing"]

Rows = slice | torch.Tensor
"""Some of the replicates: all, or by their indices."""


def rows_by_spacing(spacings: tuple[int, ...], device: torch.device) -> list[tuple[int, Rows]]:
    """Return each spacing with the replicates that have it: all as a slice, which copies nothing.

    Parameters
    ----------
    spacings : tuple of int
        One per replicate, in samples.
    device : torch.device
        Where the replicates are.
    """
    distinct = sorted(set(spacings))
    if len(distinct) == 1:
        return [(distinct[0], slice(None))]
    own = torch.tensor(spacings, device=device)
    return [(spacing, (own == spacing).nonzero()[:, 0]) for spacing in distinct]


def interleaved(series: torch.Tensor, spacing: int) -> torch.Tensor:
    """Return as series of their own the `spacing` ones that each series is interleaved from.

    Parameters
    ----------
    series : torch.Tensor
        Shape (replicate, latent, time); `spacing` divides the time.
    spacing : int
        How many.

    Returns
    -------
    torch.Tensor
        Shape (replicate, latent · spacing, time / spacing).
    """
    replicates, latents, length = series.shape
    split = series.reshape(replicates, latents, length // spacing, spacing).mT
    return split.reshape(replicates, latents * spacing, length // spacing)


def deinterleaved(series: torch.Tensor, spacing: int) -> torch.Tensor:
    """Undo `interleaved`."""
    replicates, all_series, length = series.shape
    split = series.reshape(replicates, all_series // spacing, spacing, length).mT
    return split.reshape(replicates, all_series // spacing, length * spacing)
