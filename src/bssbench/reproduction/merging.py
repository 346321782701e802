"""Merge the scores of several machines or teams, rejecting results that are not comparable."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import pandas as pd

from bssbench.errors import InputError
from bssbench.experiment.configuration import Configuration
from bssbench.files import write_json, write_table
from bssbench.reproduction.recorded_results import Part, RecordedResults
from bssbench.scores import catalogue

__all__ = ["merge"]

_KEY = ["dataset", "method", "seed", "score"]
_ANSWER = ["value", "status", "reason"]


def merge(directories: Sequence[Path], out: Path) -> list[Part]:
    """Write the merged ``scores.csv``, ``timings.csv`` and ``provenance.json``.

    Parts may have different data sets, methods and seeds. Common entries of two parts must be
    equal: the root seed, the parameters of a data set or method, and the scores of a seed. Limits
    of CPU time may differ. Timings keep one row per part, with its processor, its device and, in
    the column ``source``, the part. Scores that compare a seed with the other seeds of its cell are
    left out if the seeds of a cell come from several parts.

    Parameters
    ----------
    directories : sequence of pathlib.Path
        Folders of results, or of earlier mergers.
    out : pathlib.Path
        Folder of the merged files. Data sets and methods are in the order of their first
        experiment; seeds are in ascending order.

    Returns
    -------
    list of Part
        All parts.

    Raises
    ------
    InputError
        If a folder is invalid, or if two parts are not compatible.
    """
    if len(directories) < 2:
        raise InputError("merging requires at least two folders of results")
    joined = [RecordedResults.read(directory) for directory in directories]
    parts = [part for results in joined for part in results.parts]
    for one, other in combinations(parts, 2):
        for what, first, second in _differences(one, other):
            raise InputError(
                f"{one.source} and {other.source} are not compatible: {what} is {first} in the "
                f"first and {second} in the second"
            )
    scores = pd.concat(
        [results.scores.assign(folder=results.directory.as_posix()) for results in joined],
        ignore_index=True,
    )
    scores = _of_whole_cells(scores.drop_duplicates(subset=[*_KEY, *_ANSWER]))
    _refuse_conflicts(scores)
    # In a merger, timings already have the names of their parts.
    timings = pd.concat(
        [
            results.timings.assign(
                source=results.timings.get("source", default=results.parts[0].source)
            )
            for results in joined
        ],
        ignore_index=True,
    )
    for name, table in (
        ("scores", _ordered(scores, parts, ["dataset", "method", "seed"]).drop(columns="folder")),
        ("timings", _ordered(timings, parts, ["dataset", "method"])),
    ):
        write_table(out / f"{name}.csv", table)
    merged = [{"source": part.source, **part.provenance} for part in parts]
    write_json(out / "provenance.json", {"merged": merged})
    return parts


def _differences(one: Part, other: Part) -> Iterator[tuple[str, Any, Any]]:
    """Yield the differences that affect numbers: a name and the two values."""
    first, second = one.experiment, other.experiment
    if one.source == other.source:
        yield "the name", one.source, "the same"
    if first.root_seed != second.root_seed:
        yield "root_seed", first.root_seed, second.root_seed
    for kind, ours, theirs in (
        ("plug-in", _plugins(one), _plugins(other)),
        ("data set", _datasets(first), _datasets(second)),
        ("method", _methods(first), _methods(second)),
    ):
        for name in ours.keys() & theirs.keys():
            own, other_own = ours[name], theirs[name]
            for key in dict.fromkeys([*own, *other_own]):
                values = own.get(key, "not stated"), other_own.get(key, "not stated")
                if values[0] != values[1]:
                    yield f"{kind} {name!r}: {key}", *values


def _of_whole_cells(scores: pd.DataFrame) -> pd.DataFrame:
    """Remove scores across seeds from cells whose seeds come from several folders."""
    folders = scores.groupby(["dataset", "method"])["folder"].transform("nunique")
    return scores[~scores["score"].isin(catalogue.ACROSS_SEEDS) | (folders == 1)]


def _datasets(experiment: Configuration) -> dict[str, dict[str, Any]]:
    return {name: entry.parameters for name, entry in experiment.datasets.items()}


def _plugins(part: Part) -> dict[str, dict[str, Any]]:
    """Return the SHA-256 of each plug-in's files."""
    return {each["name"]: each["sha256"] for each in part.provenance.get("plugins", ())}


def _methods(experiment: Configuration) -> dict[str, dict[str, Any]]:
    # Two variants with the same name may be based on different methods.
    return {
        name: {"method": entry.base, **entry.parameters}
        for name, entry in experiment.methods.items()
    }


def _refuse_conflicts(scores: pd.DataFrame) -> None:
    """Raise `InputError` if a score of a seed has two different values."""
    twice = scores[scores.duplicated(_KEY, keep=False)]
    if twice.empty:
        return
    first = twice.iloc[0]
    second = twice[(twice[_KEY] == first[_KEY]).all(axis=1)].iloc[1]
    raise InputError(
        f"{first['folder']} and {second['folder']} have different scores of "
        f"{first['dataset']}/{first['method']}, seed {first['seed']}: {first['score']} is "
        f"{first['value'] or first['status']} and {second['value'] or second['status']}; remove "
        "this seed from one of them"
    )


def _ordered(table: pd.DataFrame, parts: Iterable[Part], columns: list[str]) -> pd.DataFrame:
    """Sort the rows by the order of the experiments and by seed, keeping the order otherwise."""
    orders = {
        "dataset": dict.fromkeys(name for part in parts for name in part.experiment.datasets),
        "method": dict.fromkeys(name for part in parts for name in part.experiment.methods),
    }
    places = table[columns].apply(
        lambda column: (
            column.map(list(orders[column.name]).index)
            if column.name in orders
            else column.astype(int)
        )
    )
    return table.loc[places.sort_values(columns, kind="stable").index]
