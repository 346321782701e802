"""The resolution of a channel: the size of its rounding errors."""

import numpy as np

__all__ = ["grid_step", "rounding_deviation"]

# Numbers with more decimal digits count as exact; double precision has 15 to 17.
_MOST_DIGITS = 12
# Number of values, evenly spaced in time, that is used to estimate the resolution.
_LOOKED_AT = 20_000
# Smallest standard deviation of a channel in steps of its grid. Below, the few levels are the
# signal itself and not rounding.
_FEWEST_STEPS = 2
# Error of floating-point arithmetic relative to the rounding of its results.
_ARITHMETIC = 5
# Smallest fraction of gaps that are multiples of a grid's step, and their tolerance.
_ON_GRID = 0.999
_OFF_BY = 0.02


def _spread_out(values: np.ndarray) -> np.ndarray:
    """Return a subsample of about `_LOOKED_AT` values."""
    return values[:: max(1, len(values) // _LOOKED_AT)]


def grid_step(values: np.ndarray) -> float:
    """Return the step of the grid of values.

    The step is the smallest gap between distinct values, if all gaps are multiples of it.

    Parameters
    ----------
    values : numpy.ndarray
        Of any shape.

    Returns
    -------
    float
        0 if the values are not on a grid.
    """
    distinct = np.unique(_spread_out(values.ravel()))
    if len(distinct) < 2:
        return 0.0
    gaps = np.diff(distinct)
    # Gaps below this are due to floating-point arithmetic.
    resolution = 8 * np.spacing(np.abs(distinct[[0, -1]]).max())
    gaps = gaps[gaps > resolution]
    if not len(gaps):
        return 0.0
    smallest = float(gaps.min())
    # The mean of all gaps of one step is more accurate than a single gap.
    step = float(gaps[gaps < 1.5 * smallest].mean())
    multiples = gaps / step
    off = np.abs(multiples - np.round(multiples))
    # The step is known only to the resolution of the numbers.
    within = off < _OFF_BY + multiples * resolution / step
    return step if np.mean(within) >= _ON_GRID else 0.0


def _significant_spacing(values: np.ndarray) -> np.ndarray:
    """Return the spacing of numbers with the same number of significant digits, or zeros.

    Numbers written with a format such as ``%.6g`` have this spacing.
    """
    magnitudes = np.floor(np.log10(np.abs(values)))
    for digits in range(2, _MOST_DIGITS + 1):
        spacing = 10.0 ** (magnitudes - digits + 1)
        multiples = values / spacing
        if np.all(np.abs(multiples - np.round(multiples)) < 1e-9 * np.abs(multiples) + 1e-6):
            return spacing
    return np.zeros(len(values))


def rounding_deviation(values: np.ndarray) -> float:
    """Return the root mean square of a channel's rounding errors.

    Rounding to a multiple of q has a mean squared error of q²/12 (Bennett, 1948). The spacing q is
    the coarsest of these: the step of a grid, as of an analogue-to-digital converter or of fixed
    decimals; the spacing of numbers with few significant digits; that of single or half precision,
    if they represent the values exactly; and that of double precision.

    Parameters
    ----------
    values : numpy.ndarray
        Shape (time,). Values that are not finite are ignored.

    Returns
    -------
    float
        In the channel's unit.
    """
    looked_at = _spread_out(values)
    looked_at = looked_at[np.isfinite(looked_at)]
    nonzero = looked_at[looked_at != 0]
    if not len(nonzero):
        return 0.0
    step = grid_step(looked_at)
    coarse = step > 0 and (looked_at / step).std() < _FEWEST_STEPS
    spacings = [np.array([0.0 if coarse else step]), _ARITHMETIC * np.spacing(np.abs(looked_at))]
    if not coarse and np.abs(nonzero).max() < 1e300 and np.abs(nonzero).min() > 1e-290:
        spacings.append(_significant_spacing(nonzero))
    with np.errstate(over="ignore", under="ignore"):
        for precision in (np.float32, np.float16):
            held = looked_at.astype(precision)
            if np.array_equal(held.astype(np.float64), looked_at):
                spacings.append(_ARITHMETIC * np.spacing(np.abs(held)).astype(np.float64))
    # Normalised, since the squares of the smallest numbers would underflow.
    return max(
        float(spacing.max() * np.sqrt(np.mean((spacing / spacing.max()) ** 2) / 12))
        for spacing in spacings
        if spacing.max() > 0
    )
