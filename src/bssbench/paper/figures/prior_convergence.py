"""How the priors' parameters move during training, beside the truth where there is one."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, ScalarFormatter

from bssbench.datasets.dataset import Dataset
from bssbench.errors import NotApplicable
from bssbench.paper.figures import Results
from bssbench.paper.style import new_figure
from bssbench.scores.matching import match
from bssbench.separation import Separation

__all__ = ["draw"]

_DATASETS_SHOWN = 2
_SOURCE_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9")


class _Tracked(NamedTuple):
    """A parameter to draw: its axis label, the law it should converge to, and its scale."""

    label: str
    law: str
    scale: str


_PARAMETERS = {
    "bandwidth": _Tracked("bandwidth (samples)", "", "log"),
    "coefficients": _Tracked("coefficient at first lag", "coefficient", "linear"),
    "innovation_excess_kurtosis": _Tracked("excess kurtosis\nof innovations", "", "linear"),
    "length_scale": _Tracked("length-scale (samples)", "length_scale", "log"),
    "residual_std": _Tracked("residual deviation", "", "log"),
}


def draw(results: Results) -> Figure:
    """Draw a row for each method's parameter, a column for each of the first data sets with laws.

    Each line is one seed's latent, coloured by the true source it was matched to; dashes are the
    sources' own values.

    Raises
    ------
    NotApplicable
        If no separation has a prior with parameters.
    """
    known = {n: d for n in results.datasets if (d := results.dataset(n)).parameters.get("laws")}
    names = [n for n, dataset in known.items() if dataset.mixing == "linear"] or list(known)
    names = names[:_DATASETS_SHOWN]
    panels: dict[tuple[str, str], dict[str, Separation]] = {}
    for name in names:
        for method, separation in results.separations(name):
            for parameter in set(_PARAMETERS) & set(separation.history):
                # What is fixed does not converge.
                if np.ptp(separation.history[parameter], axis=1).any():
                    panels.setdefault((method, parameter), {})[name] = separation
    if not panels:
        raise NotApplicable("no separation has a prior with parameters")
    keys = sorted(panels, key=lambda key: (results.methods.index(key[0]), key[1]))
    figure = new_figure(height=0.4 + 1.5 * len(keys))
    axes = figure.subplots(len(keys), len(names), squeeze=False)
    for row, (method, parameter) in zip(axes, keys, strict=True):
        tracked = _PARAMETERS[parameter]
        for axis, name in zip(row, names, strict=True):
            if name not in panels[method, parameter]:
                axis.set_axis_off()
                continue
            axis.set_title(f"{method} on {name}")
            axis.set_yscale(tracked.scale)
            if tracked.scale == "log":
                axis.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
                axis.yaxis.set_major_formatter(ScalarFormatter())
                axis.yaxis.set_minor_formatter(NullFormatter())
            axis.set_ylabel(tracked.label)
            _draw_paths(axis, known[name], panels[method, parameter][name], parameter)
            if _comparable(parameter, results.diagnostics(name, method)):
                _draw_truth(axis, known[name].parameters["laws"].get(tracked.law, []))
    for axis in axes[-1]:
        axis.set_xlabel("training step")
    handles = [
        axes[0, 0].plot([], [], color="black", linewidth=0.6, label="one seed's latent")[0],
        axes[0, 0].plot([], [], color="black", linestyle=(0, (4, 2)), label="true value")[0],
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=2)
    return figure


def _comparable(parameter: str, diagnostics: dict[str, Any]) -> bool:
    """Return whether the parameter means the same to the prior as to the sources' law."""
    if parameter == "length_scale":
        # The sources' own are those of squared exponentials.
        return bool(diagnostics.get("kernel") == "squared-exponential")
    if parameter == "coefficients":
        # The sources' own are those of one sample before.
        return set(diagnostics.get("spacing", [1])) == {1}
    return True


def _draw_paths(axis: Axes, dataset: Dataset, separation: Separation, parameter: str) -> None:
    """Draw one parameter of one separation."""
    assert dataset.sources is not None
    steps, paths = separation.history["step"], separation.history[parameter]
    if paths.ndim == 4:
        # A vector for each latent: its first entry is that of the first lag.
        paths = paths[..., 0]
    for true, estimated, path in zip(dataset.sources, separation.sources, paths, strict=True):
        if not np.isfinite(estimated).all():
            continue
        for source, latent in enumerate(match(true, estimated).estimated):
            colour = _SOURCE_COLOURS[source % len(_SOURCE_COLOURS)]
            axis.plot(steps, path[:, latent], color=colour, linewidth=0.6, alpha=0.6)


def _draw_truth(axis: Axes, truth: Sequence[float]) -> None:
    """Draw the sources' own values."""
    for source, value in enumerate(truth):
        colour = _SOURCE_COLOURS[source % len(_SOURCE_COLOURS)]
        axis.axhline(value, color=colour, linewidth=1.2, linestyle=(0, (4, 2)))
