"""Measure the kernel cores: one round of times, memory and errors, in the current process.

Cases of the same size, data and pass are run alternately, A B C A B C, so that a change of the
machine's speed affects all of them equally. Rounds in other processes then show how reliable a
comparison is. Results are only meaningful if nothing else runs on the machine.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from statistics import median
from typing import Any

import pandas as pd
from tqdm import tqdm

from bssbench.errors import InputError, NotApplicable
from bssbench.experiment.process import call_in_own_process
from bssbench.files import write_table
from bssbench.kernels.cases import COLUMNS, PARAMETERS, arithmetic, core_of, selected_cases
from bssbench.kernels.limits import estimated_seconds

__all__ = ["measure_round", "write_round"]

# Total time of a case's repetitions in a round, and limits of their number.
_SECONDS_A_CASE = 0.25
_FEWEST, _MOST = 3, 9
# A case that takes longer than this runs once per round, without a warm-up.
_ONCE_SECONDS = 1.0
# A case with a longer estimate than this is measured in the first round only.
_FIRST_ROUND_SECONDS = 4.0
# Limit of a process that measures memory; the limits on sizes keep cases far below it.
_CPU_SECONDS = 300
# The parameters in which cases that are compared may differ; all others are equal.
_COMPARED = ("core", "kernel", "parameters")


@dataclass
class _Measured:
    """A case during measurement: its results so far and its remaining repetitions."""

    case: Mapping[str, Any]
    values: dict[str, Any] = field(default_factory=lambda: {"status": "ok", "reason": ""})
    seconds: list[float] = field(default_factory=list)
    wanted: int | None = None
    made: Any = None

    @property
    def parameters(self) -> dict[str, Any]:
        return {name: self.case[name] for name in PARAMETERS}

    @property
    def ok(self) -> bool:
        return bool(self.values["status"] == "ok")

    @property
    def unfinished(self) -> bool:
        return self.ok and (self.wanted is None or len(self.seconds) < self.wanted)

    def attempt(self, step: Callable[[], None]) -> None:
        """Perform a step; if it fails, record the reason, so that other cases can continue."""
        if not self.ok:
            return
        try:
            step()
        except NotApplicable as why:
            self.values = {"status": "skipped", "reason": str(why)}
        except Exception as error:
            first_line = (str(error).splitlines() or [""])[0][:300]
            reason = f"{type(error).__name__}: {first_line}"
            self.values = {"status": "failed", "reason": reason}

    def make(self) -> None:
        """Construct the case and warm it up on a short series."""
        from bssbench.kernels.measured_case import make_case

        self.made = make_case(self.parameters)

    def run(self) -> None:
        """Time one repetition."""
        name = "forward" if self.case["pass"] == "forward" else "forward_backward"
        run = getattr(self.made, name)
        began = time.perf_counter()
        run()
        seconds = time.perf_counter() - began
        if self.wanted is None:
            self.wanted = 1
            if seconds < _ONCE_SECONDS:
                # The first run was a warm-up.
                self.wanted = min(max(int(_SECONDS_A_CASE / seconds), _FEWEST), _MOST)
                return
        self.seconds.append(seconds)

    def measure_device(self) -> None:
        """Measure the memory of the CUDA device."""
        self.values["peak_bytes"] = self.made.cuda_peak_bytes()

    def compare(self) -> None:
        """Compare the case with the reference."""
        errors = self.made.errors()
        if errors is not None:
            self.values |= {
                "relative_error": errors.relative,
                "error_nats": errors.nats,
                "gradient_error": errors.gradient,
            }

    def row(self, number: int) -> dict[str, Any]:
        """Return the case as a row of ``cores.csv``."""
        own = {
            "arithmetic": arithmetic(
                *(self.case[name] for name in ("core", "dtype", "parameters"))
            ),
            "round": number,
        }
        if self.seconds and self.ok:
            own |= {"seconds": median(self.seconds), "repeats": len(self.seconds)}
        return {**self.case, **own, **self.values}


def measure_round(
    grids: Iterable[Mapping[str, Sequence[Any]]], number: int = 0
) -> list[dict[str, Any]]:
    """Measure the cases that grids select, in one round.

    Errors, which are the same in every round, and cases that take many seconds are measured in
    round 0 only.

    Parameters
    ----------
    grids : iterable of mapping
        As for `bssbench.kernels.cases.selected_cases`.
    number : int, default=0
        Index of the round.

    Returns
    -------
    list of dict
        For each case, values by `bssbench.kernels.cases.COLUMNS`, as far as they apply: the median
        of this round's ``seconds``, ``peak_bytes`` in addition to an empty process, errors,
        ``status`` and ``reason``.

    Raises
    ------
    InputError
        If the grids select no case.
    """
    cases = selected_cases(grids)
    if not cases:
        raise InputError("--grid: no core has such a case; leave something out")
    measured = [_Measured(case) for case in cases if number == 0 or not _is_long(case)]
    # The progress bar is shown on a terminal only.
    with tqdm(desc=f"round {number}", total=2 * len(measured), disable=None, leave=False) as bar:
        _measure_memory([each for each in measured if number == 0 or not _is_kept(each)], bar)
        for group in _groups(measured):
            _time(group, bar, with_errors=number == 0)
    return [each.row(number) for each in measured]


def write_round(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows of `measure_round` as CSV.

    Parameters
    ----------
    path : pathlib.Path
        File to write.
    rows : iterable of mapping
        The rows.
    """
    table = pd.DataFrame(list(rows), columns=list(COLUMNS))
    counts = ["repeats", "peak_bytes"]
    table[counts] = table[counts].astype("Int64")
    write_table(path, table)


