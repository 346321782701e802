"""How probable it is that one method is better than another by more than what matters."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.image import AxesImage

from bssbench.paper.drawing import enumerated
from bssbench.paper.figures import Drawing, Results
from bssbench.paper.figures._rankings import ranking_panels
from bssbench.paper.style import PAGE_WIDTH
from bssbench.statistics.equivalence import EQUIVALENT, PROBABLE
from bssbench.statistics.evaluation import read_equivalence
from bssbench.statistics.ranks import Ranking

__all__ = ["draw"]

# Inches: the side of a pair's square at most, and what the methods' names take beside a matrix.
_SQUARE, _NAMES = 0.24, 1.3


def draw(results: Results) -> Drawing:
    """Draw a matrix of pairs for each ranking, below each other, best mean rank first.

    Raises
    ------
    NotApplicable
        If too few methods have a result on enough data sets.
    """
    figure, panels = ranking_panels(results, _side)
    pairs = read_equivalence(results.statistics)
    for axis, ranking in panels:
        own = pairs[pairs["ranking"] == ranking.title]
        image = _draw_pairs(axis, own, list(ranking.ranks.index))
        axis.set_title(f"{ranking.title}, {len(ranking.ranks.columns)} data sets", loc="left")
    bar = figure.colorbar(
        image, ax=[axis for axis, _ in panels], shrink=0.4, anchor=(0.0, 0.9), panchor=(0.0, 0.5)
    )
    bar.set_label("row better, %")
    told = "; ".join(
        f"{ranking.title}: {enumerated(ranking.ranks.columns)}" for _, ranking in panels
    )
    caption = (
        "How probable it is, in percent, that the method of a row is better than the method of a "
        f"column by more than {EQUIVALENT:g} dB of SI-SDR, the median over seeds: the Bayesian "
        "signed-rank test of Benavoli et al. (2017) over data sets, which are the units. Methods "
        "are in the order of their mean ranks. Written in are probabilities of at least "
        f"{100 * PROBABLE:g}, rounded down; an equals sign joins methods that are as probably "
        f"within {EQUIVALENT:g} dB of each other. What a square and its mirror image leave to 100 "
        f"is the probability of that. Data sets of {told}."
    )
    return Drawing(figure, caption, pairs)


def _side(ranking: Ranking) -> float:
    """Return the height of a ranking's panel."""
    return min(_SQUARE * len(ranking.ranks), PAGE_WIDTH - _NAMES - 0.3) + _NAMES


def _draw_pairs(axis: Axes, pairs: pd.DataFrame, methods: list[str]) -> AxesImage:
    """Draw one matrix."""
    place = {method: position for position, method in enumerate(methods)}
    one, other = (pairs[name].map(place).to_numpy() for name in ("method", "other"))
    better = np.full((len(methods), len(methods)), np.nan)
    better[one, other], better[other, one] = pairs["p_better"], pairs["p_worse"]
    equivalent = np.zeros_like(better)
    equivalent[one, other] = equivalent[other, one] = pairs["p_equivalent"]
    image = axis.imshow(100 * better, cmap="Blues", vmin=0.0, vmax=100.0)
    for (row, column), probability in np.ndenumerate(better):
        text = "=" if equivalent[row, column] >= PROBABLE else ""
        if probability >= PROBABLE:
            # 100 would be certainty.
            text = str(min(99, int(100 * probability)))
        colour = "white" if probability > 0.5 else "black"
        axis.text(column, row, text, ha="center", va="center", fontsize=5, color=colour)
    axis.set_yticks(range(len(methods)), methods)
    axis.set_xticks(range(len(methods)), methods, rotation=90)
    axis.tick_params(length=0)
    return image
