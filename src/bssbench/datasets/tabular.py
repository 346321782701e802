"""A user's own recording: CSV (with or without a header) or NPY; rows are time."""

import csv
import io
import zipfile
from pathlib import Path

import numpy as np

from bssbench.errors import InputError

__all__ = ["check_observations", "read_observations"]

# Its square, summed over any recording, is still a number in double precision.
_LARGEST_VALUE = 1e140


def read_observations(path: Path) -> np.ndarray:
    """Read a recording of shape (time, channel) in double precision.

    The file is ``.csv`` (or ``.txt``, ``.tsv``; separated by comma, semicolon, tab or space) or
    ``.npy``.

    Raises
    ------
    InputError
        If the file is missing, empty, or not a table of numbers.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    if path.stat().st_size == 0:
        raise InputError(f"{path}: the file is empty")
    return _read_npy(path) if path.suffix.lower() == ".npy" else _read_csv(path)


def _read_npy(path: Path) -> np.ndarray:
    try:
        array = np.load(path, allow_pickle=False)
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(f"{path}: cannot be read as NPY ({error})") from None
    if not isinstance(array, np.ndarray) or array.ndim != 2:
        shape = getattr(array, "shape", type(array).__name__)
        raise InputError(f"{path}: expected an array of shape (time, channel), found {shape}")
    if array.dtype.kind not in "fiu":
        raise InputError(f"{path}: expected real numbers, found dtype {array.dtype}")
    return array.astype(np.float64)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _read_csv(path: Path) -> np.ndarray:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path}: not a text file; give CSV or NPY") from None
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not lines:
        raise InputError(f"{path}: the file is empty")
    delimiter = next((mark for mark in ",;\t" if mark in lines[0][1]), None)
    try:
        rows = [(number, _cells(line, delimiter)) for number, line in lines]
    except csv.Error as error:
        raise InputError(f"{path}: cannot be read as CSV ({error})") from None
    # A first row without any number is a header; one with some is data with a mistake in it.
    if not any(_is_number(cell) for cell in rows[0][1]):
        rows = rows[1:]
    if not rows:
        raise InputError(f"{path}: there is a header but no data")
    width = len(rows[0][1])
    for number, cells in rows:
        if len(cells) != width:
            raise InputError(f"{path}: line {number} has {len(cells)} columns, expected {width}")
    for number, cells in rows:
        for column, cell in enumerate(cells, 1):
            if not _is_number(cell):
                found = f"{cell!r}" if cell.strip() else "an empty cell"
                place = f"line {number}, column {column}"
                raise InputError(f"{path}: {place}: expected a number, found {found}")
    return np.array([[float(cell) for cell in cells] for _, cells in rows])


def _cells(line: str, delimiter: str | None) -> list[str]:
    """Split a line at `delimiter`, or at white space."""
    if delimiter is None:
        return line.split()
    return next(csv.reader(io.StringIO(line), delimiter=delimiter))


def check_observations(observations: np.ndarray, n_sources: int, where: str) -> None:
    """Reject a recording (time, channel) that nothing can separate; `where` is its file.

    Raises
    ------
    InputError
        For NaN or infinity, a constant channel, fewer channels than sources, fewer samples than
        channels.
    """
    length, n_channels = observations.shape
    if n_sources < 1:
        raise InputError(f"--n-sources must be at least 1, not {n_sources}")
    bad = np.argwhere(~np.isfinite(observations))
    if len(bad):
        row, column = bad[0] + 1
        raise InputError(
            f"{where}: row {row}, channel {column} is {observations[row - 1, column - 1]}; "
            "remove or interpolate what is not a finite number"
        )
    if n_channels < n_sources:
        raise InputError(
            f"{where}: {n_channels} channels are fewer than {n_sources} sources; "
            "ask for fewer sources (are rows time and columns channels?)"
        )
    if length < n_channels:
        raise InputError(
            f"{where}: {length} samples are fewer than {n_channels} channels; "
            "rows must be time and columns channels"
        )
    largest = np.abs(observations).max()
    if largest > _LARGEST_VALUE:
        raise InputError(f"{where}: a value of {largest:.1e} is too large; change the unit")
    constant = np.flatnonzero(np.ptp(observations, axis=0) == 0)
    if len(constant):
        raise InputError(f"{where}: channel {constant[0] + 1} is constant; remove it")
    if length < 3:
        raise InputError(f"{where}: {length} samples are too few to separate anything")
