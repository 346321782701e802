"""Colours and symbols of the page: those of the project's figures, as Vega draws them."""

from collections.abc import Iterable, Sequence
from itertools import product

import numpy as np

from bssbench.paper.looks import method_colour, method_marker
from bssbench.paper.style import SOURCE_LOOKS

__all__ = ["core_looks", "method_looks", "symbol"]


def _polygon(corners: int, turn: float = 0.0, inner: float = 1.0, size: float = 1.15) -> str:
    """Return an SVG path of radius `size`, of every other corner `inner` times that."""
    angles = 2 * np.pi * (np.arange(corners) / corners + turn) - np.pi / 2
    radii = size * np.where(np.arange(corners) % 2, inner, 1.0)
    points = zip(radii * np.cos(angles), radii * np.sin(angles), strict=True)
    return "M" + "L".join(f"{x:.3f},{y:.3f}" for x, y in points) + "Z"


_SYMBOLS = {
    "o": "circle",
    "s": "square",
    "^": "triangle-up",
    "v": "triangle-down",
    "<": "triangle-left",
    ">": "triangle-right",
    "D": "diamond",
    "P": "cross",
    "X": _polygon(8, turn=1 / 8, inner=0.35, size=1.6),
    "*": _polygon(10, inner=0.45, size=1.5),
    "p": _polygon(5),
    "h": _polygon(6),
    "H": _polygon(6, turn=1 / 12),
    "8": _polygon(8, turn=1 / 16),
    "d": "M0,-1.4L0.8,0L0,1.4L-0.8,0Z",
}


def symbol(marker: str) -> str:
    """Return Vega's name, or the path, of a marker of matplotlib's."""
    return _SYMBOLS[marker]


def method_looks(methods: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return each method's colour and symbol, by name."""
    return {name: (method_colour(name), symbol(method_marker(name))) for name in methods}


def core_looks(cores: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return a colour and a symbol for each core, no two alike."""
    colours = [str(look["color"]) for look in SOURCE_LOOKS] + ["#000000"]
    pairs = sorted(enumerate(product(_SYMBOLS.values(), colours)), key=lambda pair: pair[0])
    return {name: (pair[1], pair[0]) for name, (_, pair) in zip(cores, pairs, strict=False)}
