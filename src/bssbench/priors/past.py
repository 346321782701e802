"""Features of the past in an autoregression: single lags, then means over longer blocks."""

import torch
from torch import nn

__all__ = ["feature_lags", "past_features"]


def feature_lags(order: int, octaves: int) -> list[range]:
    """Return the lags over which each feature is the mean, in units of the spacing.

    The first features are the last `order` samples. Each further feature is the mean of a block of
    older samples, as long as all lags before it, so that each block doubles the memory. A memory of
    64 samples then needs only 11 coefficients, and averaging reduces the noise on slow sources. The
    same idea underlies multi-scale autoregressions (Basseville et al., 1992) and the HAR model
    (Corsi, 2009).

    Parameters
    ----------
    order : int
        Number of single lags; a power of two if `octaves` is positive.
    octaves : int
        Number of blocks.

    Returns
    -------
    list of range
        One range of lags for each feature.
    """
    lags = [range(lag, lag + 1) for lag in range(1, order + 1)]
    return lags + [range(order * 2**k + 1, order * 2 ** (k + 1) + 1) for k in range(octaves)]


def past_features(
    series: torch.Tensor, order: int, octaves: int, spacing: int
) -> list[torch.Tensor]:
    """Return each feature of `feature_lags` at all times, with zeros before the start.

    Parameters
    ----------
    series : torch.Tensor
        Shape (…, time).
    order, octaves : int
        As for `feature_lags`.
    spacing : int
        Spacing of the lags, in samples.

    Returns
    -------
    list of torch.Tensor
        One tensor of shape (…, time) for each feature.
    """
    length = series.shape[-1]
    reach = order * 2**octaves * spacing
    padded = nn.functional.pad(series, (reach, 0))

    def delayed(values: torch.Tensor, lag: int) -> torch.Tensor:
        start = reach - lag * spacing
        return values[..., start : start + length]

    features = [delayed(padded, lag) for lag in range(1, order + 1)]
    block, width = padded, 1
    for octave in range(octaves):
        # One addition doubles the width: the mean of a block is the mean of its two halves.
        while width < order * 2**octave:
            earlier = nn.functional.pad(block, (width * spacing, 0))[..., : block.shape[-1]]
            block, width = 0.5 * (block + earlier), 2 * width
        features.append(delayed(block, width + 1))
    return features
