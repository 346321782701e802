"""How much of the truth is in the estimates up to a linear map: whether it is lost, or mixed."""

import numpy as np

from bssbench.scores.record import Score

__all__ = ["SCORES", "linear_r2"]


def linear_r2(targets: np.ndarray, predictors: np.ndarray) -> np.ndarray:
    """Return each target's R², the share of its variance that an affine map of predictors explains.

    The shape is (target,), the values in [0, 1]. The map is fitted by least squares on the very
    samples it is judged on. With estimates as predictors of true sources, one means that estimates
    are the sources up to an invertible linear map: nothing is lost, whether it is separated or not.

    Parameters
    ----------
    targets : numpy.ndarray
        Shape (time, target), none of them constant.
    predictors : numpy.ndarray
        Shape (time, predictor).
    """
    centred = targets - targets.mean(axis=0)
    predictors = predictors - predictors.mean(axis=0)
    # Scale is no reason for least squares to take a predictor for a rounding error.
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
