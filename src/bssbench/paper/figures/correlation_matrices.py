"""Correlations of recovered with true sources, on a data set that separates good from bad methods.

It is `ar-laplace-equal`, whose sources have one spectrum, else `gp-distinct-5`, whose sources are
Gaussian, else the first data set whose sources are known.
"""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from bssbench.paper.drawing import describe_seeds, enumerated
from bssbench.paper.figures import (
    Drawing,
    Results,
    finite_replicates,
    main_separations,
    preferred,
)
from bssbench.paper.style import PAGE_WIDTH, new_figure
from bssbench.scores.measures.matching import match
from bssbench.separation import Separation

__all__ = ["draw"]

_MOST_WRITTEN = 5
_TELLING = ("ar-laplace-equal", "gp-distinct-5")


def draw(results: Results) -> Drawing:
    """Draw a matrix for each method, the mean over seeds, with its values.

    Raises
    ------
    NotApplicable
        If no data set has true sources and a separation.
    """
    known = [name for name in results.datasets if results.dataset(name).sources is not None]
    (name,) = preferred(known, _TELLING)
    true = results.dataset(name).sources
    assert true is not None
    separations = main_separations(results, name)
    matrices = {method: _mean_correlations(true, own) for method, own in separations}
    panel = PAGE_WIDTH / len(matrices)
    figure = new_figure(height=min(panel, 2.2) + 0.5)
    axes = figure.subplots(1, len(matrices), sharey=True, squeeze=False)[0]
    for axis, (method, matrix) in zip(axes, matrices.items(), strict=True):
        _draw_matrix(axis, matrix)
        axis.set_title(f"{method}\nMCC {matrix.diagonal().mean():.3f}")
        axis.set_xlabel("recovered source")
    axes[0].set_ylabel("true source")
    seeds = results.dataset(name).seeds[: len(separations[0][1].sources)]
    caption = (
        f"Absolute correlation of true and recovered sources, the mean over seeds "
        f"({describe_seeds({name: seeds})}), by {enumerated(matrices)}. Recovered sources are in "
        "the order of the true sources that they are matched to, so that a perfect separation is "
        "black on the diagonal and white elsewhere. The mean of the diagonal, above each matrix, "
        "is the mean correlation coefficient (MCC)."
    )
    return Drawing(figure, caption, _table(name, matrices))


def _mean_correlations(true: np.ndarray, separation: Separation) -> np.ndarray:
    """Return mean absolute correlations (true, recovered) over the seeds that did not diverge."""
    matches = [match(true[i], separation.sources[i]) for i in finite_replicates(separation)]
    return np.mean([np.abs(own.correlations[:, own.estimated]) for own in matches], axis=0)


def _draw_matrix(axis: Axes, matrix: np.ndarray) -> None:
    size = len(matrix)
    axis.imshow(matrix, cmap="Greys", vmin=0.0, vmax=1.0)
    # Numbers do not fit into the cells of a larger matrix.
    for (row, column), value in np.ndenumerate(matrix if size <= _MOST_WRITTEN else matrix[:0]):
        colour = "white" if value > 0.5 else "black"
        text = f"{value:.2f}".removeprefix("0")
        axis.text(column, row, text, ha="center", va="center", color=colour)
    numbers = [str(source + 1) for source in range(size)]
    axis.set_xticks(range(size), numbers)
    axis.set_yticks(range(size), numbers)
    axis.tick_params(length=0)


def _table(dataset: str, matrices: dict[str, np.ndarray]) -> pd.DataFrame:
    rows = [
        (dataset, method, true + 1, recovered + 1, value)
        for method, matrix in matrices.items()
        for (true, recovered), value in np.ndenumerate(matrix)
    ]
    columns = ["dataset", "method", "true_source", "recovered_source", "mean_absolute_correlation"]
    return pd.DataFrame(rows, columns=columns)
