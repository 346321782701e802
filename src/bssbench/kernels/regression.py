"""Kernel regression on a regular grid, leave-one-out, by the fast Fourier transform.

The prior mean of a latent at time t is the Nadaraya–Watson regression of its other time points,

    m(t) = Σ_{s≠t} k_h(t−s) μ(s) / Σ_{s≠t} k_h(t−s),    k_h(d) = exp(−d² / 2h²),

two convolutions, of which the denominator does not depend on μ.
"""

from dataclasses import dataclass

import torch
from scipy.fft import next_fast_len

__all__ = ["RegressionWeights", "leave_one_out_mean", "regression_weights"]


@dataclass(frozen=True)
class RegressionWeights:
    """The part of a kernel regression that depends on bandwidths and length alone.

    Attributes
    ----------
    transform : torch.Tensor
        Shape (…, frequency), the real transform of the kernel without its own point, zero-padded.
    inverse_total : torch.Tensor
        Shape (…, time), one over the sum of the weights at each time.
    period : int
        Length of the padded transforms.
    """

    transform: torch.Tensor
    inverse_total: torch.Tensor
    period: int


def regression_weights(
    bandwidth: torch.Tensor, length: int, dtype: torch.dtype = torch.float32
) -> RegressionWeights:
    """Prepare the leave-one-out regression for fixed bandwidths.

    Parameters
    ----------
    bandwidth : torch.Tensor
        Shape (…), in samples, positive.
    length : int
        Number of samples T, at least 2.
    dtype : torch.dtype
        Of the result; the preparation itself is in float64.

    Notes
    -----
    The kernel is kept whole, whatever its bandwidth: cutting its tail where the widest of a batch
    allows would make a replicate's rounding depend on the others.
    """
    period = next_fast_len(2 * length - 1, real=True)
    h = bandwidth.to(torch.float64)[..., None]
    d = torch.arange(1, length, dtype=torch.float64, device=bandwidth.device)
    # Relative to the nearest neighbour's weight, which cancels in the ratio: otherwise a bandwidth
    # far below one sample would divide zero by zero.
    one_sided = torch.exp(-0.5 * (d**2 - 1.0) / h**2)
    kernel = torch.zeros((*bandwidth.shape, period), dtype=torch.float64, device=bandwidth.device)
    kernel[..., 1:length] = one_sided
    kernel[..., period - length + 1 :] += one_sided.flip(-1)
    # The weights before t are a partial sum of the kernel, those after t the same from the end.
    before = torch.nn.functional.pad(torch.cumsum(one_sided, dim=-1), (1, 0))
    total = before + before.flip(-1)
    # The kernel is symmetric, so its transform is real.
    transform = torch.fft.rfft(kernel).real
    return RegressionWeights(transform.to(dtype), (1.0 / total).to(dtype), period)


def leave_one_out_mean(mean: torch.Tensor, weights: RegressionWeights) -> torch.Tensor:
    """Regress each time point on the others.

    Parameters
    ----------
    mean : torch.Tensor
        Shape (replicate, latent, time).
    weights : RegressionWeights
        For as many time points, shapes broadcasting against `mean`.

    Returns
    -------
    torch.Tensor
        Shape (replicate, latent, time).
    """
    spectrum = torch.fft.rfft(mean, n=weights.period)
    smoothed = torch.fft.irfft(spectrum * weights.transform, n=weights.period)
    return smoothed[..., : mean.shape[-1]] * weights.inverse_total
