"""The result of a method: estimated sources for each seed, with diagnostics."""

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
    """Wall and CPU time of consecutive phases, after the end of start-up.

    A method creates a stopwatch when its libraries are imported, and calls `lap` at the end of each
    phase.

    Attributes
    ----------
    began : tuple of float
        Start on the wall and CPU clocks, from `time.monotonic` and `time.process_time`.
    laps : dict of str to tuple of float
        Wall and CPU time of each phase, in seconds.
    records : list of float
        Wall time in seconds from `began` to each record of the history, if there is a history.
    """

    began: tuple[float, float] = field(
        default_factory=lambda: (time.monotonic(), time.process_time())
    )
    laps: dict[str, tuple[float, float]] = field(default_factory=dict)
    records: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._last = self.began

    def lap(self, phase: str, ended: tuple[float, float] | None = None) -> None:
        """End a phase.

        Parameters
        ----------
        phase : str
            Name of the phase.
        ended : tuple of float, optional
            End on the wall and CPU clocks; the default is now.
        """
        now = ended or (time.monotonic(), time.process_time())
        self.laps[phase] = (now[0] - self._last[0], now[1] - self._last[1])
        self._last = now


class Demixing(Protocol):
    """A map from the observations of one recording to its sources, and back."""

    def demix(self, observations: np.ndarray) -> np.ndarray:
        """Return the sources of observations.

        Parameters
        ----------
        observations : numpy.ndarray
            Shape (time, channel).

        Returns
        -------
        numpy.ndarray
            Shape (time, source).
        """

    def remix(self, sources: np.ndarray) -> np.ndarray:
        """Return the observations of sources.

        Parameters
        ----------
        sources : numpy.ndarray
            Shape (time, source).

        Returns
        -------
        numpy.ndarray
            Shape (time, channel).
        """


@dataclass(frozen=True)
class Kept:
    """The stored solution of one replicate, which can be applied to other observations.

    Attributes
    ----------
    iterations : int or None
        Number of iterations; None if unknown.
    loss_curve : numpy.ndarray or None
        Shape (iteration,). Training loss at each iteration.
    prior : dict of str to numpy.ndarray
        The prior's parameters in interpretable units, each of shape (source, …).
    arrays : dict of str to numpy.ndarray
        Arrays from which the method can reconstruct the map from observations to sources.
    interrupted : bool
        Whether the training was stopped early.
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
        Shape (replicate, time, source), in arbitrary order, sign and scale.
    unmixing_matrix : numpy.ndarray or None
        Shape (replicate, source, channel), with sources = unmixing · (x − mean). None if the method
        is nonlinear.
    uncertainty : numpy.ndarray or None
        Shape (replicate, source). Posterior standard deviation in the scale of the sources.
    loss : numpy.ndarray or None
        Shape (replicate,). Lower is better; comparable between runs of one method on the same data.
    history : dict of str to numpy.ndarray
        Records of the training: ``step`` (record,), ``loss`` (replicate, record), for linear
        methods ``unmixing_matrix`` (replicate, record, source, channel) after each step, and
        parameters of the prior, each (replicate, record, source, …).
    diagnostics : dict of str to object
        Further information, in JSON's types.
    stopwatch : Stopwatch
        Times of the phases ``warm_up`` and ``solve``.
    kept : tuple of Kept
        One for each replicate, if the method stores its solutions; not written by `save`.
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
        """Return the separation of some replicates; diagnostics are not changed.

        Parameters
        ----------
        rows : slice
            The replicates.

        Returns
        -------
        Separation
            With these replicates.
        """
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
        """Write the separation without timing to an NPZ file; equal results give equal bytes.

        Parameters
        ----------
        path : pathlib.Path
            File to write.
        """
        arrays = {"sources": self.sources, "diagnostics": np.array(json.dumps(self.diagnostics))}
        optional = ("unmixing_matrix", "uncertainty", "loss")
        arrays |= {k: v for k in optional if (v := getattr(self, k)) is not None}
        arrays |= {f"history/{name}": value for name, value in self.history.items()}
        write_arrays(path, arrays)

    @classmethod
    def load(cls, path: Path) -> "Separation":
        """Read a separation that `save` wrote.

        Parameters
        ----------
        path : pathlib.Path
            File to read.

        Returns
        -------
        Separation
            The separation.

        Raises
        ------
        InputError
            If the file is not a separation.
        """
        arrays: dict[str, Any] = read_arrays(path)
        try:
            diagnostics = json.loads(str(arrays.pop("diagnostics")))
            ways = [name for name in arrays if name.startswith("history/")]
            history = {name.removeprefix("history/"): arrays.pop(name) for name in ways}
            return cls(**arrays, history=history, diagnostics=diagnostics)
        except (KeyError, ValueError, TypeError) as error:
            raise InputError(f"{path}: not a separation of bssbench ({error!r})") from None
