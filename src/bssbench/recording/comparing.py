"""Separation of a recording by all methods, with a result folder for each and a comparison."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bssbench.errors import InputError
from bssbench.experiment.provenance import provenance
from bssbench.files import write_json
from bssbench.paper.recording_picture import draw_agreement
from bssbench.recording.asked import Asked
from bssbench.recording.comparison import (
    RULE,
    Entry,
    agreement_of,
    candidates,
    recommended,
    try_method,
    with_others,
)
from bssbench.recording.method_choice import applicable_methods
from bssbench.recording.printing import Screen, printable
from bssbench.recording.report import Section, SectionTable, page, picture
from bssbench.recording.result_directory import ResultDirectory
from bssbench.recording.separating import record_of, write_all, write_result
from bssbench.recording.tables import matrix_table
from bssbench.recording.understanding import Understood

__all__ = ["compare_methods", "names_of_all"]

_OWN = ("comparison.csv", "agreement.csv", "report.html", "run.json")
_COLUMNS = (
    "method",
    "status",
    "agreement_with_others",
    "lowest_cluster_quality",
    "held_out_objective",
    "converged",
    "seconds",
    "reason",
)
_SHOWN = ("method", "agreement", "lowest I_q", "held-out", "converged", "seconds", "remark")
_HELD_OUT = (
    "The held-out objective is computed on the last fifth of the time after training on the rest, "
    "in nats per time point; lower is better. Classical methods have none. The objectives of two "
    "priors are comparable only if both are densities. A kernel regression (skr-vae and its "
    "variants) is not a density."
)


def names_of_all(asked: Asked) -> set[str]:
    """Return the names of all files and folders that may be written."""
    return {*_OWN, *applicable_methods(asked.nonlinear)}


def compare_methods(
    understood: Understood,
    asked: Asked,
    restarts: int | None,
    directory: Path,
    command: str,
    screen: Screen,
) -> str:
    """Separate by every method that applies, and return the comparison as text.

    `directory` gets a folder for each method, and ``comparison.csv``, ``agreement.csv``,
    ``report.html`` and ``run.json``. For a method that fails, its row has the reason.

    Raises
    ------
    InputError
        If no method succeeds, or the result can't be written.
    """
    place = ResultDirectory(directory, names_of_all(asked), [understood.path])
    made = provenance(command)
    entries = []
    with place.writing() as new:
        for one in candidates(asked, restarts):
            entry, result = try_method(understood, one)
            entries.append(entry)
            if result is not None:
                folder = new / one.method
                folder.mkdir()
                write_result(result, folder, directory / one.method, made)
        found = [entry for entry in entries if entry.status == "ok"]
        if not found:
            raise InputError(f"no method succeeded; {entries[0].method}: {entries[0].reason}")
        agreement = agreement_of(found)
        best = recommended(found, agreement)
        _write(understood, entries, agreement, best, made, new, directory)
    screen.report(f"{directory}: wrote comparison.csv, report.html and a folder for each method")
    return f"{_as_text(entries, agreement)}\n\n{_verdict(best)}"


def _verdict(best: str | None) -> str:
    return f"recommended: {best}" if best else "recommended: none, because the methods do not agree"


def _write(
    understood: Understood,
    entries: Sequence[Entry],
    agreement: np.ndarray,
    best: str | None,
    made: dict[str, Any],
    new: Path,
    shown: Path,
) -> None:
    """Write the files that compare the methods."""
    names = [entry.method for entry in entries if entry.status == "ok"]
    table = _table(entries, agreement)
    files = [path.relative_to(new).as_posix() for path in new.rglob("*") if path.is_file()]
    record = {
        **record_of(understood),
        "method": "all",
        "n_sources": understood.n_sources,
        "comparison": [
            {key: None if _is_missing(value) else value for key, value in row.items()}
            for row in table.to_dict("records")
        ],
        "agreement": {"methods": names, "matrix": agreement.tolist()},
        "recommended": best,
        "rule": RULE,
        "warnings": understood.warnings,
        "provenance": made,
        "files": sorted({*files, *_OWN}),
    }
    html = _report(understood, entries, agreement, best, made)
    writers = {
        "comparison.csv": lambda path: table.to_csv(path, index=False, lineterminator="\n"),
        "agreement.csv": lambda path: path.write_text(matrix_table(agreement, names, names)),
        "report.html": lambda path: path.write_text(html, encoding="utf-8"),
        "run.json": lambda path: write_json(path, record, checksum=False),
    }
    write_all(writers, new, shown)


def _table(entries: Sequence[Entry], agreement: np.ndarray) -> Any:
    """Return the comparison as a data frame."""
    import pandas as pd

    found = [entry.method for entry in entries if entry.status == "ok"]
    medians = dict(zip(found, with_others(agreement).tolist(), strict=True))
    rows = [
        (
            entry.method,
            entry.status,
            medians.get(entry.method),
            entry.lowest_quality,
            entry.held_out,
            entry.converged,
            entry.seconds,
            entry.reason,
        )
        for entry in entries
    ]
    return pd.DataFrame(rows, columns=list(_COLUMNS)).astype({"converged": object})


def _is_missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and not np.isfinite(value))


def _cells(entries: Sequence[Entry], agreement: np.ndarray) -> list[list[str]]:
    """Return the rows of the table as text, sorted by agreement."""
    table = _table(entries, agreement)
    table = table.sort_values("agreement_with_others", ascending=False, kind="stable")

    def number(value: Any, form: str) -> str:
        return "" if _is_missing(value) else format(value, form)

    return [
        [
            row.method,
            number(row.agreement_with_others, ".3f"),
            number(row.lowest_cluster_quality, ".2f"),
            number(row.held_out_objective, ".3f"),
            "" if row.converged is None else "yes" if row.converged else "no",
            number(row.seconds, ".1f"),
            row.reason if row.status == "ok" else f"{row.status}: {row.reason}",
        ]
        for row in table.itertuples(index=False)
    ]


def _as_text(entries: Sequence[Entry], agreement: np.ndarray) -> str:
    """Return the table as text with aligned columns."""
    rows = [list(_SHOWN), *_cells(entries, agreement)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_SHOWN) - 1)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]])
        for row in [[printable(cell) for cell in row] for row in rows]
    )


def _report(
    understood: Understood,
    entries: Sequence[Entry],
    agreement: np.ndarray,
    best: str | None,
    made: dict[str, Any],
) -> str:
    names = [entry.method for entry in entries if entry.status == "ok"]
    where = "The folder of each method, next to this file, has its own report."
    sections = [
        Section(
            "Methods",
            [f"{_verdict(best).capitalize()}.", RULE, _HELD_OUT, where],
            SectionTable(_SHOWN, _cells(entries, agreement)),
        ),
        Section(
            "Agreement between methods",
            [
                "Mean |correlation| of matched sources. Methods that agree can still make the same "
                "error."
            ],
            picture=picture(draw_agreement(agreement, names)),
        ),
        Section(
            "How many sources?",
            [
                f"{understood.count.reason.capitalize()}. The criterion is "
                f"{understood.count.criterion}."
            ],
            picture=picture(understood.eigenvalue_picture()),
        ),
    ]
    title = f"{understood.path.name}: all methods"
    return page(title, understood.words, understood.warnings, sections, made)
