"""Recompute cells and compare their scores with the record. Times are not compared."""

import math
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from bssbench.datasets.catalogue import make_dataset
from bssbench.datasets.dataset import Dataset
from bssbench.errors import InputError
from bssbench.experiment.cell import Cell, run_cell
from bssbench.experiment.provenance import describe_environment, environment_changes
from bssbench.parameters import closest, parse_seeds
from bssbench.reproduction.recorded_results import Part, RecordedResults, as_text
from bssbench.scores import catalogue
from bssbench.scores.catalogue import SCORES
from bssbench.scores.collect import collect

__all__ = [
    "BATCH_TOLERANCE",
    "Comparison",
    "comparison_table",
    "draw_cells",
    "find_cell",
    "verify",
]

BATCH_TOLERANCE = 1e-6
"""Largest difference from the record for a seed that is run alone, in the unit of the score.

Random numbers and arithmetic of a seed do not depend on other seeds. Only the last bits of some
sums depend on the size of the batch; the observed differences were about 1e-14.
"""

QUICK_SECONDS = 120.0
# Factor for the time limit, so that a slower machine does not cause a timeout.
_PATIENCE = 10
_KEY = ["dataset", "method", "seed", "score"]
_ANSWER = ["value", "status", "reason"]


@dataclass(frozen=True)
class Comparison:
    """Comparison of one recorded and recomputed score of a cell.

    Attributes
    ----------
    cell, seeds : str
        The cell and its seeds.
    score : str
        The score; ``all`` if the cell could not be recomputed.
    largest, mean : float or None
        Largest difference of a seed and difference of the means over seeds, in the unit of the
        score; None unless there are numbers on both sides.
    tolerance : float
        Limit of `largest` in the same environment (0 if rows must be identical bytes), and of
        `mean` in another environment.
    verdict : str
        ``identical``, ``within tolerance``, ``DIFFERENT`` or ``NOT VERIFIED``.
    note : str
        Seeds whose status differs.
    """

    cell: str
    seeds: str
    score: str
    largest: float | None
    mean: float | None
    tolerance: float
    verdict: str
    note: str = ""


def find_cell(results: RecordedResults, name: str, seed: int | None = None) -> tuple[str, str]:
    """Return the data set and method of a recorded cell.

    Parameters
    ----------
    results : RecordedResults
        The record.
    name : str
        ``DATASET/METHOD``.
    seed : int, optional
        A seed of the cell.

    Returns
    -------
    tuple of str
        Data set and method.

    Raises
    ------
    InputError
        If the cell, or the seed, is not recorded.
    """
    cells = {"/".join(cell): cell for cell in results.cells()}
    if name not in cells:
        raise InputError(
            f"{results.directory}: no cell {name!r} is recorded; {closest(name, cells)}"
        )
    dataset, method = cells[name]
    known = dict.fromkeys(_rows(results, dataset, method)["seed"])
    if seed is not None and str(seed) not in known:
        raise InputError(
            f"{results.directory}: seed {seed} of {name} is not recorded; "
            f"{closest(str(seed), known)}"
        )
    return dataset, method


def _rows(results: RecordedResults, dataset: str, method: str) -> pd.DataFrame:
    scores = results.scores
    return scores[(scores["dataset"] == dataset) & (scores["method"] == method)]


def draw_cells(
    results: RecordedResults, generator: np.random.Generator, any_duration: bool = False
) -> list[tuple[str, str]]:
    """Return cells in random order, either all or those recorded with less than two minutes.

    Cells without a recorded time, such as failures, are only included in all.

    Parameters
    ----------
    results : RecordedResults
        The record.
    generator : numpy.random.Generator
        Source of randomness.
    any_duration : bool, default=False
        Whether to include all cells.

    Returns
    -------
    list of tuple
        Pairs of data set and method.
    """
    timings = results.timings
    phases = timings.filter(regex="_wall_seconds$").apply(pd.to_numeric)
    seconds = phases.sum(axis=1, skipna=False).groupby([timings["dataset"], timings["method"]])
    slowest_part = dict(seconds.max())
    chosen = [
        cell
        for cell in results.cells()
        if any_duration or slowest_part.get(cell, math.nan) < QUICK_SECONDS
    ]
    return [chosen[index] for index in generator.permutation(len(chosen))]


def verify(
    results: RecordedResults, dataset: str, method: str, seed: int | None = None
) -> Iterator[Comparison]:
    """Recompute a recorded cell and compare its scores.

    All seeds are run in one batch, as in the record. In the environment of the record, rows must be
    identical bytes; for a single seed, or a cell that was split into jobs, scores must agree within
    `BATCH_TOLERANCE`. In another environment, means over seeds must agree within `Score.tolerance`.
    Failures and timeouts must be the same in any environment.

    Parameters
    ----------
    results : RecordedResults
        The record.
    dataset, method : str
        The cell. Each part of a merger with this cell is recomputed separately.
    seed : int, optional
        Recompute only this seed, without scores that compare seeds.

    Yields
    ------
    Comparison
        One for each score.

    Raises
    ------
    InputError
        If this machine does not support the request.
    """
    rows = _rows(results, dataset, method)
    for part in results.parts:
        if not part.has(dataset, method):
            continue
        entry = part.experiment.datasets[dataset]
        seeds = parse_seeds(entry.seeds)
        if seed is not None:
            seeds = [seed] if seed in seeds else []
        recorded = rows[rows["seed"].isin([str(each) for each in seeds])]
        if seed is not None:
            recorded = recorded[~recorded["score"].isin(catalogue.ACROSS_SEEDS)]
        if len(recorded):
            as_it_was = seed is None and len(entry.seed_blocks()) == 1
            yield from _verify_part(part, recorded, seeds, whole=as_it_was)


