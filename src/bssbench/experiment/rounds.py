"""The rounds of a measurement, each a CSV file with its provenance, and all of them as one."""

from collections.abc import Sequence
from pathlib import Path

import psutil

from bssbench.errors import InputError
from bssbench.experiment.provenance import provenance
from bssbench.files import checksums, read_json, write_json, write_text

__all__ = ["join_rounds", "write_origin"]


def write_origin(path: Path) -> None:
    """Write beside a round's CSV file, as JSON, on which code and machine it was measured."""
    origin = provenance() | {"memory_bytes": psutil.virtual_memory().total}
    write_json(path.with_suffix(".json"), origin)


def join_rounds(paths: Sequence[Path], out: Path) -> None:
    """Write the rows of several rounds as one CSV file, and beside it where each is from.

    Raises
    ------
    InputError
        If a file is missing, or has other columns than the first.
    """
    header, lines = "", []
    for path in paths:
        checksums.check(path)
        try:
            first, *rest = path.read_text(encoding="utf-8").splitlines(keepends=True)
        except (OSError, ValueError):
            raise InputError(f"{path}: no file of a measurement's round") from None
        header = header or first
        if first != header:
            raise InputError(f"{path}: other columns than {paths[0]}; measure both anew")
        lines += rest
    write_text(out, "".join([header, *lines]), checksum=True)
    origins = [read_json(path.with_suffix(".json")) for path in paths]
    write_json(out.with_suffix(".json"), {"rounds": origins})
