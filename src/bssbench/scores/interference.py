"""The residual interference of separations and its lower bound.

The values are powers, not decibels. The bound applies to the mean power, and the mean of decibels
differs from it, by 5.5 dB for a power with one degree of freedom.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bssbench.bounds.of_dataset import interference_bound
from bssbench.datasets.dataset import Dataset
from bssbench.errors import InputError, NotApplicable
from bssbench.files import read_json
from bssbench.scores.measures.matching import si_sdr
from bssbench.scores.measures.unmixing import interference_powers
from bssbench.separation import Separation

__all__ = ["InterferenceRow", "collect_interference"]


@dataclass(frozen=True)
class InterferenceRow:
    """One seed of a data set, or of a point of a sweep.

    Attributes
    ----------
    dataset, method : str
        The cell.
    seed : int
        The seed of the replicate.
    interference : float
        Power of all other sources in a source's estimate, relative to the source's own, averaged
        over sources. Each source counts at most 1, since larger values depend on chance.
    bound : float
        The bound on `interference`; infinite if the sources are not identifiable.
    bound_kind : str
        As `bssbench.bounds.of_dataset.Bound.kind`; empty if there is no bound.
    within_reach : bool
        As `bssbench.bounds.of_dataset.Bound.within_reach`; False if there is no bound.
    bound_reason : str
        Why there is no bound.
    si_sdr : float
        SI-SDR in dB.
    seconds : float
        CPU time of the cell's solve phase, divided by the number of its replicates.
    status, reason : str
        As in ``scores.csv``.
    """

    dataset: str
    method: str
    seed: int
    interference: float
    bound: float
    bound_kind: str
    within_reach: bool
    bound_reason: str
    si_sdr: float
    seconds: float
    status: str
    reason: str


def collect_interference(runs: Iterable[Path], data: Path) -> pd.DataFrame:
    """Return the interference and its bound for all seeds of cells.

    Parameters
    ----------
    runs : iterable of pathlib.Path
        The ``run.json`` of each cell, with ``separation.npz`` in the same folder. It is fastest if
        the cells of a data set are consecutive.
    data : pathlib.Path
        Folder of the data sets, ``NAME.npz``.

    Returns
    -------
    pandas.DataFrame
        A column for each attribute of `InterferenceRow`.

    Raises
    ------
    InputError
        If a file is missing or invalid.
    """

    @lru_cache(maxsize=1)
    def load(name: str) -> list[tuple[Dataset, dict[str, Any]]]:
        parts = Dataset.load(data / f"{name}.npz").parts()
        return [(part, _bound(part)) for part in parts]

    rows: list[InterferenceRow] = []
    for path in runs:
        run = read_json(path)
        try:
            rows += _rows(load(run["dataset"]), run, path)
        except (KeyError, TypeError, IndexError) as error:
            raise InputError(f"{path}: not a cell's run.json ({error!r})") from None
    columns = [field.name for field in fields(InterferenceRow)]
    return pd.DataFrame([asdict(row) for row in rows], columns=columns)


def _bound(part: Dataset) -> dict[str, Any]:
    """Return the fields that depend only on the data set, with the bound of each replicate."""
    try:
        bound = interference_bound(part)
    except NotApplicable as why:
        without = np.full(len(part.seeds), np.nan)
        said = {"bound_kind": "", "within_reach": False, "bound_reason": str(why)}
        return {"bound": without, **said}
    said = {"bound_kind": bound.kind, "within_reach": bound.within_reach, "bound_reason": ""}
    return {"bound": bound.powers.mean(axis=1), **said}


def _rows(
    parts: list[tuple[Dataset, dict[str, Any]]], run: dict[str, Any], path: Path
) -> Iterator[InterferenceRow]:
    """Yield the rows of one cell."""
    n_replicates = len(run["seeds"])
    solving = ((run["timing"] or {}).get("solve") or {}).get("cpu", float("nan"))
    separation = None
    if run["status"] == "ok":
        separation = Separation.load(path.with_name("separation.npz"))
        if len(separation.sources) != n_replicates:
            raise InputError(f"{path}: its seeds are not those of its separation; separate again")
    position = 0
    for part, bound in parts:
        for replicate, seed in enumerate(part.seeds):
            if position == n_replicates:
                return
            found = _found(part, separation, replicate, position)
            outcome = {"status": run["status"], "reason": run["reason"]} | found
            yield InterferenceRow(
                dataset=part.name,
                method=run["method"],
                seed=seed,
                seconds=solving / n_replicates,
                **(bound | {"bound": float(bound["bound"][replicate])}),
                **outcome,
            )
            position += 1


def _found(
    part: Dataset, separation: Separation | None, replicate: int, position: int
) -> dict[str, Any]:
    """Return interference, SI-SDR and status; `position` is the replicate's index in the cell."""
    found: dict[str, Any] = {"interference": float("nan"), "si_sdr": float("nan")}
    if separation is None:
        return found
    estimated = separation.sources[position]
    if not np.isfinite(estimated).all():
        return found | {"status": "failed", "reason": "the estimated sources are not finite"}
    if part.sources is None:
        return found | {"status": "skipped", "reason": "the true sources are not known"}
    true = part.sources[replicate]
    found["si_sdr"] = si_sdr(true, estimated)
    if part.mixing_matrix is None or separation.unmixing_matrix is None:
        return found | {"status": "skipped", "reason": "mixing or demixing is not linear"}
    unmixing, mixing = separation.unmixing_matrix[position], part.mixing_matrix[replicate]
    wanted, unwanted = interference_powers(unmixing, mixing, true.var(axis=0))
    return found | {"interference": float((unwanted / np.maximum(wanted, unwanted)).mean())}
