"""All scores of a cell: a row for each seed and score, with a number or the reason for none."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bssbench.datasets.dataset import Dataset
from bssbench.errors import NotApplicable
from bssbench.scores.catalogue import SCORES
from bssbench.scores.record import Replicate
from bssbench.separation import Separation

__all__ = ["ScoreRow", "score_outcome", "score_separation"]

_DIVERGED = "the estimated sources are not finite: it diverged"


@dataclass(frozen=True)
class ScoreRow:
    """One line of ``scores.csv``.

    Attributes
    ----------
    dataset, method : str
        The cell.
    seed : int
        The seed of the replicate.
    score : str
        Name of the score.
    value : float or None
        None unless `status` is ``ok``.
    status, reason : str
        ``ok``, ``skipped``, ``failed`` or ``timeout``, and why.
    """

    dataset: str
    method: str
    seed: int
    score: str
    value: float | None
    status: str
    reason: str


def score_separation(
    dataset: Dataset, method: str, separation: Separation, seeds: tuple[int, ...]
) -> list[ScoreRow]:
    """Score every replicate of a finished cell.

    A score with a condition (`Score.applies`) has rows only if the condition is satisfied.

    Parameters
    ----------
    dataset : Dataset
        The data set, with true sources or a reference. If it is stacked, the rows are those of the
        data sets that it contains.
    method : str
        Name of the method, for the rows.
    separation : Separation
        The result on this data set, with replicates in the order of `seeds`.
    seeds : tuple of int
        The first seeds of the data set, which were run.

    Returns
    -------
    list of ScoreRow
        A row for each seed and score.
    """
    if dataset.points:
        return [
            row
            for part, rows in _parts(dataset)
            for row in score_separation(part, method, separation.part(rows), part.seeds)
        ]
    scores = [
        score
        for score in SCORES.values()
        if score.applies is None or score.applies(dataset, separation)
    ]
    rows = []
    for index, seed in enumerate(seeds):
        replicate = Replicate(dataset, separation, index)
        diverged = _divergence(separation, index)
        for score in scores:
            value, status, reason = None, "ok", ""
            try:
                score.needs(dataset)
                if diverged:
                    status, reason = "failed", diverged
                else:
                    value = float(score.compute(replicate))
            except NotApplicable as why:
                status, reason = "skipped", str(why)
            rows.append(ScoreRow(dataset.name, method, seed, score.name, value, status, reason))
    return rows


def _divergence(separation: Separation, index: int) -> str:
    """Return why a replicate cannot be scored; empty if it can."""
    if np.isfinite(separation.sources[index]).all():
        return ""
    steps = separation.diagnostics.get("diverged_at") or []
    step = dict(enumerate(steps)).get(index)
    return f"it diverged: the loss is not finite from step {step} on" if step else _DIVERGED


def score_outcome(
    dataset: Dataset, method: str, seeds: tuple[int, ...], status: str, reason: str
) -> list[ScoreRow]:
    """Return the rows of a cell without a separation.

    Parameters
    ----------
    dataset : Dataset
        The data set.
    method : str
        Name of the method.
    seeds : tuple of int
        The seeds of the cell.
    status, reason : str
        Outcome of the cell, written to each row.

    Returns
    -------
    list of ScoreRow
        A row for each seed and score.
    """
    if dataset.points:
        return [
            row
            for part, _ in _parts(dataset)
            for row in score_outcome(part, method, part.seeds, status, reason)
        ]
    outcomes = {}
    for score in SCORES.values():
        if score.applies is None:
            outcomes[score.name] = (status, reason)
            try:
                score.needs(dataset)
            except NotApplicable as why:
                if status != "skipped":
                    outcomes[score.name] = ("skipped", str(why))
    return [
        ScoreRow(dataset.name, method, seed, name, None, *outcome)
        for seed in seeds
        for name, outcome in outcomes.items()
    ]


def _parts(dataset: Dataset) -> Iterator[tuple[Dataset, slice]]:
    """Yield the data sets that are stacked in one, each with the slice of its replicates."""
    parts = dataset.parts()
    size = len(dataset.seeds) // len(parts)
    for index, part in enumerate(parts):
        yield part, slice(index * size, (index + 1) * size)
