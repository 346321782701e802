"""Recordings that mne reads: channels by their types, with names, units and a rate."""

import warnings
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from bssbench.errors import InputError
from bssbench.readers.columns import Columns
from bssbench.readers.formats._assembly import assembled
from bssbench.readers.formats._libraries import in_one_line, needed, reading
from bssbench.readers.table import Request, Table

__all__ = ["raw_array", "read_raw"]

# Types of channels, by their names in mne, that record no signal of the subject.
_NO_SIGNAL = {
    "stim": "a channel of triggers",
    "syst": "a channel of the system's state",
    "exci": "a channel of excitation",
    "ias": "a channel of the shielding",
    "chpi": "a channel of the head's position",
    "gof": "a goodness of fit",
    "dipole": "a fitted dipole",
}
_TRIGGERS = ("status", "trigger", "triggers", "stim", "events", "event", "marker", "markers")
# Warnings of mne about file names, which are not useful here.
_NOT_WORTH_REPORTING = ("naming conventions", "does not conform", "has changed from")


def read_raw(
    path: Path,
    request: Request,
    kind: str,
    title: str,
    read: Callable[[Any, Path], Any],
    suffixes: tuple[str, ...],
    notes: Collection[str] = (),
) -> Table:
    """Read a file with mne, in SI units such as volts.

    Channels of triggers and the like, and those marked as bad, are left out unless the request
    names them; annotations are ignored. Both are reported, and so are warnings of mne.

    Parameters
    ----------
    path, request
        As given to the format.
    kind : str
        The format's module.
    title : str
        What the format is called.
    read : callable
        From the package mne and the path to an `mne.io.Raw`.
    suffixes : tuple of str
        Those without which mne does not read such a file: one that has none of them is read under
        a name with the first.
    notes : collection of str
        What is understood of the file besides.

    Raises
    ------
    InputError
        If the file is damaged or has no channels, or mne is not installed.
    """
    with reading(path, title):
        with needed(path, "mne"):
            import mne
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            with mne.utils.use_log_level("WARNING"), _called(path, suffixes) as file:
                raw = read(mne, file)
                values = np.ascontiguousarray(raw.get_data().T)
        types, units = raw.get_channel_types(), _units(mne, raw)
    if values.size == 0:
        raise InputError(f"{path}: it has {values.shape[1]} channels and {len(values)} samples")
    names = tuple(raw.ch_names)
    columns = Columns(
        path,
        names,
        values,
        units=units,
        # As written: a quotient of samples and seconds is off in the last digit.
        sampling_rate=float(f"{raw.info['sfreq']:.12g}"),
        understood=(
            f"{title} of {len(names)} channels ({_counts(types)})",
            *notes,
            *_annotations(raw),
            *_warned(caught),
        ),
    )
    no_signal = _no_signal(names, types, raw.info["bads"])
    return _without(columns, request, kind, no_signal)


@contextmanager
def _called(path: Path, suffixes: tuple[str, ...]) -> Iterator[Path]:
    """Yield a path to a file that has one of the suffixes."""
    if path.suffix.lower() in suffixes:
        yield path
        return
    with TemporaryDirectory() as folder:
        link = Path(folder, "recording").with_suffix(suffixes[0])
        link.symlink_to(path.resolve())
        yield link


def _without(columns: Columns, request: Request, kind: str, no_signal: dict[str, str]) -> Table:
    """Return a table without some channels, unless the user names channels."""
    # Time is the sampling rate: no channel is used as time unless the user requests it.
    request = replace(request, time_column=request.time_column or "none")
    if request.columns is not None:
        return assembled(columns, request, kind)
    kept = tuple(name for name in columns.names if name not in no_signal)
    if not kept:
        raise InputError(
            f"{columns.path}: every channel contains triggers, is marked as bad, or the like; "
            f"to use some anyway, name them with --columns, such as {columns.names[0]}"
        )
    table = assembled(columns, replace(request, columns=kept), kind)
    return replace(table, left_out=no_signal)


def _no_signal(
    names: Collection[str], types: Collection[str], bads: Collection[str]
) -> dict[str, str]:
    """Return the reasons why channels are not signals, by name."""
    why: dict[str, str] = {}
    all_undetermined = set(types) <= {"misc", *_NO_SIGNAL}
    for name, kind in zip(names, types, strict=True):
        if kind in _NO_SIGNAL:
            why[name] = _NO_SIGNAL[kind]
        elif name.strip().lower() in _TRIGGERS:
            why[name] = "a channel of triggers, by its name"
        elif kind == "misc" and not all_undetermined:
            why[name] = "a channel of type misc, whose content is unknown"
        elif name in bads:
            why[name] = "marked as bad in the file"
    return why


def _units(mne: Any, raw: Any) -> tuple[str, ...]:
    constants = mne.io.constants.FIFF
    units = {constants.FIFF_UNIT_V: "V", constants.FIFF_UNIT_T: "T", constants.FIFF_UNIT_T_M: "T/m"}
    return tuple(units.get(int(channel["unit"]), "") for channel in raw.info["chs"])


def _counts(types: list[str]) -> str:
    return ", ".join(f"{types.count(kind)} {kind}" for kind in dict.fromkeys(types))


def _annotations(raw: Any) -> list[str]:
    descriptions = [str(text) for text in raw.annotations.description]
    if not descriptions:
        return []
    bad = sum(text.upper().startswith("BAD") for text in descriptions)
    count = f"{len(descriptions)} annotation{'s' if len(descriptions) > 1 else ''} ignored"
    return [f"warning: {count}, of which {bad} mark bad segments" if bad else count]


def _warned(caught: Collection[warnings.WarningMessage]) -> list[str]:
    remarks = dict.fromkeys(
        in_one_line(str(each.message))
        for each in caught
        if issubclass(each.category, RuntimeWarning | UserWarning)
    )
    return [
        f"warning: mne reports: {text}"
        for text in remarks
        if not any(harmless in text for harmless in _NOT_WORTH_REPORTING)
    ]


def raw_array(path: Path, signals: np.ndarray, names: tuple[str, ...], like: Table) -> Any:
    """Return signals as mne's own object, of channels without a unit, to be written.

    Raises
    ------
    InputError
        If the table has no sampling rate, or mne is not installed.
    """
    with needed(path, "mne", "write"):
        import mne
    if like.sampling_rate is None:
        raise InputError(f"{path}: its sampling rate is unknown; use the CSV file")
    info = mne.create_info(list(names), like.sampling_rate, "misc", verbose="ERROR")
    return mne.io.RawArray(signals.T, info, verbose="ERROR")
