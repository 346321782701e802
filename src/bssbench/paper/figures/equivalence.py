"""The probability that one method is better than another by a difference that matters."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.image import AxesImage

from bssbench.paper.drawing import enumerated
from bssbench.paper.equivalence_tables import decided_pairs
from bssbench.paper.figures import Drawing, Results
from bssbench.paper.figures._rankings import ranking_panels
from bssbench.paper.style import PAGE_WIDTH
from bssbench.statistics.equivalence import EQUIVALENT, PROBABLE
from bssbench.statistics.evaluation import read_equivalence
from bssbench.statistics.ranks import Ranking

__all__ = ["draw"]

# Inches: the largest side of a pair's square, and the names of the methods.
_SQUARE, _NAMES = 0.2, 1.45


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
        axis.set_title(
            f"{ranking.title}, {len(ranking.ranks.columns)} data sets:\n{decided_pairs(own)}",
            loc="left",
        )
    bar = figure.colorbar(
        image, ax=[axis for axis, _ in panels], shrink=0.4, anchor=(0.0, 0.9), panchor=(0.0, 0.5)
    )
    bar.set_label("probability that the row is better (%)")
    stated = " ".join(
        f"{ranking.title[0].upper()}{ranking.title[1:]} ({enumerated(ranking.ranks.columns)}): "
        f"{decided_pairs(pairs[pairs['ranking'] == ranking.title])}."
        for _, ranking in panels
    )
    caption = (
        "Probability, in percent, that the method of a row is better than the method of a column "
        f"by more than {EQUIVALENT:g} dB of SI-SDR, the median over seeds, by the Bayesian "
        "signed-rank test of Benavoli et al. (2017). The units are data sets. Methods are in the "
        f"order of their mean ranks. Probabilities of at least {100 * PROBABLE:g} percent are "
        "written in, rounded down. An equals sign marks two methods that are equivalent, that is "
        f"within {EQUIVALENT:g} dB of each other, with such a probability. {stated}"
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
        axis.text(column, row, text, ha="center", va="center", fontsize=7, color=colour)
    axis.set_yticks(range(len(methods)), methods)
    axis.set_xticks(range(len(methods)), methods, rotation=90)
    axis.tick_params(length=0)
    return image
