"""The panels that figures of rankings share: one for each ranking."""

from collections.abc import Callable, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bssbench.errors import NotApplicable
from bssbench.paper.figures import Results
from bssbench.paper.style import new_figure
from bssbench.statistics.evaluation import read_rankings
from bssbench.statistics.ranks import Ranking

__all__ = ["ranking_panels"]


def ranking_panels(
    results: Results, height: Callable[[Ranking], float]
) -> tuple[Figure, Sequence[tuple[Axes, Ranking]]]:
    """Return a figure with a panel of that height, in inches, for each ranking.

    Raises
    ------
    NotApplicable
        If too few methods have a result on enough data sets.
    """
    rankings = read_rankings(results.statistics)
    if not rankings:
        raise NotApplicable("too few methods have a result on enough data sets to be compared")
    heights = [height(ranking) for ranking in rankings]
    figure = new_figure(height=sum(heights))
    grid = figure.subplots(len(rankings), squeeze=False, gridspec_kw={"height_ratios": heights})
    return figure, list(zip(grid[:, 0], rankings, strict=True))
