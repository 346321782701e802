"""The ids of data sets.

The id of a generated data set is its family, followed by all values that differ from the defaults,
in this order::

    FAMILY[-N][-MIXING][-condK][-mM][-noiseP][-outliersQ][-tT][-4x]

N is the number of sources; MIXING is ``post-nonlinear`` or ``mlp-L``; K is the condition number of
the mixing matrix; M is the number of channels; P is the noise in percent of a channel's standard
deviation; Q is the percentage of samples with outliers; T is the number of samples; ``4x`` denotes
the same data at four times the sampling rate. An example is ``gp-distinct-5-mlp-1``. The limits are
1,000 sources or channels, 9 layers L, a condition number of 10⁶, 1,000 percent noise, 50 percent
outliers and 10⁸ samples. The id of a recording is its name, optionally followed by ``-4x``. Each
data set has exactly one id.
"""

import re
from dataclasses import dataclass, replace
from typing import Any

from bssbench.datasets.families import family_names, load_family
from bssbench.datasets.recordings import recording_names
from bssbench.errors import InputError
from bssbench.parameters import closest

__all__ = ["GRAMMAR", "Identifier", "default_length", "parse_identifier"]

GRAMMAR = "FAMILY[-N][-MIXING][-condK][-mM][-noiseP][-outliersQ][-tT][-4x]"

_COUNT = "[1-9][0-9]{0,17}"
# Limit of each number in an id, and its name in messages.
_COUNTED = {
    "n_sources": (1000, "sources"),
    "condition": (10**6, "for a condition number"),
    "n_channels": (1000, "channels"),
    "noise": (1000, "percent of noise"),
    "outliers": (50, "percent of outliers"),
    "length": (10**8, "samples"),
    "n_layers": (9, "layers"),
}
# The shortest stem that leaves only valid parts. They may have any order, so that a message can
# state the correct one.
_IDENTIFIER = re.compile(
    rf"(?P<stem>.*?)(?:-(?:(?P<n_sources>{_COUNT})"
    rf"|(?P<mixing>linear|post-nonlinear|mlp-(?P<n_layers>{_COUNT}))"
    rf"|cond(?P<condition>{_COUNT})|m(?P<n_channels>{_COUNT})|noise(?P<noise>0|{_COUNT})"
    rf"|outliers(?P<outliers>{_COUNT})|t(?P<length>{_COUNT})|(?P<upsampled>4x))(?=-|\Z))*",
    re.DOTALL,
)


@dataclass(frozen=True)
class Identifier:
    """A parsed id of a data set; ``str()`` returns the id.

    Attributes
    ----------
    stem : str
        The family or recording.
    n_sources, n_channels : int or None
        Numbers of sources and channels. None, here and below, means the default.
    mixing : str
        ``linear``, ``post-nonlinear`` or ``mlp-L``.
    condition : int or None
        Condition number of the mixing matrix.
    noise : int or None
        Noise in percent of each channel's standard deviation.
    outliers : int or None
        Percentage of samples with a gross error.
    length : int or None
        Number of samples before upsampling.
    upsampled : bool
        Whether the data are upsampled to four times the sampling rate.
    """

    stem: str
    n_sources: int | None = None
    mixing: str = "linear"
    condition: int | None = None
    n_channels: int | None = None
    noise: int | None = None
    outliers: int | None = None
    length: int | None = None
    upsampled: bool = False

    def __str__(self) -> str:
        parts = (
            self.stem,
            self.n_sources and f"{self.n_sources}",
            self.mixing != "linear" and self.mixing,
            self.condition and f"cond{self.condition}",
            self.n_channels and f"m{self.n_channels}",
            self.noise is not None and f"noise{self.noise}",
            self.outliers and f"outliers{self.outliers}",
            self.length and f"t{self.length}",
            self.upsampled and "4x",
        )
        return "-".join(part for part in parts if part)

    @property
    def base(self) -> "Identifier":
        """The id at the original sampling rate."""
        return replace(self, upsampled=False)

    @property
    def recorded(self) -> bool:
        """Whether the data set is a recording."""
        return self.stem in recording_names()

    @property
    def parameters(self) -> dict[str, Any]:
        """The fields of `bssbench.datasets.simulation.Simulation` that are stated in the id."""
        stated = {
            "n_sources": self.n_sources,
            "condition": self.condition,
            "n_channels": self.n_channels,
            "outliers": self.outliers,
            "noise": None if self.noise is None else self.noise / 100,
            "length": self.length,
        }
        return {name: value for name, value in stated.items() if value is not None}

    @property
    def defaults(self) -> dict[str, Any]:
        """The default values of the same fields for this family and number of sources."""
        family = load_family(self.stem)
        n_sources = self.n_sources or family.default_n_sources
        return {
            "n_sources": family.default_n_sources,
            "condition": None,
            "n_channels": n_sources,
            "noise": family.default_noise,
            "outliers": 0,
            "length": default_length(n_sources),
        }

    def canonical(self) -> "Identifier":
        """Return the id of the same generated data set without default values.

        Returns
        -------
        Identifier
            The only valid id of the data set.
        """
        defaults = self.defaults
        left_out = [name for name, value in self.parameters.items() if value == defaults[name]]
        return replace(self, **dict.fromkeys(left_out, None))  # type: ignore[arg-type]


def default_length(n_sources: int) -> int:
    """Return the default number of samples: 1,000, 2,000 from 5 sources, 4,000 from 8 sources.

    With more sources, chance correlations between slow sources are more likely. With five sources
    of ``gp-distinct`` and 1,000 samples, even a Gaussian process with the true kernels reaches a
    mean correlation of only 0.975.

    Parameters
    ----------
    n_sources : int
        Number of sources.

    Returns
    -------
    int
        Number of samples.
    """
    if n_sources <= 4:
        return 1000
    return 2000 if n_sources <= 7 else 4000


def parse_identifier(name: str) -> Identifier:
    """Parse the id of a data set.

    Parameters
    ----------
    name : str
        The id.

    Returns
    -------
    Identifier
        Its parts.

    Raises
    ------
    InputError
        If there is no such data set, if a number exceeds its limit, or if the id states a default
        or has its parts in another order.
    """
    stems = [*family_names(), *recording_names()]
    parts = _IDENTIFIER.fullmatch(name)
    assert parts is not None, "the stem may be anything"
    stem = parts["stem"]
    if stem not in stems:
        if any(stem.startswith(f"{known}-") for known in stems):
            raise InputError(f"unknown data set {name!r}; an id has the form {GRAMMAR}")
        raise InputError(f"unknown data set {stem!r}; {closest(stem, stems)}")
    counts = {key: int(parts[key]) for key in _COUNTED if parts[key] is not None}
    for key, count in counts.items():
        most, words = _COUNTED[key]
        if count > most:
            raise InputError(f"data set {name!r}: at most {most:,} {words}, not {count:,}")
    counts.pop("n_layers", None)
    identifier = Identifier(
        stem, mixing=parts["mixing"] or "linear", upsampled=bool(parts["upsampled"]), **counts
    )
    if identifier.recorded and (counts or parts["mixing"]):
        raise InputError(f"data set {name!r}: a recording's id takes no part but -4x")
    canonical = identifier if identifier.recorded else identifier.canonical()
    if str(canonical) != name:
        raise InputError(
            f"data set {name!r} is called {str(canonical)!r}: defaults are left out of an id, "
            "and its parts have an order"
        )
    return canonical
