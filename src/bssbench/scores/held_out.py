"""The table of objectives on held-out time, ``selection.csv``."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import pandas as pd

from bssbench.errors import InputError
from bssbench.files import write_text

__all__ = ["HeldOutRow", "read_held_out", "write_held_out"]


@dataclass(frozen=True)
class HeldOutRow:
    """One line of ``selection.csv``.

    Attributes
    ----------
    choice, dataset, method : str
        What is chosen, in words; the data set's id; the method.
    parameters : str
        The candidate, as ``key=value``; the first of a choice is its default.
    seed : int
        A development seed.
    objective : float or None
        On the last fifth of the time, of a model trained on the first four fifths; nats per time
        point, lower is better. None unless `status` is ``ok``.
    status, reason : str
        As in ``scores.csv``.
    """

    choice: str
    dataset: str
    method: str
    parameters: str
    seed: int
    objective: float | None
    status: str
    reason: str


_COLUMNS = [field.name for field in fields(HeldOutRow)]


def write_held_out(path: Path, rows: Iterable[HeldOutRow]) -> None:
    """Write rows as ``selection.csv`` has them."""
    frame = pd.DataFrame([asdict(row) for row in rows], columns=_COLUMNS)
    write_text(path, frame.to_csv(index=False, lineterminator="\n"))


def read_held_out(paths: Iterable[Path]) -> pd.DataFrame:
    """Read what `write_held_out` wrote, one file after the other.

    Raises
    ------
    InputError
        If a file is missing, has other columns, or what can't be a number.
    """
    frames = []
    for path in paths:
        try:
            frame = pd.read_csv(path, dtype=str, keep_default_na=False)
            if list(frame.columns) != _COLUMNS:
                raise InputError(f"{path}: expected the columns {','.join(_COLUMNS)}")
            # Text stays text, even where it looks like a number or like nothing.
            objective = pd.to_numeric(frame["objective"]).astype(float)
            frames.append(frame.assign(seed=frame["seed"].astype(int), objective=objective))
        except FileNotFoundError:
            raise InputError(f"{path}: no such file; make it with 'bssbench held-out'") from None
        except (ValueError, OSError) as error:
            raise InputError(f"{path}: cannot be read as held-out objectives ({error})") from None
    return pd.concat(frames, ignore_index=True)
