"""The rounds of a measurement, each a CSV file with its provenance, and their combination."""

from collections.abc import Sequence
from pathlib import Path

import psutil

from bssbench.errors import InputError
from bssbench.experiment.provenance import provenance
from bssbench.files import checksums, read_json, write_json, write_text

__all__ = ["join_rounds", "write_origin"]


def write_origin(path: Path) -> None:
    """Write the code and machine of a round as JSON, next to its CSV file.

    Parameters
    ----------
    path : pathlib.Path
        The CSV file.
    """
    origin = provenance() | {"memory_bytes": psutil.virtual_memory().total}
    write_json(path.with_suffix(".json"), origin)


def join_rounds(paths: Sequence[Path], out: Path) -> None:
    """Write the rows of several rounds as one CSV file, and their provenance as JSON.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        CSV files of the rounds.
    out : pathlib.Path
        The combined CSV file.

    Raises
    ------
    InputError
        If a file is missing or its columns differ from those of the first.
    """
    header, lines = "", []
    for path in paths:
        checksums.check(path)
        try:
            first, *rest = path.read_text(encoding="utf-8").splitlines(keepends=True)
        except (OSError, ValueError):
            raise InputError(f"{path}: not the file of a round of measurements") from None
        header = header or first
        if first != header:
            raise InputError(f"{path}: its columns differ from {paths[0]}; measure both again")
        lines += rest
    write_text(out, "".join([header, *lines]), checksum=True)
    origins = [read_json(path.with_suffix(".json")) for path in paths]
    write_json(out.with_suffix(".json"), {"rounds": origins})
