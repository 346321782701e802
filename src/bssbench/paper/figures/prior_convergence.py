"""What the priors learn, compared with the true sources: spectra, innovations, time scales."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import StrMethodFormatter

from bssbench.datasets.dataset import Dataset
from bssbench.errors import NotApplicable
from bssbench.paper.drawing import describe_seeds, enumerated
from bssbench.paper.figures import Drawing, Results, finite_replicates, over_seeds
from bssbench.paper.style import SOURCE_LOOKS, label_plainly, new_figure
from bssbench.scores.measures.matching import match
from bssbench.scores.measures.prior_parameters import INNOVATION_KURTOSIS
from bssbench.scores.spectra import (
    FREQUENCIES,
    autoregressive_spectrum,
    has_spectrum,
    learned_spectra,
)
from bssbench.separation import Separation

__all__ = ["draw"]

_FREQUENCIES_SHOWN = 120
_LAPLACE = INNOVATION_KURTOSIS["coefficient"]
_STEP = "training step"


class _Panel(NamedTuple):
    """A quantity of a prior, drawn for the first data set whose sources have that law.

    The first of `methods` that learns it there is drawn.
    """

    quantity: str
    methods: tuple[str, ...]
    law: str
    x: str
    label: str


_PANELS = (
    _Panel(
        "spectrum",
        ("ar-flow-vae",),
        "coefficient",
        "frequency (cycles per sample)",
        "power (dB)",
    ),
    _Panel(
        "innovation_excess_kurtosis",
        ("ar-flow-vae",),
        "coefficient",
        _STEP,
        "excess kurtosis\nof innovations",
    ),
    _Panel(
        "length_scale",
        ("gp-vae-spectral", "gp-vae"),
        "length_scale",
        _STEP,
        "length-scale (samples)",
    ),
    _Panel("bandwidth", ("skr-vae-learned",), "length_scale", _STEP, "bandwidth (samples)"),
)


def draw(results: Results) -> Drawing:
    """Draw a panel for each learned quantity: medians and ranges over seeds, and true values.

    Raises
    ------
    NotApplicable
        If no prior has learned parameters of sources whose laws are known.
    """
    tables = {panel: table for panel in _PANELS if (table := _learned(results, panel)) is not None}
    if not tables:
        raise NotApplicable("no prior learned parameters of sources whose laws are known")
    columns = len(tables) if len(tables) <= 3 else 2
    rows = -(-len(tables) // columns)
    figure = new_figure(height=0.4 + 1.9 * rows)
    axes = figure.subplots(rows, columns, squeeze=False).flatten()
    for axis, (panel, table) in zip(axes, tables.items(), strict=False):
        _draw_panel(axis, panel, table)
    for axis in axes[len(tables) :]:
        axis.set_axis_off()
    data = pd.concat(tables.values(), ignore_index=True)
    _add_legend(figure, data["source"].max())
    seeds = {name: results.dataset(name).seeds for name in dict.fromkeys(data["dataset"])}
    caption = (
        f"Prior parameters that {enumerated(dict.fromkeys(data['method']))} learned "
        f"({describe_seeds(seeds)}) for the latents matched to each source. Lines are medians over "
        "seeds, bands their range; thin black lines with the same dashes are the true values. "
        "Spectra are those of the linear part of the learned autoregressions at the end of "
        "training, in dB of their mean power. Excess kurtosis is 0 for Gaussian and 3 for Laplace "
        "innovations. Length-scales and bandwidths are in samples; a bandwidth belongs to a "
        "regression of a latent on its own neighbours and need not equal the length-scale. A "
        "prior models a latent that contains sensor noise, which raises spectra where a source has "
        "little power and makes innovations more Gaussian."
    )
    return Drawing(figure, caption, data)


def _learned(results: Results, panel: _Panel) -> pd.DataFrame | None:
    """Return what a panel shows, a row for each source and abscissa, or None."""
    for name in results.datasets:
        dataset = results.dataset(name)
        if dataset.mixing != "linear" or panel.law not in dataset.parameters.get("laws", {}):
            continue
        run = results.methods_on(name)
        for method in (method for method in panel.methods if method in run):
            separation = results.separation(name, method)
            if separation is not None and _learns(separation, panel):
                return _table(name, method, dataset, separation, panel)
    return None


def _learns(separation: Separation, panel: _Panel) -> bool:
    """Return whether the prior learns such a parameter, comparable to that of the sources."""
    if not finite_replicates(separation):
        return False
    if panel.quantity == "spectrum":
        return has_spectrum(separation)
    if panel.quantity == "length_scale":
        # The length-scale of another kernel is another quantity.
        comparable = separation.diagnostics.get("kernel") == "squared-exponential"
    else:
        comparable = panel.quantity in separation.history
    return comparable and bool(np.ptp(separation.history[panel.quantity], axis=1).any())


def _table(
    name: str, method: str, dataset: Dataset, separation: Separation, panel: _Panel
) -> pd.DataFrame:
    """Return median and range over seeds, and the true values."""
    assert dataset.sources is not None
    law = np.array(dataset.parameters["laws"][panel.law])
    if panel.quantity == "spectrum":
        # Equally many in each octave: slow sources have their power in a narrow peak.
        shown = np.unique(np.geomspace(4, len(FREQUENCIES), _FREQUENCIES_SHOWN).astype(int)) - 1
        x = FREQUENCIES[shown]
        true = np.array([autoregressive_spectrum([first], [[1]])[shown] for first in law])
    else:
        x = separation.history["step"]
        own = law if panel.law == "length_scale" else np.full(len(law), _LAPLACE - 3.0)
        true = np.repeat(own[:, None], len(x), axis=1)
    paths = []
    for replicate in finite_replicates(separation):
        true_sources, estimated = dataset.sources[replicate], separation.sources[replicate]
        latents = match(true_sources, estimated).estimated
        if panel.quantity == "spectrum":
            paths.append(learned_spectra(separation, replicate)[latents][:, shown])
        else:
            paths.append(separation.history[panel.quantity][replicate].T[latents])
    columns = {
        "source": np.repeat(np.arange(len(law)) + 1, len(x)),
        "x": np.tile(x, len(law)),
        **over_seeds(np.array(paths)),
        "true": true.ravel(),
    }
    whose = {"dataset": name, "method": method, "quantity": panel.quantity, "axis": panel.x}
    return pd.DataFrame({**whose, **columns, "n_seeds": len(paths)})


def _draw_panel(axis: Axes, panel: _Panel, table: pd.DataFrame) -> None:
    """Draw one quantity of all sources."""
    for source, own in table.groupby("source"):
        look = SOURCE_LOOKS[(int(str(source)) - 1) % len(SOURCE_LOOKS)]
        x = own["x"]
        axis.fill_between(x, own["lowest"], own["highest"], color=look["color"], alpha=0.2, lw=0)
        axis.plot(x, own["median"], linewidth=1.4, **look)
        axis.plot(x, own["true"], linewidth=0.8, **look | {"color": "black"})
    axis.set_title(f"{table['method'].iloc[0]}\non {table['dataset'].iloc[0]}")
    axis.set(xlabel=panel.x, ylabel=panel.label)
    if panel.quantity == "spectrum":
        axis.set_xscale("log")
        axis.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    if panel.law == "length_scale":
        axis.set_yscale("log")
        label_plainly(axis.yaxis)


def _add_legend(figure: Figure, n_sources: int) -> None:
    handles = [
        Line2D([], [], linewidth=1.4, label=f"source {source + 1}", **look)
        for source, look in zip(range(n_sources), SOURCE_LOOKS, strict=False)
    ]
    handles.append(Line2D([], [], color="black", linewidth=0.8, label="true value, same dashes"))
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), handlelength=3)
