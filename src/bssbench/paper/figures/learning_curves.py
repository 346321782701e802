"""What training gains with time: separation and loss of the VAEs while they are trained."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import StrMethodFormatter

from bssbench.errors import NotApplicable
from bssbench.paper.drawing import describe_seeds, enumerated
from bssbench.paper.figures import Drawing, Results, finite_replicates, over_seeds, preferred
from bssbench.paper.looks import MAIN_METHODS, method_colour, method_marker
from bssbench.paper.style import label_plainly, new_figure
from bssbench.scores.training_cost import si_sdr_at_records

__all__ = ["draw"]

# On the first second-order methods separate as well; on the second sources have one spectrum.
_TELLING = ("gp-distinct", "ar-laplace-equal")
_DATASETS_SHOWN = 2
# Their curves hide those of the methods that they vary, as those of an experiment's variants do.
_VARIANTS = (
    "ar-flow-vae-shared",
    "skr-vae-shared",
    "skr-vae-learned",
    "gp-vae-shared",
    "gp-vae-inducing",
)
_QUANTITIES = {"si_sdr": "SI-SDR (dB)", "loss": "loss above its last\n(nats per time point)"}


def draw(results: Results) -> Drawing:
    """Draw SI-SDR and loss against seconds, a column for each of two data sets with linear mixing.

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
    figure = new_figure(height=4.2)
    axes = figure.subplots(2, len(names), sharex="col", sharey="row", squeeze=False)
    for column, name in zip(axes.T, names, strict=True):
        for axis, quantity in zip(column, _QUANTITIES, strict=True):
            own = data[(data["dataset"] == name) & (data["quantity"] == quantity)]
            for method, curve in own.groupby("method", sort=False):
                _draw_curve(axis, str(method), curve)
        column[0].set_title(name)
        column[1].set_yscale("symlog", linthresh=1.0)
        column[1].yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
        column[1].axhline(0.0, color="#AAAAAA", linewidth=0.5, zorder=1)
        column[1].set_xscale("log")
        label_plainly(column[1].xaxis)
        column[1].set_xlabel("training time of all seeds (s)")
    for axis, label in zip(axes[:, 0], _QUANTITIES.values(), strict=True):
        axis.set_ylabel(label)
    handles = {line.get_label(): line for axis in axes[0] for line in axis.lines}
    figure.legend(handles=list(handles.values()), loc="outside lower center", ncols=4)
    seeds = {name: results.dataset(name).seeds for name in names}
    caption = (
        "SI-SDR of matched sources, in dB, and loss of "
        f"{enumerated(dict.fromkeys(data['method']))} during training "
        f"({describe_seeds(seeds)}). Lines are medians over seeds, bands, of the main methods "
        "alone, the range. The time is that of all seeds and restarts in one batch, warm-up "
        "included, as recorded on one thread in that run beside other jobs: it differs from run "
        "to run, and the numbers at each step do not. Of a seed's restarts the one with the lowest "
        "loss is drawn. A loss is drawn above the last of its seed and method, for losses of "
        "different methods are not of one scale; its axis is linear up to 1 and logarithmic "
        "beyond. It can rise while the decoder's variance is annealed."
    )
    return Drawing(figure, caption, data)


def _curves(results: Results, name: str) -> pd.DataFrame:
    """Return a row for each method, quantity and record of the training on one data set."""
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
        loss = separation.history["loss"][finite]
        ratio = si_sdr_at_records(dataset, separation.history["unmixing_matrix"])[finite]
        for quantity, paths in (("si_sdr", ratio), ("loss", loss - loss[:, -1:])):
            whose = {"dataset": name, "method": method, "quantity": quantity}
            when = {"step": separation.history["step"], "seconds": seconds}
            columns = {**whose, **when, **over_seeds(paths), "n_seeds": len(paths)}
            tables.append(pd.DataFrame(columns))
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def _draw_curve(axis: Axes, method: str, curve: pd.DataFrame) -> None:
    """Draw one method's median over seeds, of a main method with the range."""
    main = method in MAIN_METHODS
    # Markers alone need not differ: only with its colour is a method's look its own.
    colour = method_colour(method)
    axis.plot(
        curve["seconds"],
        curve["median"],
        color=colour,
        label=method,
        linewidth=1.3 if main else 0.7,
        marker=method_marker(method),
        markersize=3.5,
        markevery=8,
        zorder=3 if main else 2,
    )
    if main:
        axis.fill_between(
            curve["seconds"], curve["lowest"], curve["highest"], color=colour, alpha=0.18, lw=0
        )
