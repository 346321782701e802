"""Separation during training: the SI-SDR of each VAE against the seconds spent."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure

from bssbench.errors import NotApplicable
from bssbench.paper.drawing import describe_seeds, enumerated
from bssbench.paper.figures import Drawing, Results, finite_replicates, over_seeds, preferred
from bssbench.paper.looks import MAIN_METHODS, method_colour
from bssbench.paper.style import label_plainly, new_figure
from bssbench.scores.training_cost import si_sdr_at_records

__all__ = ["draw"]

# Second-order methods separate the first; the sources of the second share one spectrum.
_TELLING = ("gp-distinct", "ar-laplace-equal")
_DATASETS_SHOWN = 2
# Their curves repeat those of the methods that they vary, as an experiment's own variants do.
_VARIANTS = (
    "ar-flow-vae-shared",
    "skr-vae-shared",
    "skr-vae-learned",
    "gp-vae-shared",
    "gp-vae-inducing",
)
_COLUMNS = 5
# Inches: a row of panels, and the title and axis label of a data set.
_ROW, _BESIDE = 1.15, 0.5


def draw(results: Results) -> Drawing:
    """Draw SI-SDR against seconds, a panel for each VAE on each of two linearly mixed data sets.

    Raises
    ------
    NotApplicable
        If no VAE's training on such a data set was recorded.
    """
    linear = [name for name in results.datasets if results.dataset(name).mixing_matrix is not None]
    tables = [_curves(results, name) for name in preferred(linear, _TELLING, _DATASETS_SHOWN)]
    data = pd.concat(tables, ignore_index=True)
    if data.empty:
        raise NotApplicable("no training with a linear encoder was recorded")
    names = list(dict.fromkeys(data["dataset"]))
    n_rows = [-(-own["method"].nunique() // _COLUMNS) for _, own in data.groupby("dataset")]
    heights = [_BESIDE + _ROW * rows for rows in n_rows]
    figure = new_figure(height=sum(heights))
    parts = figure.subfigures(len(names), 1, squeeze=False, height_ratios=heights)[:, 0]
    for part, name in zip(parts, names, strict=True):
        _draw_dataset(part, data[data["dataset"] == name])
        part.suptitle(name, fontsize=8, fontweight="bold")
    seeds = {name: results.dataset(name).seeds for name in names}
    caption = (
        "SI-SDR of matched sources, in dB, of "
        f"{enumerated(dict.fromkeys(data['method']))} during training "
        f"({describe_seeds(seeds)}). Each panel highlights one method: the line is the median over "
        "seeds, the band their range; grey lines are the other methods. The time is that of all "
        "seeds and restarts in one batch, including warm-up, on one thread while other jobs ran. "
        "It differs from run to run; the SI-SDR at each step does not. For each seed the restart "
        "with the lowest loss is drawn."
    )
    return Drawing(figure, caption, data)


def _curves(results: Results, name: str) -> pd.DataFrame:
    """Return a row for each method and record of the training on one data set."""
    dataset = results.dataset(name)
    run = results.methods_on(name)
    tables = []
    shown = [method for method in preferred(run, MAIN_METHODS, len(run)) if method not in _VARIANTS]
    # The ablation of all structure comes last.
    for method in sorted(shown, key=lambda method: method == "vae"):
        cell = results.run(name, method)
        if cell.get("base", method) != method:
            continue
        separation = results.separation(name, method)
        seconds = cell.get("seconds_at_records")
        if separation is None or not seconds or "unmixing_matrix" not in separation.history:
            continue
        finite = finite_replicates(separation)
        if not finite:
            continue
        paths = si_sdr_at_records(dataset, separation.history["unmixing_matrix"])[finite]
        tables.append(
            pd.DataFrame(
                {
                    **{"dataset": name, "method": method},
                    **{"step": separation.history["step"], "seconds": seconds},
                    **over_seeds(paths),
                    "n_seeds": len(paths),
                }
            )
        )
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def _draw_dataset(part: SubFigure, data: pd.DataFrame) -> None:
    """Draw a panel for each method on one data set."""
    curves = {str(method): curve for method, curve in data.groupby("method", sort=False)}
    columns = min(_COLUMNS, len(curves))
    n_rows = -(-len(curves) // columns)
    grid = part.subplots(n_rows, columns, squeeze=False, sharex=True, sharey=True)
    for axis, method in zip(grid.flat, curves, strict=False):
        _draw_panel(axis, method, curves)
    for axis in grid.flat[len(curves) :]:
        axis.set_axis_off()
    # The last of each column.
    for axis in grid.flat[len(curves) - columns : len(curves)]:
        axis.tick_params(labelbottom=True)
    part.supxlabel("training time of all seeds (s)", fontsize=7.5)
    part.supylabel("SI-SDR (dB)", fontsize=7.5)


def _draw_panel(axis: Axes, method: str, curves: dict[str, pd.DataFrame]) -> None:
    """Draw one method's median and range over seeds, in front of the medians of the others."""
    own, colour = curves[method], method_colour(method)
    axis.plot(own["seconds"], own["median"], color=colour, label=method, linewidth=1.3, zorder=3)
    axis.fill_between(
        own["seconds"], own["lowest"], own["highest"], color=colour, alpha=0.25, lw=0, zorder=2
    )
    for other, curve in curves.items():
        if other != method:
            axis.plot(curve["seconds"], curve["median"], color="#BBBBBB", linewidth=0.6, zorder=1)
    axis.set_xscale("log")
    label_plainly(axis.xaxis, (1.0, 3.0))
    axis.set_title(method, color=colour, fontsize=7.5)
