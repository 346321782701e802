"""The look that all figures share, and how they are saved."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib
import pandas as pd
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

from bssbench.files import replacing, write_text
from bssbench.paper.drawing import Drawing

__all__ = [
    "COLUMN_WIDTH",
    "PAGE_WIDTH",
    "SOURCE_LOOKS",
    "empty_drawing",
    "label_plainly",
    "new_figure",
    "save",
    "save_drawing",
]

# Inches: two columns of a paper, and one.
PAGE_WIDTH = 7.0
COLUMN_WIDTH = 3.4

# Recovered sources, spectra and parameters: lines that differ by more than colour.
SOURCE_LOOKS: tuple[dict[str, Any], ...] = (
    {"color": "#0072B2", "linestyle": "-"},
    {"color": "#D55E00", "linestyle": (0, (5, 1.2))},
    {"color": "#009E73", "linestyle": (0, (1.5, 1))},
    {"color": "#CC79A7", "linestyle": (0, (5, 1, 1, 1))},
    {"color": "#E69F00", "linestyle": (0, (8, 1.5))},
    {"color": "#56B4E9", "linestyle": (0, (3, 1, 1, 1, 1, 1))},
)

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
# Otherwise matplotlib writes the time of day into a PDF and its version into both.
_WITHOUT_TIME_AND_VERSION: Any = {
    ".pdf": {"CreationDate": None, "Producer": None, "Creator": None},
    ".png": {"Software": None},
}


def new_figure(height: float, width: float = PAGE_WIDTH) -> Figure:
    """Return an empty figure in the project's style, without any global state of pyplot."""
    matplotlib.rcParams.update(_STYLE)
    return Figure(figsize=(width, height), layout="constrained")


def label_plainly(axis: Axis, first_digits: Sequence[float] = (1.0, 2.0, 5.0)) -> None:
    """Label a logarithmic axis with plain numbers that begin with one of `first_digits`."""
    axis.set_major_locator(LogLocator(subs=tuple(first_digits)))
    axis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axis.set_minor_formatter(NullFormatter())


def empty_drawing(why: object) -> Drawing:
    """Return a drawing that states why there is nothing to draw."""
    figure = new_figure(height=1.0, width=COLUMN_WIDTH)
    figure.text(0.5, 0.5, f"Nothing to draw: {why}", ha="center", va="center", wrap=True)
    # The reason may have characters that a caption may not have.
    return Drawing(figure, "Nothing to draw.", pd.DataFrame({"reason": [str(why)]}))


def save(figure: Figure, path: Path) -> None:
    """Write the figure to `path`, PDF or PNG by its suffix; equal figures give equal bytes."""
    # In memory first: on a full disk, matplotlib's handling of a PDF hides the error.
    drawn = io.BytesIO()
    kind = path.suffix.removeprefix(".")
    with matplotlib.rc_context(_STYLE):
        figure.savefig(drawn, format=kind, metadata=_WITHOUT_TIME_AND_VERSION[path.suffix])
    with replacing(path) as temporary:
        temporary.write_bytes(drawn.getvalue())


def save_drawing(drawing: Drawing, name: str, directory: Path) -> None:
    """Write ``NAME.pdf``, ``.png``, ``.txt`` (the caption) and ``.csv`` (the data)."""
    for suffix in ("pdf", "png"):
        save(drawing.figure, directory / f"{name}.{suffix}")
    write_text(directory / f"{name}.txt", drawing.caption + "\n")
    # Six digits are more than a figure shows, and the same on every platform that draws it alike.
    table = drawing.data.to_csv(index=False, float_format="%.6g", lineterminator="\n")
    write_text(directory / f"{name}.csv", table)
