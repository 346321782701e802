"""Measuring the kernel cores: one round of times, memory and errors, in this very process.

What is compared stands side by side: cases of one size, data and pass are run in turn, A B C A B C,
so that a machine that gets slower takes no side. Rounds in other processes then say how far such a
comparison can be trusted. Only meaningful where nothing else runs on the machine.
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

# Repeats of a case in a round fill so many seconds, within these numbers.
_SECONDS_A_CASE = 0.25
_FEWEST, _MOST = 3, 9
# What takes longer runs once in a round, and is its own warm-up.
_ONCE_SECONDS = 1.0
# What is estimated to take longer than this is measured in the first round alone.
_FIRST_ROUND_SECONDS = 4.0
# Of a process that measures memory: a way out, for limits on sizes keep cases far below.
_CPU_SECONDS = 300
# What a comparison is between; all else is the same of cases that are run in turn.
_COMPARED = ("core", "kernel", "parameters")


@dataclass
class _Measured:
    """A case on its way: what was found so far, and what is still to be done."""

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
        """Take a step; if it fails, this case has a reason, and the others go on."""
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
        """Make the case, and warm it up on a short series."""
        from bssbench.kernels.measured_case import make_case

        self.made = make_case(self.parameters)

    def run(self) -> None:
        """Time it once more."""
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
        """Measure the CUDA device's memory."""
        self.values["peak_bytes"] = self.made.cuda_peak_bytes()

    def compare(self) -> None:
        """Hold it against the reference."""
        errors = self.made.errors()
        if errors is not None:
            self.values |= {
                "relative_error": errors.relative,
                "error_nats": errors.nats,
                "gradient_error": errors.gradient,
            }

    def row(self, number: int) -> dict[str, Any]:
        """Return it as a row of ``cores.csv``."""
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
    """Measure the cases that grids select, once.

    Errors, which are the same in every round, and cases that take many seconds are measured in
    round 0 alone.

    Parameters
    ----------
    grids : iterable of mapping
        As `bssbench.kernels.cases.selected_cases` takes them.
    number : int, optional
        The round's.

    Returns
    -------
    list of dict
        For each case a value of each of `bssbench.kernels.cases.COLUMNS` that it has: the median of
        this round's ``seconds``, ``peak_bytes`` beyond those of an empty process, errors, and
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
    # As a log needs none, tqdm shows it on a terminal alone.
    with tqdm(desc=f"round {number}", total=2 * len(measured), disable=None, leave=False) as bar:
        _measure_memory([each for each in measured if number == 0 or not _is_kept(each)], bar)
        for group in _groups(measured):
            _time(group, bar, with_errors=number == 0)
    return [each.row(number) for each in measured]


def write_round(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows of `measure_round` as CSV."""
    table = pd.DataFrame(list(rows), columns=list(COLUMNS))
    counts = ["repeats", "peak_bytes"]
    table[counts] = table[counts].astype("Int64")
    write_table(path, table)


def _is_long(case: Mapping[str, Any]) -> bool:
    series = case["latents"] * case["replicates"]
    seconds = estimated_seconds(core_of(case["core"]), case["length"], series)
    return seconds > _FIRST_ROUND_SECONDS


def _is_kept(each: _Measured) -> bool:
    """Whether making what is kept is most of its memory, which is looked at once."""
    return bool(each.case["parameters"] == "fixed")


def _measure_memory(measured: Iterable[_Measured], bar: Any) -> None:
    """Measure each case's peak memory in a fork of this process, which has computed nothing yet."""
    from bssbench.kernels.measured_case import EMPTY, load_everything

    # So that no case pays for loading what it needs.
    load_everything()
    floor = _run_apart(EMPTY)["peak_bytes"]
    for each in measured:
        # Memory is of both passes together, and a CUDA device's is measured with the times.
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
    """Return the cases that are compared with each other, those of short series first."""

    def shared(each: _Measured) -> tuple[Any, ...]:
        same = {name: value for name, value in each.case.items() if name not in _COMPARED}
        return (same["length"], *same.values())

    return [list(group) for _, group in groupby(sorted(measured, key=shared), key=shared)]


def _time(group: list[_Measured], bar: Any, with_errors: bool) -> None:
    """Run cases in turn until each was run often enough."""
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
        # Others need the memory.
        each.made = None
        bar.update()
