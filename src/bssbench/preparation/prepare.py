"""From a table to observations that can be separated, and what is doubtful about them."""

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
"""Fewer samples than this times the square of the number of sources are few: an n × n unmixing
matrix is estimated from them (Onton and Makeig, 2006, ask for 20 or more)."""

DUPLICATE = 1e-9
"""Two channels are one if their correlation is closer to ±1 than this."""

# As many samples tell whether there is anything to separate by.
_LOOKED_AT = 200_000
# And of fewer than this nothing can be said.
_FEWEST = 100


@dataclass(frozen=True)
class Prepared:
    """What is separated.

    Attributes
    ----------
    observations : numpy.ndarray
        Shape (time, channel), in double precision, finite.
    names : tuple of str
        Of the channels that were kept.
    rows : numpy.ndarray
        Shape (time,), indices into the table's rows of those that were kept.
    left_out : dict of str to str
        Channels that were left out, and why, in words.
    steps : tuple of str
        What was done, in words, in order.
    findings : tuple of Finding
        What is doubtful, and what was done about it or is to be done.
    rank : int
        How many independent directions the channels span; no more sources can be separated.
    eigenvalues : numpy.ndarray
        Shape (channel,), of the correlation matrix, descending.
    scale : numpy.ndarray
        Shape (channel,): observations × scale are in the file's unit.
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
    """Apply the remedies, leave out what carries no signal, and find what is doubtful.

    In this order: what the user drops goes; dead channels go; samples are filled; the filters run;
    channels that have nothing to do with the others go where they would displace sources.

    Parameters
    ----------
    table : Table
        As it was read; it stays as it is.
    remedies : Remedies
        What the user asks for.
    n_sources : int or None
        How many sources will be looked for; None if that is not known yet, and then no channel
        goes for being unrelated.

    Raises
    ------
    InputError
        If values are missing that the user neither fills nor leaves out, a remedy doesn't fit the
        recording, or nothing remains that can be separated.
    """
    draft = Draft.of(table)
    check_filters(draft, remedies)
    drop(draft, remedies.drop)
    check_size(draft, n_sources)
    switches = leave_out_dead(draft, n_sources)
    repair(draft, remedies.fill)
    # Of a channel that only spiked nothing is left.
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
    """Leave out the channel that has nothing to do with the others; return whether one went."""
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
    """Find what limits the separation: copies, the rank, few samples, nothing to go by."""
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
    """Return white components, shape (component, time), as many as the rank."""
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
