"""Prepare a table for separation, and find problems of the recording."""

from dataclasses import dataclass

import numpy as np

from bssbench.preparation.conditioning import (
    check_filters,
    filter_channels,
    find_disturbances,
    rescale,
)
from bssbench.preparation.draft import Draft, called, drop_channels
from bssbench.preparation.faults import bridge, repair
from bssbench.preparation.finding import Finding
from bssbench.preparation.rank import Spectrum, correlation_spectrum
from bssbench.preparation.remedies import Remedies
from bssbench.preparation.selection import check_size, drop, leave_out_dead
from bssbench.preparation.structure import is_gaussian_white
from bssbench.preparation.unrelated import find_unrelated
from bssbench.readers.table import Table

__all__ = ["Prepared", "prepare"]

SAMPLES_PER_SQUARE = 30
"""Recommended number of samples divided by the square of the number of sources, since an n × n
unmixing matrix is estimated (Onton and Makeig, 2006, recommend at least 20)."""

DUPLICATE = 1e-9
"""Two channels are copies if their correlation is closer to ±1 than this."""

# Number of samples that is used to test for Gaussian white noise.
_LOOKED_AT = 200_000
# Smallest number of samples for this test.
_FEWEST = 100


@dataclass(frozen=True)
class Prepared:
    """A recording that is ready for separation.

    Attributes
    ----------
    observations : numpy.ndarray
        Shape (time, channel), finite, in double precision.
    names : tuple of str
        Names of the kept channels.
    rows : numpy.ndarray
        Shape (time,). Indices of the kept rows of the table.
    left_out : dict of str to str
        Channels that were left out, with the reason.
    steps : tuple of str
        Descriptions of the steps, in order.
    findings : tuple of Finding
        Problems, with what was done or how to solve them.
    rank : int
        Number of independent directions of the channels, which limits the number of sources.
    eigenvalues : numpy.ndarray
        Shape (channel,). Eigenvalues of the correlation matrix in descending order.
    scale : numpy.ndarray
        Shape (channel,). `observations` times `scale` are in the file's unit.
    """

    observations: np.ndarray
    names: tuple[str, ...]
    rows: np.ndarray
    left_out: dict[str, str]
    steps: tuple[str, ...]
    findings: tuple[Finding, ...]
    rank: int
    eigenvalues: np.ndarray
    scale: np.ndarray


def prepare(table: Table, remedies: Remedies, n_sources: int | None) -> Prepared:
    """Apply remedies, leave out channels without a signal, and find problems.

    The steps are, in this order: leave out what the user drops, leave out dead channels, fill
    samples, apply filters, and leave out unrelated channels that would displace sources.

    Parameters
    ----------
    table : Table
        The table, which is not changed.
    remedies : Remedies
        Remedies requested by the user.
    n_sources : int or None
        Number of sources to estimate; None if unknown, in which case unrelated channels are kept.

    Returns
    -------
    Prepared
        The observations, with findings.

    Raises
    ------
    InputError
        If there are missing values that the user neither fills nor leaves out, if a remedy does not
        suit the recording, or if nothing remains to separate.
    """
    draft = Draft.of(table)
    check_filters(draft, remedies)
    drop(draft, remedies.drop)
    check_size(draft, n_sources)
    switches = leave_out_dead(draft, n_sources)
    repair(draft, remedies.fill)
    # A channel that contained only spikes may now be constant.
    leave_out_dead(draft, n_sources, known=switches)
    bridge(draft)
    rescale(draft)
    filter_channels(draft, remedies)
    find_disturbances(draft, remedies)
    observations = draft.kept
    spectrum = correlation_spectrum(observations, draft.rounding)
    while n_sources is not None and n_sources < len(draft.names):
        if not _leave_out_unrelated(draft, observations, spectrum, n_sources):
            break
        observations = draft.kept
        spectrum = correlation_spectrum(observations, draft.rounding)
    _find_limits(draft, observations, spectrum, n_sources)
    return Prepared(
        observations=np.ascontiguousarray(observations),
        names=tuple(draft.names),
        rows=np.flatnonzero(draft.rows),
        left_out=draft.left_out,
        steps=tuple(draft.steps),
        findings=tuple(draft.findings),
        rank=spectrum.rank,
        eigenvalues=spectrum.eigenvalues,
        scale=draft.scale,
    )


