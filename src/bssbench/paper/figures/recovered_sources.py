"""Recovered against true sources, for one seed of the first data set whose sources are known."""

import numpy as np
from matplotlib.figure import Figure

from bssbench.errors import NotApplicable
from bssbench.paper.figures import Results
from bssbench.paper.style import method_colour, new_figure
from bssbench.scores.matching import match
from bssbench.separation import Separation

__all__ = ["draw"]

_SAMPLES_SHOWN = 250
# One of each kind comes first; more than five columns are too narrow to see anything.
_FIRST = ("ar-flow-vae", "skr-vae", "gp-vae", "sobi", "fastica")
_METHODS_SHOWN = 5
_CONTROLS = ("oracle", "random", "vae")


def _standardised(signals: np.ndarray) -> np.ndarray:
    return (signals - signals.mean(axis=0)) / signals.std(axis=0)


def draw(results: Results) -> Figure:
    """Draw a column for each method and a row for each source, estimate over truth.

    Raises
    ------
    NotApplicable
        If no data set has true sources and a separation.
    """
    name = next((n for n in results.datasets if results.dataset(n).sources is not None), None)
    if name is None:
        raise NotApplicable("no data set has true sources")
    dataset = results.dataset(name)
    assert dataset.sources is not None
    columns = [pair for pair in results.separations(name) if pair[0] not in _CONTROLS]
    columns.sort(key=lambda pair: _FIRST.index(pair[0]) if pair[0] in _FIRST else len(_FIRST))
    columns = columns[:_METHODS_SHOWN]
    if not columns:
        raise NotApplicable(f"no method separated {name}")
    true = _standardised(dataset.sources[0])
    figure = new_figure(height=0.5 + 0.9 * true.shape[1])
    axes = figure.subplots(true.shape[1], len(columns), sharex=True, sharey="row", squeeze=False)
    for (method, separation), column in zip(columns, axes.T, strict=True):
        _draw_column(column, true, method, separation)
    for axis, source in zip(axes[:, 0], range(true.shape[1]), strict=True):
        axis.set_ylabel(f"source {source + 1}")
    for axis in axes[-1]:
        axis.set_xlabel("time (samples)")
    handles = [
        axes[0, 0].plot([], [], color="#BBBBBB", linewidth=2.5, label="true source")[0],
        axes[0, 0].plot([], [], color="black", label="estimate, matched and scaled (coloured)")[0],
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=2)
    figure.suptitle(f"{name}, seed {dataset.seeds[0]}: recovered sources", fontsize=8.5)
    return figure


def _draw_column(column: np.ndarray, true: np.ndarray, method: str, separation: Separation) -> None:
    """Draw one method's estimates over the true sources."""
    matched = match(true, separation.sources[0])
    estimates = _standardised(separation.sources[0])[:, matched.estimated]
    signs = np.sign(matched.matched_correlations)
    mean_correlation = np.abs(matched.matched_correlations).mean()
    column[0].set_title(f"{method}\nMCC {mean_correlation:.3f}")
    time = np.arange(min(_SAMPLES_SHOWN, len(true)))
    for source, axis in enumerate(column):
        axis.plot(time, true[time, source], color="#BBBBBB", linewidth=2.5)
        axis.plot(time, signs[source] * estimates[time, source], color=method_colour(method))
        axis.set_yticks([])
