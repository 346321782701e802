"""The picture of a user's own separation."""

import numpy as np
from matplotlib.figure import Figure

from bssbench.paper.looks import method_colour
from bssbench.paper.style import new_figure

__all__ = ["draw_estimates"]

_POINTS_DRAWN = 4000


def draw_estimates(sources: np.ndarray, method: str, title: str) -> Figure:
    """Draw estimated sources (time, source) one above the other, in standard deviations."""
    n_sources = sources.shape[1]
    figure = new_figure(height=0.6 + 0.75 * n_sources)
    axes = figure.subplots(n_sources, 1, sharex=True, squeeze=False)[:, 0]
    # More points than pixels only make the file large; every k-th would hide peaks, so draw
    # extremes.
    block = max(1, len(sources) // (_POINTS_DRAWN // 2))
    for source, axis in enumerate(axes):
        time, values = _envelope(sources[:, source] / sources[:, source].std(), block)
        axis.plot(time, values, color=method_colour(method), linewidth=0.6)
        axis.set_ylabel(f"source {source + 1}")
    axes[-1].set_xlabel("time (samples)")
    figure.suptitle(title, fontsize=8.5)
    return figure


def _envelope(signal: np.ndarray, block: int) -> tuple[np.ndarray, np.ndarray]:
    """Return (time, value) of the signal, reduced to the extremes of each block of samples."""
    if block == 1:
        return np.arange(len(signal)), signal
    whole = signal[: len(signal) // block * block].reshape(-1, block)
    values = np.stack([whole.min(axis=1), whole.max(axis=1)], axis=1).flatten()
    return np.repeat(np.arange(len(whole)) * block, 2), values