def _leave_out_unrelated(
    draft: Draft, observations: np.ndarray, spectrum: Spectrum, n_sources: int
) -> bool:
    """Leave out a channel that is unrelated to the others; return whether there was one."""
    found = find_unrelated(observations, spectrum, draft.rounding, n_sources)
    if found is None:
        return False
    name = draft.names[found.channel]
    what = (
        f"{called([name])} has nothing to do with the others, which explain "
        f"{found.explained:.1%} of it"
    )
    if not found.dispensable:
        message = f"{what}: kept, since it may be one of the {n_sources} sources"
        draft.find("unrelated", message, [name], remedy=drop_channels([name]))
        return False
    message = (
        f"{what}: left out, for it would take the place of one of the {n_sources} sources "
        f"(--n-sources {len(draft.names)} keeps it)"
    )
    draft.find("unrelated", message, [name])
    draft.leave_out({found.channel: "has nothing to do with the others"})
    return True


def _find_limits(
    draft: Draft, observations: np.ndarray, spectrum: Spectrum, n_sources: int | None
) -> None:
    """Find limits of the separation: copies, the rank, few samples, Gaussian white noise."""
    _find_duplicates(draft, spectrum)
    n_channels = len(draft.names)
    rank = spectrum.rank
    if n_sources is not None and n_sources > rank:
        why = f" ({spectrum.reason})" if spectrum.reason else ""
        message = (
            f"the {n_channels} channels that are kept span {rank} independent directions{why}: "
            f"{rank} sources are separated, not {n_sources}"
        )
        draft.find("rank", message, remedy=f"--n-sources {rank}")
    elif n_sources is None and rank < n_channels:
        message = (
            f"the {n_channels} channels span {rank} independent directions ({spectrum.reason})"
        )
        draft.find("rank", message)
    n_components = min(n_sources or rank, rank)
    length = len(observations)
    if length < SAMPLES_PER_SQUARE * n_components**2:
        message = (
            f"{length} samples are few for {n_components} sources: some "
            f"{SAMPLES_PER_SQUARE * n_components**2} are needed for a result to rely on"
        )
        draft.find("few-samples", message)
    leading = observations[:_LOOKED_AT]
    if rank and length >= _FEWEST and is_gaussian_white(_white(leading, spectrum)):
        draft.find(
            "gaussian-white",
            "the recording can't be told from Gaussian white noise (no autocorrelation, kurtosis, "
            "skewness or changing variance): nothing tells sources apart, whatever is separated",
        )


def _white(observations: np.ndarray, spectrum: Spectrum) -> np.ndarray:
    """Return white components (component, time), as many as the rank."""
    standardised = (observations - observations.mean(axis=0)) / observations.std(axis=0)
    components = spectrum.directions[:, : spectrum.rank].T @ standardised.T
    return components / components.std(axis=1, keepdims=True)


def _find_duplicates(draft: Draft, spectrum: Spectrum) -> None:
    """Find channels that are copies of one another, up to sign and scale."""
    upper = np.triu(np.abs(spectrum.correlation) > 1 - DUPLICATE, k=1)
    seen: set[int] = set()
    for first in range(len(upper)):
        copies = [int(index) for index in np.flatnonzero(upper[first]) if int(index) not in seen]
        if copies and first not in seen:
            names = [draft.names[index] for index in (first, *copies)]
            draft.find("duplicate", f"{called(names)} are copies of one another", names)
        seen.update(copies)
