"""Share of the true sources that a linear map of the estimates explains."""

import numpy as np

from bssbench.scores.record import Score

__all__ = ["SCORES", "linear_r2"]


def linear_r2(targets: np.ndarray, predictors: np.ndarray) -> np.ndarray:
    """Return R² of each target, the share of its variance that an affine map explains.

    The map is fitted by least squares and evaluated on the same samples. With estimates as
    predictors and true sources as targets, a value of 1 means that the estimates equal the sources
    up to an invertible linear map, whether they are separated or not.

    Parameters
    ----------
    targets : numpy.ndarray
        Shape (time, target), not constant.
    predictors : numpy.ndarray
        Shape (time, predictor).

    Returns
    -------
    numpy.ndarray
        Shape (target,), from 0 to 1.
    """
    centred = targets - targets.mean(axis=0)
    predictors = predictors - predictors.mean(axis=0)
    # Scaled to unit variance, so that least squares does not treat small predictors as rounding
    # errors.
    deviation = predictors.std(axis=0)
    predictors = predictors / np.where(deviation > 0, deviation, 1.0)
    coefficients, *_ = np.linalg.lstsq(predictors, centred)
    residual = centred - predictors @ coefficients
    return np.asarray(1.0 - residual.var(axis=0) / centred.var(axis=0))


SCORES = (
    Score(
        name="r2",
        compute=lambda replicate: float(linear_r2(replicate.true, replicate.estimated).mean()),
        description="share of the true sources that a linear map of all estimates explains; 1 is "
        "perfect",
        caption="R² of a linear map from all estimates to the true sources (higher is better)",
        tolerance=0.01,
        position=16,
    ),
)
