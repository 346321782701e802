"""Find samples that are missing or invalid, and fill them if requested."""

import numpy as np

from bssbench.errors import InputError
from bssbench.preparation.draft import Draft, called, drop_channels
from bssbench.preparation.filling import filled
from bssbench.preparation.outliers import find_codes, find_spikes
from bssbench.preparation.rounding import rounding_deviation
from bssbench.preparation.rows import drop_option, row_name
from bssbench.preparation.stuck import clipped_rows, flat_rows

__all__ = ["bridge", "repair"]

LONGEST_FILLED = 0.1
"""Fraction of a channel above which filling causes a warning."""


def repair(draft: Draft, fill: str | None) -> None:
    """Find missing values, their codes, spikes, flat lines and clipping; fill the first three.

    Parameters
    ----------
    draft : Draft
        Changed in place.
    fill : str or None
        How to fill; None for no filling.

    Raises
    ------
    InputError
        If there are missing values that the user neither fills nor leaves out.
    """
    missing = ~np.isfinite(draft.values) & draft.rows[:, None]
    if missing.any() and fill is None:
        raise InputError(_missing(draft, missing))
    for index in range(len(draft.names)):
        absent = np.flatnonzero(missing[:, index])
        if len(absent):
            _say_filled(draft, index, "missing", f"has no number in {len(absent)} places", absent)
        _find_stuck(draft, index)
        measured = _find_outliers(draft, index, fill)
        draft.rounding[index] = rounding_deviation(measured)
        if fill is not None:
            _fill(draft, index, fill)


def bridge(draft: Draft) -> None:
    """Interpolate rows that are left out, for the filters; the rows stay left out.

    Parameters
    ----------
    draft : Draft
        Changed in place.
    """
    if not draft.rows.all():
        for channel in draft.values.T:
            channel[:] = filled(channel, "interpolate")


def _missing(draft: Draft, missing: np.ndarray) -> str:
    """Return the message about missing values."""
    row, column = np.argwhere(missing)[0]
    value = draft.values[row, column]
    cell = "no number" if np.isnan(value) else f"the value {value:g}"
    where = row_name(draft.table, np.array([row]))
    rows = np.flatnonzero(missing.any(axis=1))
    names = [draft.names[index] for index in np.flatnonzero(missing.any(axis=0))]
    count = int(missing.sum())
    in_all = f" ({count} such cells, in {called(names)})" if count > 1 else ""
    # If many rows would be lost, leaving out a channel is better.
    option = drop_option(draft.table, rows) if len(rows) < 0.3 * len(missing) else ""
    option = option or drop_channels(names)
    return (
        f"{draft.table.path}: {called([draft.names[column]])} has {cell} in {where}{in_all}; "
        f"fill by --fill interpolate, or leave out by {option}"
    )


def _say_filled(draft: Draft, index: int, kind: str, what: str, rows: np.ndarray) -> None:
    """Report that samples are filled."""
    name = draft.names[index]
    where = row_name(draft.table, rows)
    draft.find(kind, f"{called([name])} {what}, {where}: filled", [name], rows)


def _find_outliers(draft: Draft, index: int, fill: str | None) -> np.ndarray:
    """Find codes for missing values and spikes, and remove them if they are filled.

    Returns
    -------
    numpy.ndarray
        The channel with NaN in their place.
    """
    channel, name = draft.values[:, index], draft.names[index]
    without = channel
    found = []
    for code in find_codes(channel):
        without = _without(without, code.rows)
        times = "once" if len(code.rows) == 1 else f"{len(code.rows)} times"
        what = (
            f"has {code.value:g} {times}, far from all else, as if to say that a value is missing"
        )
        found.append(("sentinel", what, code.rows))
    spikes = find_spikes(without)
    if spikes is not None:
        number = "a spike" if len(spikes.rows) == 1 else f"{len(spikes.rows)} spikes"
        what = f"has {number} of up to {spikes.deviations:.2g} robust deviations"
        found.append(("spikes", what, spikes.rows))
        without = _without(without, spikes.rows)
    for kind, what, rows in found:
        if fill is not None:
            channel[rows] = np.nan
            _say_filled(draft, index, kind, what, rows)
        else:
            message = f"{called([name])} {what}, {row_name(draft.table, rows)}"
            draft.find(kind, message, [name], rows, remedy="--fill interpolate")
    return without


def _without(channel: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return a copy with NaN in these rows."""
    copy = channel.copy()
    copy[rows] = np.nan
    return copy


def _find_stuck(draft: Draft, index: int) -> None:
    """Find flat lines and clipping."""
    channel, name = draft.values[:, index], draft.names[index]
    flat = flat_rows(channel)
    if len(flat):
        share = len(flat) / len(channel)
        option = drop_option(draft.table, flat) if share < 0.5 else ""
        draft.find(
            "flat",
            f"{called([name])} stands still in {row_name(draft.table, flat)}, {share:.0%} of it",
            [name],
            flat,
            remedy=option or drop_channels([name]),
        )
    clipped = np.setdiff1d(clipped_rows(channel), flat, assume_unique=True)
    if len(clipped):
        share = len(clipped) / len(channel)
        message = f"{called([name])} seems clipped at the end of its range in {share:.1%} of it"
        draft.find("clipped", message, [name], clipped)


def _fill(draft: Draft, index: int, fill: str) -> None:
    """Fill a channel, except for rows that are left out."""
    channel, name = draft.values[:, index], draft.names[index]
    absent = ~np.isfinite(channel) & draft.rows
    if not absent.any():
        return
    if absent.sum() > LONGEST_FILLED * draft.rows.sum():
        share = absent.sum() / draft.rows.sum()
        message = f"{share:.0%} of {called([name])} is filled, which is no measurement"
        draft.find("missing", message, [name], np.flatnonzero(absent), remedy=drop_channels([name]))
    way = "a line between the neighbours" if fill == "interpolate" else "the value before"
    draft.steps.append(f"filled {int(absent.sum())} samples of {called([name])} by {way}")
    channel[absent] = filled(channel, fill)[absent]