def _verify_part(
    part: Part, recorded: pd.DataFrame, seeds: list[int], whole: bool
) -> Iterator[Comparison]:
    """Recompute the seeds of a cell in one part."""
    name, method = recorded[["dataset", "method"]].iloc[0]
    entry = part.experiment.datasets[name]
    dataset = make_dataset(name, seeds, entry.parameters, part.experiment.root_seed)
    cell, words = f"{name}/{method}", ",".join(dict.fromkeys(recorded["seed"]))
    if dataset.unavailable:
        yield Comparison(cell, words, "all", None, None, 0.0, "NOT VERIFIED", dataset.unavailable)
        return
    computed = _recompute(part, method, dataset, "timeout" in set(recorded["status"]))
    # Scores that were added after the record are ignored.
    both = recorded.merge(computed, on=_KEY, how="left", suffixes=("", "_here")).fillna("")
    same = not environment_changes(part.provenance, describe_environment())
    comparisons = [
        _compare(cell, words, str(score), rows, same, exact=same and whole)
        for score, rows in both.groupby("score", sort=False)
    ]
    # Scores that are skipped on both sides are shown only if there are no others.
    shown = [
        each for each in comparisons if each.largest is not None or each.verdict == "DIFFERENT"
    ]
    yield from shown or comparisons[:1]


def _recompute(part: Part, method: str, dataset: Dataset, timed_out: bool) -> pd.DataFrame:
    """Run a cell and return its scores as text."""
    entry = part.experiment.methods[method]
    with tempfile.TemporaryDirectory(prefix="bssbench-") as temporary:
        directory = Path(temporary)
        data = directory / f"{dataset.name}.npz"
        dataset.save(data)
        run_cell(
            Cell(
                data=data,
                method=entry.base,
                parameters=entry.parameters,
                name=method,
                root_seed=part.experiment.root_seed,
                device=entry.device,
                cpu_seconds=entry.cpu_seconds * (1 if timed_out else _PATIENCE),
            ),
            directory / "cell",
        )
        scores, _ = collect([directory / "cell" / "run.json"], directory)
    return as_text(scores.to_csv(index=False, lineterminator="\n"))


def _compare(
    cell: str, seeds: str, score: str, rows: pd.DataFrame, same: bool, exact: bool
) -> Comparison:
    """Compare one score for all seeds; recomputed columns end in ``_here``.

    `same` is whether the environment is that of the record, `exact` whether bytes must be equal.
    """
    here = rows[[f"{column}_here" for column in _ANSWER]].set_axis(_ANSWER, axis=1)
    there = rows[_ANSWER]
    distances = (here["value"].map(_number) - there["value"].map(_number)).dropna()
    largest = float(distances.abs().max()) if len(distances) else None
    mean = float(abs(distances.mean())) if len(distances) else None
    # Rounding may determine whether a component is found and can be scored, but not a failure.
    changed = rows[here["status"] != there["status"]]
    if not same and largest is not None:
        changed = changed[~changed[["status", "status_here"]].isin(["ok", "skipped"]).all(axis=1)]
    if exact:
        tolerance, close = 0.0, False
    elif same:
        tolerance, close = BATCH_TOLERANCE, (largest or 0.0) <= BATCH_TOLERANCE
    else:
        tolerance = SCORES[score].tolerance / math.sqrt(max(len(distances), 1))
        close = (mean or 0.0) <= tolerance
    if here.equals(there):
        verdict = "identical"
    else:
        verdict = "within tolerance" if close and changed.empty else "DIFFERENT"
    note = "; ".join(
        f"seed {seed}: {now or 'no such score'}, recorded {before}"
        for seed, now, before in changed[["seed", "status_here", "status"]].to_numpy()
    )
    return Comparison(cell, seeds, score, largest, mean, tolerance, verdict, note)


def _number(text: str) -> float:
    return float(text) if text else float("nan")


def comparison_table(comparisons: list[Comparison]) -> str:
    """Format comparisons as a table.

    Parameters
    ----------
    comparisons : list of Comparison
        The comparisons.

    Returns
    -------
    str
        A line for each comparison.
    """

    def number(value: float | None) -> str:
        return "" if value is None else f"{value:.2g}"

    table = pd.DataFrame(
        {
            "cell": each.cell,
            "seeds": each.seeds,
            "score": each.score,
            "largest difference": number(each.largest),
            "of means": number(each.mean),
            "tolerance": number(each.tolerance),
            "verdict": each.verdict,
            "note": each.note,
        }
        for each in comparisons
    )
    return table.to_markdown(index=False, disable_numparse=True)
