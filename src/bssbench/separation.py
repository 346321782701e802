"""What a method returns: estimated sources for each seed, and how it came to them."""

import json
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from bssbench.errors import InputError
from bssbench.files import read_arrays, write_arrays

__all__ = ["Demixing", "Kept", "Separation", "Stopwatch"]


@dataclass
class Stopwatch:
    """Wall and CPU seconds of consecutive phases, from the end of start-up on.

    A method makes one when its libraries are imported and calls `lap` at the end of each phase.

    Attributes
    ----------
    began : tuple of float
        Wall and CPU clock, by `time.monotonic` and `time.process_time`.
    laps : dict of str to tuple of float
        Wall and CPU seconds of each phase.
    records : list of float
        Wall seconds from `began` to each record of the history, where there is one.
    """

    began: tuple[float, float] = field(
        default_factory=lambda: (time.monotonic(), time.process_time())
    )
    laps: dict[str, tuple[float, float]] = field(default_factory=dict)
    records: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._last = self.began

    def lap(self, phase: str, ended: tuple[float, float] | None = None) -> None:
        """End `phase` now, or at `ended` (wall and CPU clock readings)."""
        now = ended or (time.monotonic(), time.process_time())
        self.laps[phase] = (now[0] - self._last[0], now[1] - self._last[1])
        self._last = now


class Demixing(Protocol):
    """A map from the observations of one recording to its sources, and back."""

    def demix(self, observations: np.ndarray) -> np.ndarray:
        """Return the sources (time, source) of observations (time, channel)."""

    def remix(self, sources: np.ndarray) -> np.ndarray:
        """Return the observations (time, channel) of sources (time, source)."""


@dataclass(frozen=True)
class Kept:
    """What is left of one replicate's solution to go on with, on other observations too.

    Attributes
    ----------
    iterations : int or None
        How many it took; None where that is not known.
    loss_curve : numpy.ndarray or None
        Shape (iteration,), the loss as trained on at each.
    prior : dict of str to numpy.ndarray
        The prior's parameters in readable units, each (source, …).
    arrays : dict of str to numpy.ndarray
        What the method can make the map from observations to sources of again.
    interrupted : bool
        Whether it was stopped before its end.
    """

    iterations: int | None = None
    loss_curve: np.ndarray | None = None
    prior: dict[str, np.ndarray] = field(default_factory=dict)
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    interrupted: bool = False


@dataclass(frozen=True)
class Separation:
    """Estimated sources of all replicates.

    Attributes
    ----------
    sources : numpy.ndarray
        Shape (replicate, time, source); order, sign and scale are arbitrary.
    unmixing_matrix : numpy.ndarray or None
        Shape (replicate, source, channel), where the method is linear: sources = unmixing · (x −
        mean).
    uncertainty : numpy.ndarray or None
        Shape (replicate, source), a posterior standard deviation in the sources' own scale.
    loss : numpy.ndarray or None
        Shape (replicate,), lower is better; comparable between runs of one method on one input.
    history : dict of str to numpy.ndarray
        The way there: ``step`` (record,), ``loss`` (replicate, record), where the method is linear
        ``unmixing_matrix`` (replicate, record, source, channel) after each of these steps, and
        prior parameters, each (replicate, record, source, …).
    diagnostics : dict
        What else there is to say, in JSON's types.
    stopwatch : Stopwatch
        Phases ``warm_up`` and ``solve``.
    kept : tuple of Kept
        One for each replicate, where the method keeps any; no part of what `save` writes.
    """

    sources: np.ndarray
    unmixing_matrix: np.ndarray | None = None
    uncertainty: np.ndarray | None = None
    loss: np.ndarray | None = None
    history: dict[str, np.ndarray] = field(default_factory=dict)
    diagnostics: dict[str, Any] = field(default_factory=dict)
    stopwatch: Stopwatch = field(default_factory=Stopwatch)
    kept: tuple[Kept, ...] = ()

    def part(self, rows: slice) -> "Separation":
        """Return that of some replicates; what is said of all of them stays as it is."""
        optional = ("unmixing_matrix", "uncertainty", "loss")
        return replace(
            self,
            sources=self.sources[rows],
            history={
                name: value if name == "step" else value[rows]
                for name, value in self.history.items()
            },
            kept=self.kept[rows],
            **{
                name: value[rows] for name in optional if (value := getattr(self, name)) is not None
            },
        )

    def save(self, path: Path) -> None:
        """Write everything but the timing to NPZ; equal results give equal bytes."""
        arrays = {"sources": self.sources, "diagnostics": np.array(json.dumps(self.diagnostics))}
        optional = ("unmixing_matrix", "uncertainty", "loss")
        arrays |= {k: v for k in optional if (v := getattr(self, k)) is not None}
        arrays |= {f"history/{name}": value for name, value in self.history.items()}
        write_arrays(path, arrays)

    @classmethod
    def load(cls, path: Path) -> "Separation":
        """Read what `save` wrote.

        Raises
        ------
        InputError
            If the file is not such a separation.
        """
        arrays: dict[str, Any] = read_arrays(path)
        try:
            diagnostics = json.loads(str(arrays.pop("diagnostics")))
            ways = [name for name in arrays if name.startswith("history/")]
            history = {name.removeprefix("history/"): arrays.pop(name) for name in ways}
            return cls(**arrays, history=history, diagnostics=diagnostics)
        except (KeyError, ValueError, TypeError) as error:
            raise InputError(f"{path}: not a separation of bssbench ({error!r})") from None
