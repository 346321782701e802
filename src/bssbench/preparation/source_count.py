"""Estimate the number of sources from the eigenvalues of the channels' correlation matrix."""

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
"""Smallest ratio of eigenvalues at a gap; white noise reaches smaller ratios with few samples."""

LEAST_RATIO_OF_FEW = 6.0
"""Smallest ratio at a gap above fewer than `BULK` directions, which may contain a weak source."""

BULK = 3
"""Number of directions with similar variance below a gap that count as noise even if they are not
white, because sensors have similar noise and sources differ. Fewer directions must be Gaussian
white noise."""

DEVIATIONS = 3.5
"""Number of standard errors by which a statistic must differ from its value for Gaussian white
noise to show structure; about 80 statistics are tested."""

ALIKE = 1.25
"""Largest ratio of the largest to the smallest eigenvalue of similar eigenvalues."""

ALIKE_BY_CHANCE = 1e-3
"""Smallest p-value of similar eigenvalues in Bartlett's (1951) test of uncorrelated channels, with
the number of independent samples that follows from the autocorrelations."""

# Number of lags of autocorrelations that determine the number of independent samples.
_LAGS = 500


@dataclass(frozen=True)
class SourceCount:
    """The estimated number of sources, with the eigenvalues.

    Attributes
    ----------
    number : int or None
        The number; None if there is no estimate.
    criterion : str
        Description of the criterion.
    eigenvalues : numpy.ndarray
        Shape (channel,). Eigenvalues of the correlation matrix in descending order.
    ratios : numpy.ndarray
        Shape (rank − 1,). Each eigenvalue divided by the next.
    rank : int
        Number of directions above rounding errors.
    threshold : float or None
        Eigenvalue that separates sources from noise; None if there is none.
    reason : str
        Reason for the number, or for its absence.
    """

    number: int | None
    criterion: str
    eigenvalues: np.ndarray
    ratios: np.ndarray
    rank: int
    threshold: float | None
    reason: str


def suggested_n_sources(prepared: Prepared) -> SourceCount:
    """Estimate the number of sources from the eigenvalues.

    The number of the minimum description length (Wax and Kailath, 1985) is used if it agrees with
    the structure: all directions beyond it are Gaussian white noise, and its last direction is not.
    Otherwise, gaps between consecutive eigenvalues are tried, the widest first. The first gap with
    only noise below it determines the number. Noise means that every direction is Gaussian white
    noise, or that at least `BULK` directions have a ratio of the largest to the smallest eigenvalue
    below that of the gap. If there is no such gap and the last direction shows structure, as in
    data without noise, the number is that of all directions.

    Parameters
    ----------
    prepared : Prepared
        From `bssbench.preparation.prepare`.

    Returns
    -------
    SourceCount
        The number with its reason.
    """
    observations = prepared.observations
    # The rank from the preparation is kept, so rounding errors are not considered again.
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
    """Return the geometric mean of the last eigenvalue of a source and the next one."""
    return float(np.sqrt(eigenvalues[number - 1] * eigenvalues[number]))


def _description_length(eigenvalues: np.ndarray, n_samples: float) -> int:
    """Return the number of sources with the minimum description length (Wax and Kailath, 1985).

    The criterion assumes noise with the same variance in all directions.
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
    """Return whether the eigenvalues are compatible with uncorrelated channels."""
    # From scipy.special, because importing scipy.stats takes most of a second.
    from scipy.special import chdtrc

    if eigenvalues[0] > ALIKE * eigenvalues[-1]:
        return False
    size = len(eigenvalues)
    statistic = -n_samples * float(np.log(eigenvalues).sum())
    return bool(chdtrc(size * (size - 1) / 2, statistic) > ALIKE_BY_CHANCE)


def _independent_samples(observations: np.ndarray) -> float:
    """Return the number of independent samples with the same standard error of a correlation.

    It is T divided by the sum over all lags of the product of two autocorrelations (Bartlett,
    1935), here the mean of their squares over channels.
    """
    from scipy.fft import irfft, next_fast_len, rfft

    length = len(observations)
    padded = next_fast_len(2 * length, real=True)
    sums = []
    for channel in observations.T:
        power = np.abs(rfft(channel - channel.mean(), padded)) ** 2
        covariances = irfft(power, padded)[1 : min(_LAGS, length // 4) + 1]
        squares = (covariances / (power.mean() or 1.0)) ** 2
        # The expected square of an estimated autocorrelation is 1/T if the true value is zero.
        sums.append(1 + 2 * float(np.maximum(squares - 1 / length, 0).sum()))
    return length / float(np.mean(sums))
