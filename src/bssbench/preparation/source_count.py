"""How many sources there may be, by the eigenvalues of the channels' correlation matrix."""

from dataclasses import dataclass

import numpy as np

from bssbench.preparation.prepare import Prepared
from bssbench.preparation.rank import correlation_spectrum
from bssbench.preparation.structure import has_structure

__all__ = ["CRITERION", "SourceCount", "suggested_n_sources"]

CRITERION = (
    "the widest gap between consecutive eigenvalues of the correlation matrix (Ahn and Horenstein, "
    "2013) below which there is noise alone; first the minimum description length (Wax and "
    "Kailath, 1985) where structure in time agrees"
)

LEAST_RATIO = 2.0
"""A smaller gap is none: eigenvalues of white noise alone reach such ratios in few samples."""

LEAST_RATIO_OF_FEW = 6.0
"""Nor is a smaller one above fewer than `BULK` directions: they may be a source, unseen."""

BULK = 3
"""So many directions of alike variance below a gap are noise even if it is no white noise: sensors
err alike, sources differ. Fewer must be Gaussian white noise."""

DEVIATIONS = 3.5
"""A direction shows structure if a statistic is so many standard errors from its value for Gaussian
white noise; some 80 are looked at."""

ALIKE = 1.25
"""Eigenvalues are alike if the largest is no more times the smallest, and"""

ALIKE_BY_CHANCE = 1e-3
"""Bartlett's (1951) test that the channels are uncorrelated gives a p above this, with as many
independent samples as the channels' autocorrelations leave."""

# Autocorrelations up to so many lags say how many samples are independent.
_LAGS = 500


@dataclass(frozen=True)
class SourceCount:
    """How many sources the eigenvalues speak for, and the curve that shows it.

    Attributes
    ----------
    number : int or None
        None where nothing speaks for a number.
    criterion : str
        In words.
    eigenvalues : numpy.ndarray
        Shape (channel,), of the correlation matrix, descending.
    ratios : numpy.ndarray
        Shape (rank − 1,): the k-th, from 1, is the k-th eigenvalue by the next one.
    rank : int
        How many directions are above rounding.
    threshold : float or None
        Variance, in channels, that divides sources from noise; None where nothing does.
    reason : str
        Why this number, or why none, in words.
    """

    number: int | None
    criterion: str
    eigenvalues: np.ndarray
    ratios: np.ndarray
    rank: int
    threshold: float | None
    reason: str


def suggested_n_sources(prepared: Prepared) -> SourceCount:
    """Return how many sources the eigenvalues speak for.

    First, if the minimum description length (Wax and Kailath, 1985) and structure agree, that
    number: the directions beyond it are Gaussian white noise, the last within it is none. Else gaps
    between consecutive eigenvalues are tried from the widest on. The first counts below which there
    is noise: every direction is Gaussian white noise, or at least `BULK` are alike, the largest no
    more times the smallest than the gap is wide. Where there is no such gap, and the last direction
    shows structure, as without noise, there are as many sources as directions.

    Parameters
    ----------
    prepared : Prepared
        By `bssbench.preparation.prepare`.
    """
    observations = prepared.observations
    # What the preparation found is not to be doubted here: no rounding below the rank.
    spectrum = correlation_spectrum(observations, np.zeros(observations.shape[1]))
    rank = prepared.rank
    values = np.maximum(spectrum.eigenvalues, np.finfo(np.float64).tiny)
    ratios = values[: rank - 1] / values[1:rank]

    def count(number: int | None, reason: str, threshold: float | None = None) -> SourceCount:
        eigenvalues = spectrum.eigenvalues
        return SourceCount(number, CRITERION, eigenvalues, ratios, rank, threshold, reason)

    if rank == 1:
        return count(1, "there is one direction")
    n_samples = _independent_samples(observations)
    if rank == len(values) and _alike(values, n_samples):
        return count(None, "the channels are uncorrelated: their eigenvalues are alike")
    speaks = [
        has_structure(spectrum.component(observations, index), deviations=DEVIATIONS)
        for index in range(rank)
    ]
    last = 1 + max((index for index, structured in enumerate(speaks) if structured), default=-1)
    if 0 < last < rank and last == _description_length(values[:rank], n_samples):
        what = "shows structure and what follows is Gaussian white noise of one variance"
        return count(last, f"direction {last} {what}", _between(values, last))
    for index in np.argsort(ratios, kind="stable")[::-1].tolist():
        below = values[index + 1 : rank]
        many = len(below) >= BULK
        if ratios[index] < (LEAST_RATIO if many else LEAST_RATIO_OF_FEW):
            continue
        silent = not any(speaks[index + 1 :])
        if silent or (many and below[0] < ratios[index] * below[-1]):
            what = "is Gaussian white noise" if silent else "is alike, as sensors' noise is"
            gap = f"eigenvalue {index + 1} is {ratios[index]:.3g} times the next"
            reason = f"{gap}, and what follows {what}"
            return count(index + 1, reason, _between(values, index + 1))
    if speaks[-1]:
        what = "channels" if rank == len(values) else "directions"
        return count(rank, f"there is no gap above noise: all {rank} {what} count")
    return count(None, "there is no gap between the eigenvalues of sources and of noise")


def _between(eigenvalues: np.ndarray, number: int) -> float:
    """Return the geometric mean of the last eigenvalue that counts and the next."""
    return float(np.sqrt(eigenvalues[number - 1] * eigenvalues[number]))


def _description_length(eigenvalues: np.ndarray, n_samples: float) -> int:
    """Return the number of sources with the minimum description length (Wax and Kailath, 1985).

    It takes the noise to have the same variance in all directions.
    """
    size = len(eigenvalues)
    lengths = []
    for number in range(size):
        rest = eigenvalues[number:]
        misfit = np.log(rest.mean()) - np.log(rest).mean()
        free = number * (2 * size - number)
        lengths.append(n_samples * len(rest) * misfit + 0.5 * free * np.log(n_samples))
    return int(np.argmin(lengths))


def _alike(eigenvalues: np.ndarray, n_samples: float) -> bool:
    """Return whether uncorrelated channels can have such eigenvalues."""
    # scipy.stats, which has it under a clearer name, takes most of a second to import.
    from scipy.special import chdtrc

    if eigenvalues[0] > ALIKE * eigenvalues[-1]:
        return False
    size = len(eigenvalues)
    statistic = -n_samples * float(np.log(eigenvalues).sum())
    return bool(chdtrc(size * (size - 1) / 2, statistic) > ALIKE_BY_CHANCE)


def _independent_samples(observations: np.ndarray) -> float:
    """Return how many independent samples err by as much in a correlation as these do.

    That is T by the sum over all lags of the product of two autocorrelations (Bartlett, 1935), here
    of the mean of the squares over the channels.
    """
    from scipy.fft import irfft, next_fast_len, rfft

    length = len(observations)
    padded = next_fast_len(2 * length, real=True)
    sums = []
    for channel in observations.T:
        power = np.abs(rfft(channel - channel.mean(), padded)) ** 2
        covariances = irfft(power, padded)[1 : min(_LAGS, length // 4) + 1]
        squares = (covariances / (power.mean() or 1.0)) ** 2
        # The square of an autocorrelation that is zero is 1/T in the mean.
        sums.append(1 + 2 * float(np.maximum(squares - 1 / length, 0).sum()))
    return length / float(np.mean(sums))
