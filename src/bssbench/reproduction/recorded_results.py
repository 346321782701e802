"""A folder of recorded results: scores, timings and provenance."""

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
    """One run of the workflow.

    Attributes
    ----------
    source : str
        Name among the parts of a merger, or the folder of the results.
    provenance : dict of str to object
        Content of ``provenance.json``.
    experiment : Configuration
        The experiment, with all parameters of its methods.
    """

    source: str
    provenance: dict[str, Any]
    experiment: Configuration

    def has(self, dataset: str, method: str) -> bool:
        """Return whether the experiment has a cell.

        Parameters
        ----------
        dataset, method : str
            The cell.

        Returns
        -------
        bool
            Whether the method runs on the data set.
        """
        entry = self.experiment.datasets.get(dataset)
        return entry is not None and method in entry.methods


@dataclass(frozen=True)
class RecordedResults:
    """Scores and timings with their parts: one, or several after a merger.

    Attributes
    ----------
    directory : pathlib.Path
        The folder.
    parts : tuple of Part
        The runs.
    scores, timings : pandas.DataFrame
        The tables as text, so that comparing and copying do not round numbers.
    """

    directory: Path
    parts: tuple[Part, ...]
    scores: pd.DataFrame
    timings: pd.DataFrame

    @classmethod
    def read(cls, directory: Path) -> "RecordedResults":
        """Read ``provenance.json``, ``scores.csv`` and ``timings.csv``.

        Parameters
        ----------
        directory : pathlib.Path
            The folder.

        Returns
        -------
        RecordedResults
            The results.

        Raises
        ------
        InputError
            If a file is missing or invalid.
        """
        scores, timings = directory / "scores.csv", directory / "timings.csv"
        # First, because the configuration may name plug-ins with scores.
        parts = _parts(directory / "provenance.json", directory.as_posix())
        read_scores(scores)
        read_timings(timings)
        results = cls(
            directory=directory,
            parts=parts,
            scores=_read(scores),
            timings=_read(timings),
        )
        for dataset, method in results.cells():
            if not any(part.has(dataset, method) for part in results.parts):
                raise InputError(
                    f"{scores}: {dataset}/{method} is not in the configuration of provenance.json"
                )
        return results

    def cells(self) -> list[tuple[str, str]]:
        """Return the cells in the order of the scores.

        Returns
        -------
        list of tuple
            Pairs of data set and method.
        """
        columns = zip(self.scores["dataset"], self.scores["method"], strict=True)
        return list(dict.fromkeys(columns))


def _read(path: Path) -> pd.DataFrame:
    try:
        return as_text(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{path}: not a table in UTF-8 ({error})") from None


def as_text(csv: str) -> pd.DataFrame:
    """Return the content of a CSV file with all entries as text.

    Parameters
    ----------
    csv : str
        The content.

    Returns
    -------
    pandas.DataFrame
        A table of texts.
    """
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
            f"{path}: not the provenance of results, or of an older version ({why}); regenerate "
            "them"
        ) from None
