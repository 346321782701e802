"""How finely a channel was recorded: the size of its rounding errors."""

import numpy as np

__all__ = ["grid_step", "rounding_deviation"]

# Decimal digits beyond which numbers are as good as exact: double precision has 15 to 17.
_MOST_DIGITS = 12
# Enough values to know how finely a channel was recorded; evenly spaced in time.
_LOOKED_AT = 20_000
# So many steps must a channel's deviation be for the step to be rounding: else the few levels are
# what it measures.
_FEWEST_STEPS = 2
# Arithmetic in floating point has lost so many times what storing its results loses.
_ARITHMETIC = 5
# Of numbers on a grid so many must be whole multiples of its step, each to within this.
_ON_GRID = 0.999
_OFF_BY = 0.02


def _spread_out(values: np.ndarray) -> np.ndarray:
    """Return at most some `_LOOKED_AT` of the values."""
    return values[:: max(1, len(values) // _LOOKED_AT)]


def grid_step(values: np.ndarray) -> float:
    """Return the step of the grid that values lie on, or 0 where they lie on none.

    The step is the smallest gap between distinct values, if all of them are whole multiples of it
    apart.

    Parameters
    ----------
    values : numpy.ndarray
        Any shape.
    """
    distinct = np.unique(_spread_out(values.ravel()))
    if len(distinct) < 2:
        return 0.0
    gaps = np.diff(distinct)
    # Numbers that are equal but for the arithmetic that they went through.
    resolution = 8 * np.spacing(np.abs(distinct[[0, -1]]).max())
    gaps = gaps[gaps > resolution]
    if not len(gaps):
        return 0.0
    smallest = float(gaps.min())
    # The mean of all gaps that look like one step is better known than one of them.
    step = float(gaps[gaps < 1.5 * smallest].mean())
    multiples = gaps / step
    off = np.abs(multiples - np.round(multiples))
    # The step itself is known to the resolution of the numbers alone.
    within = off < _OFF_BY + multiples * resolution / step
    return step if np.mean(within) >= _ON_GRID else 0.0


def _significant_spacing(values: np.ndarray) -> np.ndarray:
    """Return the spacing of numbers with as many significant digits as these, or zeros.

    So numbers are spaced that were written as by ``%.6g``.
    """
    magnitudes = np.floor(np.log10(np.abs(values)))
    for digits in range(2, _MOST_DIGITS + 1):
        spacing = 10.0 ** (magnitudes - digits + 1)
        multiples = values / spacing
        if np.all(np.abs(multiples - np.round(multiples)) < 1e-9 * np.abs(multiples) + 1e-6):
            return spacing
    return np.zeros(len(values))


def rounding_deviation(values: np.ndarray) -> float:
    """Return the root of the mean square of a channel's rounding errors, in its unit.

    A number rounded to a multiple of q errs by q²/12 in the mean of squares (Bennett, 1948). The
    spacing q is that of the grid that all values lie on, as an analogue-to-digital converter's or
    of fixed decimals; of numbers with few significant digits; of single or half precision, where
    that holds them exactly; or of double precision: the coarsest of these.

    Parameters
    ----------
    values : numpy.ndarray
        Shape (time,); what is not finite is passed over.
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
    # The squares of the smallest numbers would be none.
    return max(
        float(spacing.max() * np.sqrt(np.mean((spacing / spacing.max()) ** 2) / 12))
        for spacing in spacings
        if spacing.max() > 0
    )
