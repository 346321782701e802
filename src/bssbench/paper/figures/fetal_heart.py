"""The fetal heart, as two methods find it in the mother's electrocardiogram, for one seed."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from bssbench.errors import NotApplicable
from bssbench.paper.drawing import describe_seeds, enumerated
from bssbench.paper.figures import Drawing, Results
from bssbench.paper.looks import method_colour
from bssbench.paper.style import new_figure
from bssbench.scores.measures.heart import THORAX, detect_beats, fetal_heartbeat, heart_rate

__all__ = ["draw"]

_METHODS = ("ar-flow-vae", "fastica")
_ABDOMINAL_LEAD = 0


def draw(results: Results) -> Drawing:
    """Draw an abdominal lead and the fetal component of each method, with marked beats.

    Raises
    ------
    NotApplicable
        If no such recording was separated by these methods.
    """
    for name in results.datasets:
        dataset = results.dataset(name)
        if any(reference.startswith(THORAX) for reference in dataset.reference_names):
            break
    else:
        raise NotApplicable("no data set has a maternal and a fetal heart")
    separations = {m: s for m, s in results.separations(name) if m in _METHODS}
    if not separations:
        raise NotApplicable(f"neither {' nor '.join(_METHODS)} separated {name}")
    rate = dataset.sampling_rate or 1.0
    lead = dataset.observations[0, :, _ABDOMINAL_LEAD]
    figure = new_figure(height=0.4 + 1.15 * (1 + len(separations)))
    axes = figure.subplots(1 + len(separations), 1, sharex=True)
    beats = detect_beats(lead, rate)
    per_minute = f"{heart_rate(beats, rate):.0f} beats a minute"
    tables = [_draw_heart(axes[0], "abdomen", lead, beats, rate, "black")]
    axes[0].set_title(f"abdominal lead: {per_minute} (mother)", loc="left")
    for method, axis in zip(sorted(separations), axes[1:], strict=True):
        sources = separations[method].sources[0]
        heartbeat = fetal_heartbeat(sources, dataset.references(THORAX)[0], rate)
        if heartbeat is None:
            axis.set_title(f"{method}: no component beats like a fetal heart", loc="left")
            axis.set_yticks([])
            continue
        signal, colour = sources[:, heartbeat.component], method_colour(method)
        tables.append(_draw_heart(axis, method, signal, heartbeat.beats, rate, colour))
        axis.set_title(
            f"{method}: {heartbeat.rate:.0f} beats a minute, coefficient of variation "
            f"{heartbeat.regularity:.3f}, purity {heartbeat.purity:.2f}",
            loc="left",
        )
    axes[-1].set_xlabel("time (s)")
    caption = (
        "Electrocardiogram of a pregnant woman: an abdominal lead, and the component with the "
        f"rhythm of a fetal heart as found by {enumerated(sorted(separations))} "
        f"({describe_seeds({name: dataset.seeds[:1]})}). Signals are in standard deviations; "
        "triangles mark the detected beats. The purity is the share of the variance of the "
        f"component that repeats in every beat.{_chance(results, name)}"
    )
    data = pd.concat(tables, ignore_index=True)
    data.insert(0, "dataset", name)
    return Drawing(figure, caption, data)


def _chance(results: Results, name: str) -> str:
    """State the purity that random rotations reach, for comparison."""
    scores = results.scores
    own = scores[(scores["dataset"] == name) & (scores["method"] == "random")]
    found = results.values(name, "beat_purity")
    purities = found.loc[found["method"] == "random", "value"]
    if purities.empty:
        return ""
    return (
        f" For comparison, {len(purities)} of {own['seed'].nunique()} random rotations have such a "
        f"component, with a median purity of {purities.median():.2f}."
    )


def _draw_heart(
    axis: Axes, name: str, signal: np.ndarray, beats: np.ndarray, rate: float, colour: str
) -> pd.DataFrame:
    """Draw a signal with its sharp side up and a mark above each beat; return the numbers.

    Beats are in samples, their rate in Hz.
    """
    centred = signal - signal.mean()
    upright = centred * np.sign((centred**3).mean()) / centred.std()
    times = np.arange(len(upright)) / rate
    axis.plot(times, upright, color=colour, linewidth=0.6)
    seconds = beats / rate
    height = 1.15 * upright.max()
    axis.plot(seconds, np.full(len(beats), height), "v", color="black", markersize=3)
    axis.set_ylabel("signal (s.d.)")
    axis.margins(x=0.005)
    line = pd.DataFrame({"mark": "signal", "time_s": times, "value": upright})
    marks = pd.DataFrame({"mark": "beat", "time_s": seconds, "value": height})
    return pd.concat([line, marks], ignore_index=True).assign(signal=name)
