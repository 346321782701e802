"""Separation of a recording: reads a file; writes sources, matrices, a picture and a report."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bssbench.experiment.provenance import provenance
from bssbench.files import write_json
from bssbench.methods import method_module
from bssbench.paper.recording_picture import draw_estimates
from bssbench.plugins.description import describe
from bssbench.recording.asked import Asked
from bssbench.recording.printing import Screen, counted, printable
from bssbench.recording.report import embedded, page, png, sections_of
from bssbench.recording.result import Result, result_of
from bssbench.recording.result_directory import ResultDirectory, named_in_errors
from bssbench.recording.runs import find
from bssbench.recording.tables import (
    is_plain,
    matrix_table,
    own_format_name,
    source_names,
    write_own_format,
    write_sources,
)
from bssbench.recording.understanding import Understood

__all__ = ["FILES", "file_names", "record_of", "separate_recording", "write_all", "write_result"]

_RESOLUTION = 200

FILES = (
    *("sources.csv", "sources.png", "mixing_matrix.csv", "unmixing_matrix.csv", "report.html"),
    "run.json",
)
"""Files of a result; ``unmixing_matrix.csv`` only if the method is linear."""


def file_names(path: Path) -> list[str]:
    """Return the names of all files that may be written for the recording `path`."""
    own = own_format_name(path)
    return [*FILES] if own is None else [*FILES, own]


def separate_recording(
    understood: Understood,
    asked: Asked,
    directory: Path,
    launched: float,
    command: str,
    screen: Screen,
) -> Result:
    """Separate by one method and write the complete result into `directory`, or nothing.

    `launched` is the time when the command started, from `time.monotonic`; `command` is its text.

    Raises
    ------
    InputError
        If the method does not apply, fails or takes too long, or the result can't be written.
    """
    place = ResultDirectory(directory, file_names(understood.path), [understood.path])
    with place.writing() as new:
        found = find(asked, understood.prepared.observations, launched)
        result = result_of(understood, asked, found)
        for index, label in enumerate(result.labels):
            screen.report(f"source {index + 1}: {label}")
        screen.warn(result.warnings)
        made = provenance(command)
        screen.warn(write_result(result, new, directory, made))
        written = sorted(path.name for path in new.iterdir())
    screen.report(f"{directory}: wrote {', '.join(written)}")
    return result


def write_result(result: Result, new: Path, shown: Path, made: dict[str, Any]) -> list[str]:
    """Write the result of one method into the directory `new`, and return warnings.

    `shown` is the final path of the directory, for messages; `made` is the provenance.

    Raises
    ------
    MachineError
        If a file can't be written.
    """
    understood, arranged = result.understood, result.arranged
    table, prepared = understood.table, understood.prepared
    sources, rows = arranged.sources, prepared.rows
    names = source_names(result.n_sources)
    notes: list[str] = []
    found = counted(result.n_sources, "source")
    title = f"{understood.path.name}: {found} by {result.asked.method}"

    def own_format(path: Path) -> None:
        note = write_own_format(path, sources, table, rows)
        notes.extend([note] if note else [])

    figure = draw_estimates(
        sources, result.asked.method, printable(title), understood.sampling_rate, result.labels
    )
    # Drawn once, for the file and the report, because it takes most of the time.
    estimates = png(figure, resolution=_RESOLUTION)
    writers: dict[str, Callable[[Path], object]] = {
        "sources.csv": lambda path: write_sources(path, sources, understood.time),
        "mixing_matrix.csv": lambda path: path.write_text(
            matrix_table(arranged.mixing_matrix, prepared.names, names), encoding="utf-8"
        ),
        "sources.png": lambda path: path.write_bytes(estimates),
    }
    unmixing = arranged.unmixing_matrix
    if unmixing is not None:
        writers["unmixing_matrix.csv"] = lambda path: path.write_text(
            matrix_table(unmixing, names, prepared.names), encoding="utf-8"
        )
    own = own_format_name(understood.path)
    if own is not None and not is_plain(table):
        writers[own] = own_format
    write_all(writers, new, shown)
    doubts = [*understood.warnings, *result.warnings, *notes]
    eigenvalues = embedded(png(understood.eigenvalue_picture()))
    sections = sections_of(result, embedded(estimates), eigenvalues)
    html = page(title, understood.words, doubts, sections, made)
    record = {
        **record_of(understood),
        **result.record(),
        "warnings": doubts,
        "provenance": made | describe([method_module(result.asked.method)]),
        "files": sorted({*(path.name for path in new.iterdir()), "report.html", "run.json"}),
    }
    write_all(
        {
            "report.html": lambda path: path.write_text(html, encoding="utf-8"),
            "run.json": lambda path: write_json(path, record, checksum=False),
        },
        new,
        shown,
    )
    return notes


def record_of(understood: Understood) -> dict[str, Any]:
    """Return the part of ``run.json`` about the recording."""
    return {"input": str(understood.path), "recording": understood.record()}


def write_all(writers: Mapping[str, Callable[[Path], object]], new: Path, shown: Path) -> None:
    """Write a file in `new` with each of `writers`; messages show paths in `shown`.

    Raises
    ------
    MachineError
        For the first file that can't be written.
    """
    for name, write in writers.items():
        with named_in_errors(shown / name):
            write(new / name)