def _is_long(case: Mapping[str, Any]) -> bool:
    series = case["latents"] * case["replicates"]
    seconds = estimated_seconds(core_of(case["core"]), case["length"], series)
    return seconds > _FIRST_ROUND_SECONDS


def _is_kept(each: _Measured) -> bool:
    """Return whether most of a case's memory is used to prepare the reusable object."""
    return bool(each.case["parameters"] == "fixed")


def _measure_memory(measured: Iterable[_Measured], bar: Any) -> None:
    """Measure each case's peak memory in a fork of this process, before any computation."""
    from bssbench.kernels.measured_case import EMPTY, load_everything

    # Modules are loaded first, so that they do not count as memory of a case.
    load_everything()
    floor = _run_apart(EMPTY)["peak_bytes"]
    for each in measured:
        # Memory is measured for both passes together; that of a CUDA device, together with times.
        if each.case["pass"] == "forward+backward" and each.case["device"] == "cpu":
            outcome = _run_apart(each.parameters)
            each.values = {name: outcome[name] for name in ("status", "reason")}
            if each.ok:
                each.values["peak_bytes"] = max(outcome["peak_bytes"] - floor, 0)
        bar.update()


def _run_apart(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return call_in_own_process(_run_once, (parameters,), _CPU_SECONDS, method="fork")


def _run_once(parameters: Mapping[str, Any]) -> dict[str, Any]:
    from bssbench.kernels.measured_case import make_case

    make_case(parameters).forward_backward()
    return {}


def _groups(measured: Iterable[_Measured]) -> Iterable[list[_Measured]]:
    """Return groups of cases that are compared with each other, short series first."""

    def shared(each: _Measured) -> tuple[Any, ...]:
        same = {name: value for name, value in each.case.items() if name not in _COMPARED}
        return (same["length"], *same.values())

    return [list(group) for _, group in groupby(sorted(measured, key=shared), key=shared)]


def _time(group: list[_Measured], bar: Any, with_errors: bool) -> None:
    """Run cases alternately until all repetitions are done."""
    for each in group:
        each.attempt(each.make)
    while any(each.unfinished for each in group):
        for each in group:
            if each.unfinished:
                each.attempt(each.run)
    for each in group:
        if each.case["device"] == "cuda" and each.case["pass"] == "forward+backward":
            each.attempt(each.measure_device)
        if with_errors:
            each.attempt(each.compare)
        # Release the memory for other cases.
        each.made = None
        bar.update()
