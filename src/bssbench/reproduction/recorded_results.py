"""A folder of results as it was recorded: scores, timings, and how they were made."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from bssbench.errors import InputError
from bssbench.experiment.configuration import Configuration, configure
from bssbench.files import read_json
from bssbench.scores.table import read_scores, read_timings

__all__ = ["Part", "RecordedResults", "as_text"]


@dataclass(frozen=True)
class Part:
    """What one run of the workflow says of itself.

    `source` is its name among the parts of a merger, or the folder of results that are whole;
    `provenance` the content of its ``provenance.json``; `experiment` what it ran, with all
    parameters of its methods.
    """

    source: str
    provenance: dict[str, Any]
    experiment: Configuration

    def has(self, dataset: str, method: str) -> bool:
        """Return whether this cell is one of its experiment."""
        entry = self.experiment.datasets.get(dataset)
        return entry is not None and method in entry.methods


@dataclass(frozen=True)
class RecordedResults:
    """Scores and timings with the parts that they are of: one, or several after a merger.

    `scores` and `timings` are as in their files, every entry as its text: what is compared and
    copied must not pass through rounding.
    """

    directory: Path
    parts: tuple[Part, ...]
    scores: pd.DataFrame
    timings: pd.DataFrame

    @classmethod
    def read(cls, directory: Path) -> "RecordedResults":
        """Read ``provenance.json``, ``scores.csv`` and ``timings.csv``.

        Raises
        ------
        InputError
            If one is missing or not what it should be.
        """
        scores, timings = directory / "scores.csv", directory / "timings.csv"
        # First, for the scores may be of plug-ins that the configuration names.
        parts = _parts(directory / "provenance.json", directory.as_posix())
        read_scores(scores)
        read_timings(timings)
        results = cls(
            directory=directory,
            parts=parts,
            scores=as_text(scores.read_text(encoding="utf-8")),
            timings=as_text(timings.read_text(encoding="utf-8")),
        )
        for dataset, method in results.cells():
            if not any(part.has(dataset, method) for part in results.parts):
                raise InputError(
                    f"{scores}: {dataset}/{method} is not in the configuration of provenance.json"
                )
        return results

    def cells(self) -> list[tuple[str, str]]:
        """Return data set and method of each cell, in the order of the scores."""
        columns = zip(self.scores["dataset"], self.scores["method"], strict=True)
        return list(dict.fromkeys(columns))


def as_text(csv: str) -> pd.DataFrame:
    """Return the content of a CSV file with each entry as it stands there."""
    return pd.read_csv(io.StringIO(csv), dtype=str, keep_default_na=False)


def _parts(path: Path, name: str) -> tuple[Part, ...]:
    content = read_json(path)
    try:
        recorded = content["merged"] if "merged" in content else [content | {"source": name}]
        return tuple(
            Part(
                source=part["source"],
                provenance={key: value for key, value in part.items() if key != "source"},
                experiment=configure(
                    part["configuration"],
                    part["parameters"],
                    Path(part.get("configuration_file") or "").parent,
                    record=str(path),
                ),
            )
            for part in recorded
        )
    except (KeyError, TypeError, AttributeError, InputError) as error:
        why = str(error) if isinstance(error, InputError) else repr(error)
        raise InputError(
            f"{path}: not the provenance of results, or an older version's ({why}); make them again"
        ) from None
