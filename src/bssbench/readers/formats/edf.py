"""EDF and related formats: EDF+, BDF (24 bits, BioSemi) and GDF."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from bssbench.errors import InputError
from bssbench.readers.formats._edf_records import duration_of, record_length, signal_heads
from bssbench.readers.formats._libraries import needed, writing
from bssbench.readers.formats._raw import read_raw
from bssbench.readers.table import Request, Table

__all__ = ["SUFFIXES", "read", "recognises", "write"]

SUFFIXES = (".edf", ".rec", ".bdf", ".gdf")

_READERS = {"EDF": "read_raw_edf", "BDF": "read_raw_bdf", "GDF": "read_raw_gdf"}
_LONGEST_LABEL = 16
# A range has eight characters in the head.
_SMALLEST, _LARGEST = 0.01, 99_999.0


def recognises(head: bytes) -> bool:
    """Return whether a file that begins with `head` is EDF, BDF or GDF."""
    if head.startswith((b"\xffBIOSEMI", b"GDF 1.", b"GDF 2.")):
        return True
    # White space could be text, so the length stated in the header is checked, too.
    length, signals = head[184:192].strip(), head[252:256].strip()
    return (
        head.startswith(b"0       ")
        and length.isdigit()
        and signals.isdigit()
        and int(length) == 256 * (int(signals) + 1)
    )


def read(path: Path, request: Request) -> Table:
    """Read signals, voltages in volts; signals of lower rates are brought to the highest.

    Raises
    ------
    InputError
        If the file is damaged, or mne is not installed.
    """
    kind = _kind(path)
    heads = [] if kind == "GDF" else signal_heads(path)
    most = max((head.samples for head in heads), default=0)
    slower = [head.label for head in heads if head.samples < most]
    names = ", ".join(slower[:5]) + (" …" if len(slower) > 5 else "")
    notes = [f"warning: of a lower rate than others, interpolated: {names}"] if slower else []
    table = read_raw(
        path,
        request,
        "edf",
        kind,
        lambda mne, file: getattr(mne.io, _READERS[kind])(file, preload=True),
        (".edf", ".rec") if kind == "EDF" else (f".{kind.lower()}",),
        notes,
    )
    # mne reports volts for all channels, even for degrees.
    other = {head.label: head.unit for head in heads if not head.unit.endswith("V")}
    units = tuple(other.get(name, "V") for name in table.names) if heads else table.units
    return replace(table, units=units if units and any(units) else None)


def _kind(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(b"\xffBIOSEMI"):
        return "BDF"
    return "GDF" if head.startswith(b"GDF") else "EDF"


def write(path: Path, signals: np.ndarray, names: tuple[str, ...], like: Table) -> str:
    """Write EDF, or BDF by the suffix of `path`; each signal has its own range.

    Raises
    ------
    InputError
        If it can't be written so, or edfio is not installed.
    """
    with needed(path, "edfio", "write"):
        import edfio
    make: Any
    whole: Any
    rate = like.sampling_rate
    if path.suffix.lower() == ".gdf" or rate is None:
        why = "its sampling rate is unknown" if rate is None else "GDF is not written"
        raise InputError(f"{path}: {why}; use the CSV file")
    bits = 24 if path.suffix.lower() == ".bdf" else 16
    make, whole = (edfio.BdfSignal, edfio.Bdf) if bits == 24 else (edfio.EdfSignal, edfio.Edf)
    length = record_length(len(signals), signals.shape[1], rate, bits)
    seconds = duration_of(length, rate)
    padding = -len(signals) % length
    factor = _factor(float(np.abs(signals).max()))
    padded = np.pad(signals * factor, ((0, padding), (0, 0)), mode="edge")
    labels = [_label(name) for name in names]
    last = 2 ** (bits - 1) - 1
    with writing(path, "EDF"), path.open("wb") as file:
        channels = [
            make(
                np.ascontiguousarray(padded[:, i]),
                sampling_frequency=length / seconds,
                label=label,
                physical_range=_range(padded[:, i]),
                # Even on both sides, so that zero stays zero.
                digital_range=(-last, last),
            )
            for i, label in enumerate(labels)
        ]
        whole(channels, data_record_duration=seconds).write(file)
    remarks = [f"rounded to {bits} bits"]
    if padding:
        remarks.append(
            f"the last sample repeated {padding} times, to fill records of {length} samples"
        )
    if labels != list(names):
        remarks.append(f"names cut to {_LONGEST_LABEL} characters of ASCII")
    if factor != 1:
        remarks.append(f"multiplied by {factor:g}")
    return "; ".join(remarks)


def _factor(largest: float) -> float:
    """Return the power of ten that makes numbers fit the head's eight characters."""
    if largest == 0 or _SMALLEST <= largest <= _LARGEST:
        return 1.0
    return 10.0 ** -math.floor(math.log10(largest))


def _range(signal: np.ndarray) -> tuple[float, float]:
    """Return a range around zero that covers a signal and has at most eight characters."""
    bound = max(float(np.abs(signal).max()), 1e-4)
    digits = 5 - len(str(int(bound)))
    upper = math.ceil(bound * 10**digits) / 10**digits
    return -upper, upper


def _label(name: str) -> str:
    ascii_name = name.encode("ascii", "replace").decode()
    return "".join(c if c.isprintable() else "?" for c in ascii_name)[:_LONGEST_LABEL]
