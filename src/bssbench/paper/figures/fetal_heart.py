"""The child's heart as two methods find it in its mother's electrocardiogram, for one seed."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bssbench.errors import NotApplicable
from bssbench.paper.figures import Results
from bssbench.paper.style import method_colour, new_figure
from bssbench.scores.heart import THORAX, detect_beats, fetal_heartbeat, heart_rate

__all__ = ["draw"]

_METHODS = ("ar-flow-vae", "fastica")
_ABDOMINAL_LEAD = 0


def draw(results: Results) -> Figure:
    """Draw a lead of the abdomen and under it each method's fetal component, beats marked.

    Raises
    ------
    NotApplicable
        If no such recording was separated by these methods.
    """
    recordings = {name: results.dataset(name) for name in results.datasets}
    with_thorax = [n for n, d in recordings.items() if any(map(_is_thorax, d.reference_names))]
    if not with_thorax:
        raise NotApplicable("no data set has a mother's and a child's heart")
    name = with_thorax[0]
    dataset = recordings[name]
    separations = {m: s for m, s in results.separations(name) if m in _METHODS}
    if not separations:
        raise NotApplicable(f"neither {' nor '.join(_METHODS)} separated {name}")
    rate = dataset.sampling_rate or 1.0
    lead = dataset.observations[0, :, _ABDOMINAL_LEAD]
    figure = new_figure(height=0.5 + 1.15 * (1 + len(separations)))
    axes = figure.subplots(1 + len(separations), 1, sharex=True)
    beats = detect_beats(lead, rate)
    per_minute = f"{heart_rate(beats, rate):.0f} beats a minute"
    _draw_heart(axes[0], lead, beats, rate, "black")
    axes[0].set_title(f"a lead on the abdomen: {per_minute}, the mother's", loc="left")
    for method, axis in zip(sorted(separations), axes[1:], strict=True):
        sources = separations[method].sources[0]
        heartbeat = fetal_heartbeat(sources, dataset.references(THORAX), rate)
        if heartbeat is None:
            axis.set_title(f"{method}: no component beats like a fetal heart", loc="left")
            axis.set_yticks([])
            continue
        component = sources[:, heartbeat.component]
        _draw_heart(axis, component, heartbeat.beats, rate, method_colour(method))
        axis.set_title(
            f"{method}: {heartbeat.rate:.0f} beats a minute, coefficient of variation "
            f"{heartbeat.regularity:.3f}, purity {heartbeat.purity:.2f}",
            loc="left",
        )
    axes[-1].set_xlabel("time (s)")
    figure.suptitle(f"{name}{_chance(results, name)}", fontsize=8.5)
    return figure


def _chance(results: Results, name: str) -> str:
    """Say what random rotations reach, by which a method's purity is to be judged."""
    scores = results.scores
    own = scores[(scores["dataset"] == name) & (scores["method"] == "random")]
    purities = own.loc[(own["score"] == "beat_purity") & (own["status"] == "ok"), "value"]
    if purities.empty:
        return ""
    return (
        f" (of random rotations, {len(purities)} of {own['seed'].nunique()} have such a component, "
        f"of median purity {purities.median():.2f})"
    )


def _is_thorax(name: str) -> bool:
    return name.startswith(THORAX)


def _draw_heart(
    axis: Axes, signal: np.ndarray, beats: np.ndarray, sampling_rate: float, colour: str
) -> None:
    """Draw a signal with its sharp side up, a mark above each beat."""
    centred = signal - signal.mean()
    upright = centred * np.sign((centred**3).mean())
    axis.plot(np.arange(len(signal)) / sampling_rate, upright, color=colour, linewidth=0.6)
    above = np.full(len(beats), 1.15 * upright.max())
    axis.plot(beats / sampling_rate, above, "v", color="black", markersize=3)
    axis.set_yticks([])
    axis.margins(x=0.005)
