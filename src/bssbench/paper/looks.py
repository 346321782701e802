"""Each method's colour and marker, the same in every figure."""

import hashlib
from functools import cache
from itertools import product

from bssbench.methods import control_names, method_names

__all__ = ["MAIN_METHODS", "method_colour", "method_marker"]

# Okabe and Ito's colours, which colour-blind readers can distinguish.
_ORANGE, _SKY, _GREEN, _BLUE = "#E69F00", "#56B4E9", "#009E73", "#0072B2"
_VERMILLION, _PURPLE, _BLACK, _GREY = "#D55E00", "#CC79A7", "#000000", "#555555"
_COLOURS = (_ORANGE, _SKY, _GREEN, _BLUE, _VERMILLION, _PURPLE, _BLACK)
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*", "p", "h", "<", ">", "d", "8", "H")
_MAIN = {
    "ar-flow-vae": (_VERMILLION, "o"),
    "skr-vae": (_BLUE, "s"),
    "gp-vae-spectral": (_GREEN, "^"),
    "sobi": (_ORANGE, "D"),
    "fastica": (_PURPLE, "v"),
    # Replaces gp-vae-spectral where that was not run.
    "gp-vae": (_GREEN, "v"),
}

MAIN_METHODS = tuple(_MAIN)
"""One method of each kind, for figures without room for all."""


@cache
def _looks() -> dict[str, tuple[str, str]]:
    """Return the looks of all methods, each its own while there are pairs left.

    The hash of its name gives the first pair that a method tries; it takes the next free one. A new
    method therefore changes the look of at most the methods that it collides with.
    """
    looks = dict(_MAIN)
    for name in method_names():
        if name not in looks:
            pairs = _pairs(name)
            looks[name] = next((pair for pair in pairs if pair not in looks.values()), pairs[0])
    return looks


def _pairs(name: str) -> list[tuple[str, str]]:
    """Return the pairs of colour and marker in the order that a method tries them."""
    colours = (_GREY,) if name in control_names() else _COLOURS
    pairs = list(product(colours, _MARKERS))
    # Python's own hash changes from one process to the next.
    first = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") % len(pairs)
    return pairs[first:] + pairs[:first]


def _look(method: str) -> tuple[str, str]:
    # Variants, and methods of older results, have looks that no method has.
    looks = _looks()
    if method in looks:
        return looks[method]
    pairs = _pairs(method)
    return next((pair for pair in pairs if pair not in looks.values()), pairs[0])


def method_colour(method: str) -> str:
    """Return the method's colour, as hexadecimal digits."""
    return _look(method)[0]


def method_marker(method: str) -> str:
    """Return the method's marker, a code of matplotlib's."""
    return _look(method)[1]
