"""Kernel regression with the kernel truncated at a distance w: O(T·w), regular grid.

The series is divided into blocks of at least w samples, so that the regression of a block depends
only on itself and its two neighbours. This takes three products with Toeplitz matrices, which are
the same for all blocks.
"""

from dataclasses import dataclass

import torch

from bssbench.errors import InputError
from bssbench.kernels.stationary import Kernel, Periodic, RationalQuadratic
from bssbench.kernels.time_stamps import require_regular_grid

__all__ = ["BandedWeights", "weigh"]

DEFAULT_TOLERANCE = 1e-6
_SHORTEST_BLOCK = 32


@dataclass(frozen=True)
class _Band:
    """Series whose kernels end within the same block length.

    `series` contains their positions in the flattened batch. `terms`, (series, block), are the
    weights at distances 1 … block, zero beyond each series' own w. `inverse_total`, (series, time),
    is the inverse of the sum of the weights.
    """

    series: torch.Tensor
    terms: torch.Tensor
    inverse_total: torch.Tensor

    def regress(self, data: torch.Tensor) -> torch.Tensor:
        """Return m of shape (series, time) for data of that shape."""
        series, length = data.shape
        block = self.terms.shape[-1]
        blocks = -(-length // block)
        padded = torch.nn.functional.pad(data, (block, block + blocks * block - length))
        padded = padded.reshape(series, blocks + 2, block)
        # Weights at distances −2w … 2w; the block and its neighbours each use a window of them.
        zeros = self.terms.new_zeros(series, 1)
        around = torch.cat([self.terms.flip(-1), zeros, self.terms], dim=-1)
        around = torch.nn.functional.pad(around, (block, block))
        windows = around.unfold(-1, block, 1)
        after, own, before = (
            windows[:, k * block + 1 : (k + 1) * block + 1].flip(1) for k in range(3)
        )
        smoothed = padded[:, 1:-1] @ own
        smoothed = smoothed + padded[:, :-2] @ before
        smoothed = smoothed + padded[:, 2:] @ after
        return smoothed.reshape(series, -1)[:, :length] * self.inverse_total


@dataclass(frozen=True)
class BandedWeights:
    """Truncated weights; each series belongs to one of the bands."""

    bands: tuple[_Band, ...]

    def regress(self, mean: torch.Tensor) -> torch.Tensor:
        """Return m, shape (replicate, latent, time), differentiable in mean and kernel."""
        data = mean.reshape(-1, mean.shape[-1])
        if len(self.bands) == 1:
            return self.bands[0].regress(data).reshape(mean.shape)
        order = torch.cat([band.series for band in self.bands])
        rows = torch.cat([band.regress(data[band.series]) for band in self.bands])
        return rows[torch.argsort(order)].reshape(mean.shape)


def _totals(terms: torch.Tensor, length: int) -> torch.Tensor:
    """Return the sum of the weights at each time, (series, time), from terms (series, reach)."""
    sums = torch.nn.functional.pad(torch.cumsum(terms, dim=-1), (1, 0))[:, :length]
    rest = sums[:, -1:].expand(-1, length - sums.shape[-1])
    before = torch.cat([sums, rest], dim=-1)
    return before + before.flip(-1)


def weigh(
    kernel: Kernel,
    length: int,
    dtype: torch.dtype,
    times: torch.Tensor | None = None,
    tolerance: float = DEFAULT_TOLERANCE,
) -> BandedWeights:
    """Compute the weights of a kernel down to `tolerance` for a regular grid.

    Raises
    ------
    InputError
        If the kernel does not decay, if there are time stamps, or if there are fewer than two
        points.
    """
    require_regular_grid(times, length, core="banded", instead="dense or chunked")
    if isinstance(kernel, Periodic | RationalQuadratic):
        raise InputError(f"core 'banded': a {kernel.name} kernel has no end; take fft or dense")
    flat = kernel.with_parameters(*(p.reshape(-1).to(torch.float64) for p in kernel.parameters))
    reach = flat.reach(tolerance).detach().nan_to_num(nan=1.0)
    reach = reach.ceil().clamp(1, length - 1).to(torch.int64)
    # The next power of two, from each series' own kernel, so that rounding errors do not depend on
    # the rest of the batch.
    blocks = [max(_SHORTEST_BLOCK, 1 << (int(r) - 1).bit_length()) for r in reach.tolist()]
    bands = []
    for block in sorted(set(blocks)):
        members = torch.tensor([i for i, b in enumerate(blocks) if b == block])
        series = members.to(reach.device)
        distance = torch.arange(1, block + 1, dtype=torch.float64, device=reach.device)
        log_values = flat.select((series,)).log_values(distance)
        terms = torch.exp((log_values - log_values[:, :1].detach()).clamp(min=-60.0))
        terms = terms * (distance <= reach[series, None])
        total = _totals(terms, length)
        bands.append(_Band(series, terms.to(dtype), (1.0 / total).to(dtype)))
    return BandedWeights(tuple(bands))
