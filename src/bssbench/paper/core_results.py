"""The measurements of the kernel cores, with the rounds of each case reduced to one row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from bssbench.errors import InputError
from bssbench.files import read_json
from bssbench.kernels.cases import COLUMNS as LONG_COLUMNS
from bssbench.kernels.catalogue import CORES
from bssbench.scores.rows import reading_table

__all__ = ["COLUMNS", "Measurement", "headline", "read_measurement"]

_CASE = LONG_COLUMNS[: LONG_COLUMNS.index("round")]
_ERRORS = ["relative_error", "error_nats", "gradient_error"]
COLUMNS = (*_CASE, "seconds", "spread", "processes", "peak_bytes", *_ERRORS, "status", "reason")
"""The header of ``tables/cores.csv``."""

_INTEGERS = ["length", "latents", "replicates", "threads", "peak_bytes"]
_NUMBERS = ["round", "seconds", "repeats", *_ERRORS, *_INTEGERS]
_HEADLINE = {"latents": 3, "grid": "regular"}


@dataclass(frozen=True)
class Measurement:
    """Measurements of the cores, with code and machine.

    The table has `COLUMNS` and a row for each case and pass: the median over processes of
    ``seconds`` and ``peak_bytes``, the number of processes, and in ``spread`` the longest over the
    shortest time. Origins are those of the rounds, from
    `bssbench.experiment.rounds.write_origin`.
    """

    table: pd.DataFrame
    origins: Sequence[Mapping[str, Any]]


def read_measurement(path: Path) -> Measurement:
    """Read the output of `bssbench join-rounds`: ``cores.csv``, with ``cores.json`` next to it.

    Raises
    ------
    InputError
        If a file is missing or malformed.
    """
    with reading_table(path, "a measurement of the cores", "bssbench measure-cores"):
        rounds = pd.read_csv(path, dtype=str, keep_default_na=False)
        if list(rounds.columns) != list(LONG_COLUMNS):
            raise InputError(f"{path}: expected the columns {','.join(LONG_COLUMNS)}")
        rounds[_NUMBERS] = rounds[_NUMBERS].apply(pd.to_numeric)
    cases = rounds.groupby(list(_CASE), sort=False, dropna=False)
    rows = [
        dict(zip(_CASE, case, strict=True)) | _outcome(own)
        for case, own in cases
        if isinstance(case, tuple)
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table[_INTEGERS] = table[_INTEGERS].astype("Float64").round().astype("Int64")
    origins = read_json(path.with_suffix(".json")).get("rounds", [])
    return Measurement(table, origins)


def _outcome(rounds: pd.DataFrame) -> dict[str, Any]:
    """Reduce the rounds of a case to one row, with the reasons of rounds that failed."""
    times = rounds["seconds"].dropna()
    missing = rounds[rounds["status"] != "ok"]
    reason = "; ".join(dict.fromkeys(missing["reason"]))
    if times.empty:
        return {"processes": 0, "status": rounds["status"].iloc[0], "reason": reason}
    return {
        "seconds": times.median(),
        "spread": times.max() / times.min() if len(times) > 1 else None,
        "processes": len(times),
        "peak_bytes": rounds["peak_bytes"].median(),
        # Errors are the same in all rounds that have them.
        **rounds[_ERRORS].max(),
        "status": "ok",
        "reason": f"{len(missing)} of {len(rounds)} processes: {reason}" if len(missing) else "",
    }


def headline(
    table: pd.DataFrame, parameters: str, dtype: str = "float32", replicates: int = 1
) -> pd.DataFrame:
    """Return the rows that tables and figures show, one for each core and length, labelled.

    These are forward and backward passes for three latents on a regular grid, on the CPU if it was
    measured, with one kernel for each core: the squared exponential if it was measured.
    """
    rows = table[(table["pass"] == "forward+backward") & (table["parameters"] == parameters)]
    rows = rows[rows["core"].isin(list(CORES)) & (rows["dtype"] == dtype)]
    for column, value in (_HEADLINE | {"replicates": replicates}).items():
        rows = rows[rows[column] == value]
    for column, wanted in (("device", "cpu"), ("threads", 1)):
        if (rows[column] == wanted).any():
            rows = rows[rows[column] == wanted]
    rows = rows.assign(is_other=rows["kernel"] != "squared-exponential")
    rows = rows.sort_values(["is_other", "kernel", "device", "threads"], kind="stable")
    kernels = rows.groupby("core")["kernel"].transform("first")
    rows = rows[rows["kernel"] == kernels].drop_duplicates(["core", "length"])
    other = " (" + rows["kernel"].astype(str) + ")"
    rows["label"] = rows["core"] + other.where(rows["is_other"], "")
    return rows.drop(columns="is_other").sort_index()
