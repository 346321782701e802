"""How well every method separates every data set whose sources are known, at a glance."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.image import AxesImage

from bssbench.errors import NotApplicable
from bssbench.paper.drawing import describe_seeds
from bssbench.paper.figures import Drawing, Results
from bssbench.paper.style import new_figure
from bssbench.statistics.controls import CONTROLS

__all__ = ["draw"]

# Inches: what a method takes, and what the names of the data sets take below.
_METHOD, _BELOW = 0.17, 2.0
# Darkest from here on, in dB: with noise of some percent nothing goes further.
_DARKEST = 30.0


def draw(results: Results) -> Drawing:
    """Draw a matrix of median SI-SDR: methods, controls last, by data sets.

    Raises
    ------
    NotApplicable
        If no data set has true sources and a method with a score.
    """
    scores = results.scores.query("score == 'si_sdr'")
    values = scores[scores["status"] == "ok"]
    if values.empty:
        raise NotApplicable("no data set has true sources and a method with a score")
    datasets = [name for name in results.datasets if name in set(values["dataset"])]
    methods = [name for name in results.methods if name in set(values["method"])]
    methods.sort(key=lambda method: method in CONTROLS)
    medians = values.pivot_table(
        index="method", columns="dataset", values="value", aggfunc="median"
    ).reindex(index=methods, columns=datasets)
    # A cell without a value has failed or was refused, or was not run.
    run = pd.crosstab(scores["method"], scores["dataset"]).gt(0)
    run = run.reindex(index=methods, columns=datasets)
    figure = new_figure(height=_BELOW + _METHOD * len(methods))
    axis = figure.subplots()
    image = _draw_matrix(axis, medians, run)
    figure.colorbar(image, ax=axis, shrink=0.6, aspect=30).set_label("SI-SDR (dB)")
    seeds = {name: values.loc[values["dataset"] == name, "seed"] for name in datasets}
    caption = (
        "Median over seeds of the scale-invariant signal-to-distortion ratio (SI-SDR) of matched "
        f"sources, in dB: methods by data sets whose sources are known ({describe_seeds(seeds)}). "
        "A cross: the method gave no result; nothing: it was not run there. Below the line are "
        "controls: the oracle was fitted to the true sources, and random is a random rotation. A "
        "median of 10 dB is about an MCC of 0.95, 20 dB one of 0.995 and 30 dB one of 0.9995."
    )
    data = medians.reset_index().melt("method", var_name="dataset", value_name="median").dropna()
    return Drawing(figure, caption, data)


def _draw_matrix(axis: Axes, medians: pd.DataFrame, run: pd.DataFrame) -> AxesImage:
    image = axis.imshow(medians, cmap="Blues", vmin=0.0, vmax=_DARKEST, aspect="auto")
    for (row, column), value in np.ndenumerate(medians.to_numpy()):
        text = f"{value:.1f}".replace("-", "\N{MINUS SIGN}")
        if np.isnan(value):
            text = "x" if run.iat[row, column] else ""
        colour = "white" if value > 0.5 * _DARKEST else "black"
        axis.text(column, row, text, ha="center", va="center", fontsize=5, color=colour)
    axis.set_yticks(range(len(medians)), medians.index)
    axis.set_xticks(range(len(medians.columns)), medians.columns, rotation=90)
    axis.tick_params(length=0)
    n_methods = sum(method not in CONTROLS for method in medians.index)
    if 0 < n_methods < len(medians):
        axis.axhline(n_methods - 0.5, color="black", linewidth=0.6)
    return image
