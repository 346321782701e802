"""What an autoregression sees of a past: single lags, then means over ever longer blocks."""

import torch
from torch import nn

__all__ = ["feature_lags", "past_features"]


def feature_lags(order: int, octaves: int) -> list[range]:
    """Return the lags, in units of the spacing, that each feature is the mean of.

    The last `order` samples one by one; then blocks, each as long as the stretch before it: one
    octave of lags more, for which the order must be a power of two. So a memory of 64 samples takes
    11 coefficients, and a slow source seen through noise is averaged, which single lags are too few
    for. The idea is that of multi-scale autoregressions (Basseville et al., 1992; Corsi's HAR
    model, 2009).
    """
    lags = [range(lag, lag + 1) for lag in range(1, order + 1)]
    return lags + [range(order * 2**k + 1, order * 2 ** (k + 1) + 1) for k in range(octaves)]


def past_features(
    series: torch.Tensor, order: int, octaves: int, spacing: int
) -> list[torch.Tensor]:
    """Return each feature of `feature_lags` at all times, with zeros before the start.

    Each has the shape of `series`, (…, time); lags are `spacing` samples apart.
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
        # Twice the width by one addition: a block's mean is that of its two halves.
        while width < order * 2**octave:
            earlier = nn.functional.pad(block, (width * spacing, 0))[..., : block.shape[-1]]
            block, width = 0.5 * (block + earlier), 2 * width
        features.append(delayed(block, width + 1))
    return features
