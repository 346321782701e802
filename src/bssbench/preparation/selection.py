"""Select channels and rows: leave out those that the user drops, and channels without a signal."""

from collections import defaultdict

import numpy as np

from bssbench.errors import InputError
from bssbench.parameters import closest
from bssbench.preparation.dead_channels import dead_channel
from bssbench.preparation.draft import Draft, called, drop_channels
from bssbench.preparation.rows import PREFIXES, row_name, selected_rows

__all__ = ["check_size", "drop", "leave_out_dead"]


def check_size(draft: Draft, n_sources: int | None) -> None:
    """Check that the size of a recording permits a separation.

    Parameters
    ----------
    draft : Draft
        The recording.
    n_sources : int or None
        Number of sources, if known.

    Raises
    ------
    InputError
        If there is no source, or if there are fewer channels than sources, fewer samples than
        channels, or fewer than 3 samples.
    """
    path, length, n_channels = draft.table.path, int(draft.rows.sum()), len(draft.names)
    if n_sources is not None and n_sources < 1:
        raise InputError(f"--n-sources must be at least 1, not {n_sources}")
    if n_sources is not None and n_channels < n_sources:
        raise InputError(
            f"{path}: {n_channels} channels are fewer than {n_sources} sources; "
            "ask for fewer sources (are rows time and columns channels?)"
        )
    if length < n_channels:
        raise InputError(
            f"{path}: {length} samples are fewer than {n_channels} channels; "
            "rows must be time and columns channels"
        )
    if length < 3:
        raise InputError(f"{path}: {length} samples are too few to separate anything")


def drop(draft: Draft, entries: tuple[str, ...]) -> None:
    """Leave out the channels and rows that the user drops.

    Parameters
    ----------
    draft : Draft
        Changed in place.
    entries : tuple of str
        As `bssbench.preparation.remedies.Remedies.drop`.

    Raises
    ------
    InputError
        If a channel or row does not exist, or if nothing remains.
    """
    channels: dict[int, str] = {}
    for entry in entries:
        if entry not in draft.names and entry.lower().startswith(PREFIXES):
            draft.rows &= ~selected_rows(draft.table, entry)
        else:
            channels[_channel(draft, entry)] = "by --drop"
    if len(channels) == len(draft.names) or not draft.rows.any():
        raise InputError(f"{draft.table.path}: --drop leaves nothing")
    if channels:
        draft.steps.append(f"left out {called([draft.names[index] for index in sorted(channels)])}")
    draft.leave_out(channels)
    if not draft.rows.all():
        rows = np.flatnonzero(~draft.rows)
        draft.values[rows] = np.nan
        draft.steps.append(f"left out {row_name(draft.table, rows)} ({len(rows)} in all)")


def _channel(draft: Draft, entry: str) -> int:
    """Return the index of a channel by its name, ignoring case, or by its number from 1."""
    if entry in draft.names:
        return draft.names.index(entry)
    folded = [name.casefold() for name in draft.names]
    if folded.count(entry.casefold()) == 1:
        return folded.index(entry.casefold())
    if entry.isdecimal() and 1 <= int(entry) <= len(draft.names):
        return int(entry) - 1
    raise InputError(
        f"{draft.table.path}: --drop {entry}: no such channel; {closest(entry, draft.names)}, "
        f"or give a number from 1 to {len(draft.names)}, or rows as in rows:301-420"
    )


def leave_out_dead(
    draft: Draft, n_sources: int | None, known: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """Leave out channels without a signal.

    Channels with two values or with event codes are kept if the number of sources requires them, or
    if fewer than two other channels remain.

    Parameters
    ----------
    draft : Draft
        Changed in place.
    n_sources : int or None
        Number of sources, if known.
    known : tuple of str
        Channels that an earlier call kept; they are not reported again.

    Returns
    -------
    tuple of str
        Channels with two values that are kept.

    Raises
    ------
    InputError
        If no channel remains.
    """
    by_kind: dict[str, dict[int, str]] = defaultdict(dict)
    for index, channel in enumerate(draft.values.T):
        dead = None if draft.names[index] in known else dead_channel(channel)
        if dead is not None:
            by_kind[dead.kind][index] = dead.reason
    switches = by_kind.pop("two-valued", {})
    useless = {index: why for reasons in by_kind.values() for index, why in reasons.items()}
    remaining = len(draft.names) - len(useless) - len(switches)
    kept: tuple[str, ...] = ()
    needed = remaining < (2 if n_sources is None else n_sources)
    if switches and needed:
        kept = tuple(draft.names[index] for index in switches)
        _say(draft, "two-valued", switches, "kept, since the sources need it", drop=True)
    elif switches:
        by_kind["two-valued"] = switches
    for kind, reasons in by_kind.items():
        _say(draft, kind, reasons, "left out", drop=False)
    draft.leave_out({index: why for reasons in by_kind.values() for index, why in reasons.items()})
    if not draft.names:
        raise InputError(f"{draft.table.path}: no channel carries a signal: all are constant")
    return (*known, *kept)


def _say(draft: Draft, kind: str, reasons: dict[int, str], done: str, drop: bool) -> None:
    """Add a finding for each reason, with all its channels."""
    channels_of = defaultdict(list)
    for index, why in reasons.items():
        channels_of[why].append(draft.names[index])
    for why, names in channels_of.items():
        remedy = drop_channels(names) if drop else ""
        draft.find(kind, f"{called(names)} {why}: {done}", names, remedy=remedy)
