"""Structs of EEGLAB and FieldTrip, whose rows are channels."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from bssbench.errors import InputError
from bssbench.readers.formats._choice import Recorded
from bssbench.readers.formats._matrix import as_matrix
from bssbench.readers.formats._naming import as_rate, as_texts
from bssbench.readers.table import Request

__all__ = ["from_struct"]


def from_struct(content: Mapping[str, Any], path: Path, request: Request) -> Recorded | None:
    """Return the recording if a file contains one struct of EEGLAB or FieldTrip, else None.

    EEGLAB's has the fields ``data`` (channel × time × trial, or the name of a file beside it with
    that in single precision), ``srate``, ``nbchan`` and ``chanlocs``, or these are the file's own
    variables; FieldTrip's has ``trial`` (a cell of channel × time), ``label``, and ``fsample`` or
    ``time``. Trials are joined in time, which is reported.

    Raises
    ------
    InputError
        If there are several such structs, or one is damaged.
    """
    structs = {name: v for name, v in content.items() if isinstance(v, Mapping)} | {"": content}
    known = {name: struct for name, struct in structs.items() if _is_known(struct)}
    if request.array is not None:
        known = {name: struct for name, struct in known.items() if name == request.array}
    if not known:
        return None
    if len(known) > 1:
        names = ", ".join(sorted(known))
        raise InputError(
            f"{path}: it contains several recordings, {names}; choose one with --array NAME"
        )
    name, struct = next(iter(known.items()))
    return (_eeglab if "data" in struct else _fieldtrip)(struct, name, path)


def _is_known(struct: Mapping[str, Any]) -> bool:
    return {"data", "srate", "nbchan"} <= struct.keys() or (
        {"trial", "label"} <= struct.keys() and bool({"time", "fsample"} & struct.keys())
    )


def _eeglab(struct: Mapping[str, Any], name: str, path: Path) -> Recorded:
    n_channels = _count(struct, "nbchan", path)
    data = struct["data"]
    if isinstance(data, str):
        data = _beside(path, data, n_channels)
    array = np.asarray(data)
    trials = array.shape[2] if array.ndim == 3 else 1
    if n_channels < 1 or array.ndim not in (1, 2, 3) or array.size % n_channels:
        raise InputError(
            f"{path}: its data of shape {array.shape} are not of {n_channels} channels"
        )
    # MATLAB's order: time is the second axis, trials the last.
    rows = array.reshape(n_channels, -1, order="F").T
    values = as_matrix(rows, path, "EEGLAB's data", Request()).values
    return Recorded(
        values,
        f"{name}.data" if name else "data",
        _names(struct.get("chanlocs"), n_channels),
        as_rate(struct["srate"]),
        understood=("EEGLAB's struct, in which rows are channels", *_joined(trials)),
    )


def _count(struct: Mapping[str, Any], field: str, path: Path) -> int:
    value = as_rate(struct[field])
    if value is None or not math.isclose(value, round(value)):
        raise InputError(f"{path}: EEGLAB's field {field} is no number")
    return round(value)


def _beside(path: Path, name: str, n_channels: int) -> np.ndarray:
    """Return what EEGLAB keeps in a file beside its own, under its own name or as written."""
    # Such files are renamed together, and written on machines with other separators.
    written = name.replace("\\", "/").rpartition("/")[2]
    files = [path.with_name(written), path.with_suffix(".fdt")]
    found = next((file for file in files if written and file.is_file()), None)
    if found is None:
        raise InputError(f"{path}: its numbers are in {written!r}, which must lie beside it")
    numbers = np.fromfile(found, dtype="<f4")
    if n_channels < 1 or numbers.size % n_channels:
        raise InputError(f"{found}: {numbers.size} numbers are not of {n_channels} channels")
    return numbers.reshape(n_channels, -1, order="F")


def _fieldtrip(struct: Mapping[str, Any], name: str, path: Path) -> Recorded:
    trials = struct["trial"]
    if isinstance(trials, np.ndarray) and trials.dtype.kind != "O":
        trials = [trials]
    arrays = [np.atleast_2d(trial) for trial in trials if isinstance(trial, np.ndarray)]
    widths = {array.shape[0] for array in arrays}
    if len(widths) != 1:
        raise InputError(f"{path}: FieldTrip's trials have no or different numbers of channels")
    joined = np.concatenate(arrays, axis=1).T
    values = as_matrix(joined, path, "FieldTrip's trials", Request()).values
    return Recorded(
        values,
        f"{name}.trial" if name else "trial",
        _names(struct["label"], values.shape[1]),
        as_rate(struct.get("fsample")) or _rate_of(struct.get("time")),
        understood=("FieldTrip's struct, in which rows are channels", *_joined(len(arrays))),
    )


def _rate_of(time: Any) -> float | None:
    """Return the rate in Hz of FieldTrip's times in seconds, those of the first trial."""
    first = time if isinstance(time, np.ndarray) and time.dtype.kind == "f" else None
    if first is None and time is not None and len(time):
        first = np.asarray(time[0])
    if first is None or first.dtype.kind != "f" or first.size < 2:
        return None
    step = (first.flat[-1] - first.flat[0]) / (first.size - 1)
    return float(1 / step) if step > 0 else None


def _names(labels: Any, n_channels: int) -> tuple[str, ...] | None:
    texts = as_texts(labels)
    return tuple(texts) if texts is not None and len(texts) == n_channels else None


def _joined(trials: int) -> tuple[str, ...]:
    return (
        (f"warning: {trials} trials joined in time, with a jump between any two",)
        if trials > 1
        else ()
    )
