"""The measurements of the kernel cores, read from the file that ASV wrote."""

import ast
import math
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from bssbench.errors import InputError
from bssbench.files import read_json
from bssbench.kernels.cases import PARAMETERS, PASSES
from bssbench.kernels.catalogue import CORES
from bssbench.kernels.limits import exceeded
from bssbench.paper.asv_results import benchmark_title, iterate_values

__all__ = ["COLUMNS", "Measurement", "headline", "read_measurement"]

COLUMNS = (
    *PARAMETERS[:7],
    "pass",
    *PARAMETERS[7:],
    "seconds",
    "peak_bytes",
    "relative_error",
    "status",
    "reason",
)
"""The header of ``cores.csv``."""

_INTEGERS = ["length", "latents", "replicates", "threads", "peak_bytes"]
_HEADLINE = {"latents": 3, "replicates": 1, "dtype": "float32", "grid": "regular"}

_FAILED = "failed or ran beyond ASV's time limit; the log says more"

_Case = tuple[Any, ...]
# None is what failed, NaN what was not run.
_Values = dict[_Case, float | None]


@dataclass(frozen=True)
class Measurement:
    """What was measured, on which code and which machine.

    The table has `COLUMNS` and a row for each case measured and pass. The commit is None without
    git, `dirty` whether there were uncommitted changes. Of the machine ASV says ``cpu``,
    ``num_cpu``, ``ram`` in bytes and ``os``, of one without a result nothing; `versions` are those
    of each package.
    """

    table: pd.DataFrame
    commit: str | None
    dirty: bool
    machine: Mapping[str, str]
    versions: Mapping[str, str | None]


def read_measurement(path: Path) -> Measurement:
    """Read ``measurement.json`` and the result of ASV that it names.

    A measurement that could not be made is one row with the reason.

    Raises
    ------
    InputError
        If a file is missing or not what it should be.
    """
    report = read_json(path)
    try:
        machine: Mapping[str, str] = {}
        if report["result"] is None:
            rows = [{"status": report["status"], "reason": report["reason"]}]
        else:
            result = read_json(path.parent / report["result"])
            machine = result["params"]
            rows = sorted(_rows(_values(result, report["bench"])), key=_order)
            rows = rows or [{"status": "skipped", "reason": "no benchmark has such a case"}]
        table = pd.DataFrame(rows, columns=list(COLUMNS))
        table[_INTEGERS] = table[_INTEGERS].astype("Float64").round().astype("Int64")
        table = table.astype({"seconds": "float64", "relative_error": "float64"})
        text = table.columns.difference([*_INTEGERS, "seconds", "relative_error"])
        table[text] = table[text].astype("object").fillna("")
        dirty, versions = bool(report["dirty"]), report["versions"]
        return Measurement(table, report["commit"], dirty, machine, versions)
    except (KeyError, TypeError, ValueError, SyntaxError) as error:
        raise InputError(f"{path}: not a measurement of the cores ({error!r})") from None


def headline(table: pd.DataFrame, parameters: str) -> pd.DataFrame:
    """Return the rows that tables and figures are about, one for each core and length, labelled.

    These are forward and backward passes of three float32 series of one replicate on a regular
    grid, by the CPU if it was measured, by one kernel for each core, the squared exponential if it
    was.
    """
    rows = table[(table["pass"] == "forward+backward") & (table["parameters"] == parameters)]
    rows = rows[rows["core"].isin(list(CORES))]
    for column, value in _HEADLINE.items():
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


def _values(result: Mapping[str, Any], selected: list[str]) -> dict[str, _Values]:
    """Return, for each of ASV's methods such as ``time_forward``, the values of selected cases.

    What was not selected ASV keeps as NaN, as it does what was skipped: the regular expressions
    that selected tell them apart.
    """
    values: dict[str, _Values] = {}
    for name, parameters, value in iterate_values(result):
        title = benchmark_title(name, parameters)
        if any(re.search(expression, title) for expression in selected):
            case = tuple(ast.literal_eval(parameter) for parameter in parameters)
            values.setdefault(name.rpartition(".")[2], {})[case] = value
    return values


def _rows(values: dict[str, _Values]) -> Iterator[dict[str, Any]]:
    """Yield a row for each case and pass."""

    def value(method: str, case: _Case) -> float | None:
        return values.get(method, {}).get(case, math.nan)

    floor = value("peakmem_empty", ())
    for name, method in PASSES.items():
        for case in values.get(method, {}):
            row = dict(zip(PARAMETERS, case, strict=True))
            measured = {"seconds": value(method, case)}
            measured["relative_error"] = value("track_relative_error", case)
            # Memory is measured in both passes together.
            if name == "forward+backward" and row["device"] == "cuda":
                measured["seconds"] = value("track_cuda_seconds", case)
                measured["peak_bytes"] = value("track_cuda_peak_bytes", case)
            elif name == "forward+backward":
                peak = value("peakmem_forward_backward", case)
                if peak is not None:
                    peak = math.nan if floor is None else max(peak - floor, 0.0)
                measured["peak_bytes"] = peak
            yield row | {"pass": name} | _outcome(row, measured)


def _outcome(case: Mapping[str, Any], measured: dict[str, float | None]) -> dict[str, Any]:
    """Return the values with their status, which is that of the time, and what is missing."""
    failed = [name for name, value in measured.items() if value is None]
    seconds = measured["seconds"]
    if seconds is None:
        return {"status": "failed", "reason": _FAILED}
    if math.isnan(seconds):
        return {"status": "skipped", "reason": _why_skipped(case)}
    reason = "; ".join(f"{name}: {_FAILED}" for name in failed)
    return measured | {"status": "ok", "reason": reason}


def _why_skipped(case: Mapping[str, Any]) -> str:
    """Return which limit a case exceeds, or else that the benchmark declined it."""
    series = case["latents"] * case["replicates"]
    # A floor has no limit of its own.
    with suppress(KeyError):
        limit = exceeded(case["core"].removeprefix("floor-"), case["length"], series)
        if limit is not None:
            return f"{limit.limit}: {limit.reason}"
    return "not for this case or this machine"


def _order(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return a key that sorts rows: cores in their order, floors last."""
    cores = list(CORES)
    place = cores.index(row["core"]) if row["core"] in CORES else len(cores)
    return (place, *(row[column] for column in COLUMNS[: len(PARAMETERS) + 1]))
