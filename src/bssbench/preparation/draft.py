"""A recording during preparation."""

import shlex
from dataclasses import dataclass, field

import numpy as np

from bssbench.preparation.finding import Finding
from bssbench.preparation.rows import row_name
from bssbench.readers.table import Table

__all__ = ["Draft", "called", "drop_channels"]


def called(names: list[str]) -> str:
    """Return the names of channels for a message, such as ``channels F3, F4``."""
    # A name may contain a line break, or only invisible characters.
    shown = [name if name.isprintable() and name.strip() else repr(name) for name in names]
    # Avoids "channel channel_3".
    if all(name.lower().startswith("channel") for name in shown):
        return ", ".join(shown)
    return f"channel{'s' if len(shown) > 1 else ''} {', '.join(shown)}"


def drop_channels(names: list[str]) -> str:
    """Return the option that leaves these channels out, quoted for a shell."""
    return f"--drop {shlex.join(names)}" if all(name.isprintable() for name in names) else ""


@dataclass
class Draft:
    """A recording during preparation. Every step changes it and records what it did.

    Attributes
    ----------
    table : Table
        The table as read, unchanged.
    values : numpy.ndarray
        Shape (time, channel). A copy with all rows of the kept channels. Rows that are left out are
        NaN at first, and later interpolated.
    names : list of str
        Names of the kept channels.
    rows : numpy.ndarray
        Shape (time,), boolean. The kept rows.
    rounding : numpy.ndarray
        Shape (channel,). Standard deviation of rounding errors.
    scale : numpy.ndarray
        Shape (channel,). `values` times `scale` are in the file's unit.
    left_out : dict of str to str
        Channels that are left out, with the reason.
    steps : list of str
        Descriptions of the steps.
    findings : list of Finding
        Problems of the recording.
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
        """Return the draft of a table, with all rows and channels."""
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
        """Leave out channels, given by index with the reason."""
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
        """Add a finding, with `rows` as indices."""
        named = "" if rows is None else row_name(self.table, rows)
        self.findings.append(Finding(kind, tuple(channels or ()), named, message, remedy))

    @property
    def kept(self) -> np.ndarray:
        """The values of the kept rows, shape (time, channel)."""
        return self.values if self.rows.all() else self.values[self.rows]
