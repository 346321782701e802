"""Mean ranks of methods over data sets, with bars that join those that do not differ."""

import pandas as pd
import scikit_posthocs
from matplotlib.axes import Axes

from bssbench.paper.drawing import enumerated
from bssbench.paper.figures import Drawing, Results
from bssbench.paper.figures._rankings import ranking_panels
from bssbench.paper.looks import method_colour, method_marker
from bssbench.paper.rank_tables import distinguished_pairs
from bssbench.statistics.comparisons import ALPHA
from bssbench.statistics.ranks import Ranking

__all__ = ["draw"]

# Inches: the line of a method or a bar, and the axis with its title.
_LINE, _BESIDE = 0.13, 0.95


def draw(results: Results) -> Drawing:
    """Draw the critical-difference diagram of each ranking, below each other.

    Raises
    ------
    NotApplicable
        If too few methods have a result on enough data sets.
    """
    figure, panels = ranking_panels(results, lambda one: _BESIDE + _LINE * len(one.ranks))
    for axis, ranking in panels:
        _draw_ranking(axis, ranking)
    stated = " ".join(
        f"{ranking.title[0].upper()}{ranking.title[1:]}: {enumerated(ranking.ranks.columns)}; "
        f"Friedman's test p = {ranking.p:.2g}. {distinguished_pairs(ranking)}"
        for _, ranking in panels
    )
    caption = (
        "Mean ranks of the methods' median SI-SDR over data sets; 1 is best. The units are data "
        "sets, one of each family and mixing, and not seeds. Horizontal bars join methods whose "
        "mean ranks differ by less than the critical difference: Nemenyi's test does not "
        f"distinguish them at {ALPHA}. Ranked are the methods with a result on every data set; "
        f"controls, negative controls and recordings are left out. {stated}"
    )
    data = pd.concat([_data(ranking) for _, ranking in panels], ignore_index=True)
    return Drawing(figure, caption, data)


def _data(ranking: Ranking) -> pd.DataFrame:
    """Return the numbers drawn of a ranking."""
    means = ranking.mean_ranks
    return pd.DataFrame(
        {
            "ranking": ranking.title,
            "method": means.index,
            "mean_rank": means.to_numpy(),
            "critical_difference": ranking.critical_difference,
        }
    )


def _draw_ranking(axis: Axes, ranking: Ranking) -> None:
    """Draw one diagram, with the critical difference above it."""
    methods = list(ranking.ranks.index)
    artists = scikit_posthocs.critical_difference_diagram(
        ranking.mean_ranks,
        ranking.p_values,
        alpha=ALPHA,
        ax=axis,
        # No-break spaces keep clear of the marker.
        label_fmt_left="{label} ({rank:.1f})\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}",
        label_fmt_right="\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}({rank:.1f}) {label}",
        color_palette={method: method_colour(method) for method in methods},
        crossbar_props={"linewidth": 1.6},
        # Those below are each method's own.
        marker_props={"s": 0},
        text_h_margin=0.02 * len(methods),
    )
    # From left to right, then from right to left, as the lines are.
    middle = (len(methods) + 1) // 2
    drawn = methods[:middle] + methods[: middle - 1 : -1]
    for label, line, method in zip(artists["labels"], artists["elbows"], drawn, strict=True):
        label.set_color("black")
        # Several methods share a colour; the marker, at both ends, distinguishes them.
        line.set(marker=method_marker(method), markersize=4, markevery=[0, -1], clip_on=False)
    for (bar,) in artists["crossbars"]:
        # It goes through its methods in an order that changes from one process to the next.
        ends = min(bar.get_xdata()), max(bar.get_xdata())
        bar.set_data(ends, bar.get_ydata()[:2])
    axis.xaxis.set_label_position("top")
    # Its first sentence: the caption has the rest.
    found = distinguished_pairs(ranking).partition(":")[0].rstrip(".")
    axis.set_xlabel(
        f"mean rank on {len(ranking.ranks.columns)} data sets, {ranking.title} "
        f"(critical difference {ranking.critical_difference:.1f})\n{found}"
    )
