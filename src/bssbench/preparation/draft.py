"""A recording while it is being prepared."""

import shlex
from dataclasses import dataclass, field

import numpy as np

from bssbench.preparation.finding import Finding
from bssbench.preparation.rows import row_name
from bssbench.readers.table import Table

__all__ = ["Draft", "called", "drop_channels"]


def called(names: list[str]) -> str:
    """Return what these channels are called in a message, all of them."""
    # A name may hold a new line, or nothing that can be seen.
    shown = [name if name.isprintable() and name.strip() else repr(name) for name in names]
    # "channel channel_3" says nothing more.
    if all(name.lower().startswith("channel") for name in shown):
        return ", ".join(shown)
    return f"channel{'s' if len(shown) > 1 else ''} {', '.join(shown)}"


def drop_channels(names: list[str]) -> str:
    """Return the option that leaves these channels out, as a shell takes it."""
    return f"--drop {shlex.join(names)}" if all(name.isprintable() for name in names) else ""


@dataclass
class Draft:
    """A recording while it is being prepared; every step changes it and says so.

    Attributes
    ----------
    table : Table
        As it was read, and stays.
    values : numpy.ndarray
        Shape (time, channel), a copy: all rows, of the channels that are kept. Rows that are left
        out are NaN at first, then bridged.
    names : list of str
        Of the channels that are kept.
    rows : numpy.ndarray
        Shape (time,), boolean: those that are kept.
    rounding : numpy.ndarray
        Shape (channel,), the deviation of rounding errors.
    scale : numpy.ndarray
        Shape (channel,): values in the file's unit are these times scale.
    left_out : dict of str to str
        Channels, and why.
    steps : list of str
        What was done.
    findings : list of Finding
        What is doubtful.
    """

    table: Table
    values: np.ndarray
    names: list[str]
    rows: np.ndarray
    rounding: np.ndarray
    scale: np.ndarray
    left_out: dict[str, str] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @classmethod
    def of(cls, table: Table) -> "Draft":
        """Begin with everything."""
        length, n_channels = table.values.shape
        return cls(
            table=table,
            values=np.array(table.values, dtype=np.float64),
            names=list(table.names),
            rows=np.ones(length, dtype=bool),
            rounding=np.zeros(n_channels),
            scale=np.ones(n_channels),
        )

    def leave_out(self, reasons: dict[int, str]) -> None:
        """Leave channels out, by index, and say why."""
        if not reasons:
            return
        self.left_out |= {self.names[index]: reason for index, reason in reasons.items()}
        kept = [index for index in range(len(self.names)) if index not in reasons]
        self.values = self.values[:, kept]
        self.names = [self.names[index] for index in kept]
        self.rounding, self.scale = self.rounding[kept], self.scale[kept]

    def find(
        self,
        kind: str,
        message: str,
        channels: list[str] | None = None,
        rows: np.ndarray | None = None,
        remedy: str = "",
    ) -> None:
        """Add a finding; `rows` are indices."""
        named = "" if rows is None else row_name(self.table, rows)
        self.findings.append(Finding(kind, tuple(channels or ()), named, message, remedy))

    @property
    def kept(self) -> np.ndarray:
        """The values of the rows that are kept; shape (time, channel)."""
        return self.values if self.rows.all() else self.values[self.rows]
