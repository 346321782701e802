"""The look that all figures share, and how they are saved."""

from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from bssbench.files import replacing

__all__ = [
    "PAGE_WIDTH",
    "empty_figure",
    "method_colour",
    "method_marker",
    "new_figure",
    "save",
]

# Inches: the text width of a two-column paper.
PAGE_WIDTH = 7.0

# Okabe and Ito's colours, which colour-blind readers can tell apart; the same for a method in every
# figure. Close relatives share a colour and differ by their marker.
_COLOURS = {
    "ar-flow-vae": "#D55E00",
    "ar-flow-vae-shared": "#D55E00",
    "skr-vae": "#0072B2",
    "skr-vae-learned": "#0072B2",
    "skr-vae-shared": "#0072B2",
    "gp-vae": "#009E73",
    "slow-vae": "#000000",
    "ivae": "#882255",
    "sobi": "#E69F00",
    "amuse": "#E69F00",
    "fastica": "#CC79A7",
    "jade": "#CC79A7",
    "picard": "#56B4E9",
    "infomax": "#56B4E9",
}
_MARKERS = {
    "ar-flow-vae": "o",
    "ar-flow-vae-shared": "8",
    "skr-vae": "s",
    "skr-vae-learned": "*",
    "skr-vae-shared": "X",
    "gp-vae": "^",
    "gp-vae-matern": "<",
    "gp-vae-inducing": ">",
    "slow-vae": "p",
    "ivae": "d",
    "sobi": "D",
    "amuse": "H",
    "fastica": "v",
    "jade": "h",
    "picard": "P",
    "infomax": "+",
    "vae": "X",
    "oracle": "*",
    "random": "x",
}

_STYLE: Any = {
    "font.size": 7.5,
    "axes.titlesize": 8,
    "axes.labelsize": 7.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "lines.linewidth": 0.9,
    "legend.frameon": False,
    "legend.fontsize": 7,
    "savefig.dpi": 200,
    # Type 42 keeps text as text that journals accept.
    "pdf.fonttype": 42,
    "svg.hashsalt": "bssbench",
}


def method_colour(method: str) -> str:
    """Return the method's colour, grey for all that have none of their own."""
    return _COLOURS.get(method, "#555555")


def method_marker(method: str) -> str:
    """Return the method's marker."""
    return _MARKERS.get(method, ".")


def new_figure(height: float, width: float = PAGE_WIDTH) -> Figure:
    """Return an empty figure in the project's style, without any global state of pyplot."""
    matplotlib.rcParams.update(_STYLE)
    return Figure(figsize=(width, height), layout="constrained")


def empty_figure(why: object) -> Figure:
    """Return a figure that says why there is nothing to draw."""
    figure = new_figure(height=1.0)
    figure.text(0.5, 0.5, f"Nothing to draw: {why}", ha="center", va="center", wrap=True)
    return figure


def save(figure: Figure, path: Path) -> None:
    """Write the figure to `path`, PDF or PNG by its suffix; equal figures give equal bytes."""
    pdf = path.suffix == ".pdf"
    # Without this, matplotlib writes the time of day into a PDF and its version into both.
    metadata = (
        {"CreationDate": None, "Producer": None, "Creator": None} if pdf else {"Software": None}
    )
    with matplotlib.rc_context(_STYLE), replacing(path) as temporary:
        figure.savefig(temporary, metadata=metadata)
