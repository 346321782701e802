"""The pictures of a user's own separation: sources, spectra, patterns, stability, agreement."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.mlab import psd
from matplotlib.ticker import MaxNLocator, NullLocator

from bssbench.paper.looks import method_colour
from bssbench.paper.style import COLUMN_WIDTH, PAGE_WIDTH, new_figure

__all__ = [
    "draw_agreement",
    "draw_estimates",
    "draw_patterns",
    "draw_spectra",
    "draw_stability",
]

_POINTS_DRAWN = 4000
_LONGEST_SEGMENT = 1024
# More labels than this cannot be read, and larger pictures are not drawn.
_MOST_LABELS = 64
_TALLEST = 40.0


def draw_estimates(
    sources: np.ndarray,
    method: str,
    title: str,
    sampling_rate: float | None = None,
    labels: Sequence[str] = (),
) -> Figure:
    """Draw estimated sources one above the other, in standard deviations.

    Parameters
    ----------
    sources : numpy.ndarray
        Shape (time, source).
    method : str
        Sets the colour, as in every figure.
    title : str
        Any text; it is not parsed as mathematics.
    sampling_rate : float, optional
        In Hz, for a time axis in seconds.
    labels : sequence of str
        A label for each source.
    """
    n_sources = sources.shape[1]
    figure = new_figure(height=min(0.6 + 0.75 * n_sources, _TALLEST))
    axes = figure.subplots(n_sources, 1, sharex=True, squeeze=False)[:, 0]
    # More points than pixels only make the file large; the extremes of each block keep the peaks.
    block = max(1, len(sources) // (_POINTS_DRAWN // 2))
    for source, axis in enumerate(axes):
        deviation = sources[:, source].std() or 1.0
        time, values = _envelope(sources[:, source] / deviation, block)
        axis.plot(time / (sampling_rate or 1.0), values, color=method_colour(method), linewidth=0.6)
        axis.set_ylabel(f"source {source + 1}")
        if labels:
            axis.set_title(labels[source], loc="right", fontsize=7, parse_math=False)
    axes[-1].set_xlabel("time (samples)" if sampling_rate is None else "time (s)")
    figure.suptitle(title, fontsize=8.5, parse_math=False)
    return figure


def _envelope(signal: np.ndarray, block: int) -> tuple[np.ndarray, np.ndarray]:
    """Return (time, value) of the signal, reduced to the extremes of each block of samples."""
    if block == 1:
        return np.arange(len(signal)), signal
    whole = np.pad(signal, (0, -len(signal) % block), mode="edge").reshape(-1, block)
    values = np.stack([whole.min(axis=1), whole.max(axis=1)], axis=1).flatten()
    return np.repeat(np.arange(len(whole)) * block, 2), values


def draw_spectra(sources: np.ndarray, method: str, sampling_rate: float | None) -> Figure:
    """Draw the power spectral density of each source (time, source), by Welch's method."""
    length, n_sources = sources.shape
    segment = min(_LONGEST_SEGMENT, length)
    # Periodic over a segment, not symmetric.
    window = np.hanning(segment + 1)[:-1]
    figure, axes = _grid(n_sources)
    for source, axis in enumerate(axes):
        # By matplotlib, which is loaded already: scipy.signal takes most of a second to import.
        answer = psd(
            sources[:, source],
            NFFT=segment,
            Fs=sampling_rate or 1.0,
            noverlap=segment // 2,
            detrend="mean",
            window=window,
        )
        density, frequencies = map(np.asarray, answer)
        # The mean was removed, so the first value has no logarithm.
        axis.semilogy(
            frequencies[1:],
            np.maximum(density[1:], np.finfo(float).tiny),
            color=method_colour(method),
            linewidth=0.7,
        )
        axis.yaxis.set_minor_locator(NullLocator())
        axis.set_title(f"source {source + 1}")
        axis.set_xlabel("frequency (cycles/sample)" if sampling_rate is None else "frequency (Hz)")
    return figure


def draw_patterns(mixing_matrix: np.ndarray, channels: Sequence[str]) -> Figure:
    """Draw each source's pattern, a column of the mixing matrix (channel, source), as bars."""
    n_channels, n_sources = mixing_matrix.shape
    rows = min(n_channels, _MOST_LABELS)
    figure, axes = _grid(n_sources, height=0.7 + 0.13 * rows)
    for source, axis in enumerate(axes):
        axis.barh(np.arange(n_channels), mixing_matrix[:, source], color="#555555", height=0.7)
        axis.axvline(0.0, color="black", linewidth=0.5)
        axis.invert_yaxis()
        axis.set_title(f"source {source + 1}")
        axis.xaxis.set_major_locator(MaxNLocator(3))
        if n_channels <= _MOST_LABELS:
            axis.set_yticks(np.arange(n_channels))
            for label in axis.set_yticklabels(list(channels), fontsize=7):
                label.set_parse_math(False)
        else:
            axis.set_ylabel("channel (number from 0)")
    return figure


def draw_stability(quality: np.ndarray, bound: float) -> Figure:
    """Draw each source's cluster quality (source,), and the bound above which it is trusted."""
    figure = new_figure(height=0.8 + 0.18 * len(quality), width=COLUMN_WIDTH)
    axis = figure.subplots()
    colours = ["#0072B2" if value >= bound else "#D55E00" for value in quality]
    axis.barh(np.arange(len(quality)), quality, color=colours, height=0.7)
    axis.axvline(bound, color="black", linestyle="--", linewidth=0.7)
    axis.set_yticks(np.arange(len(quality)), [f"source {i + 1}" for i in range(len(quality))])
    axis.set_xlim(min(0.0, float(quality.min())), 1.0)
    axis.invert_yaxis()
    axis.set_xlabel("cluster quality I_q")
    return figure


def draw_agreement(agreement: np.ndarray, methods: Sequence[str]) -> Figure:
    """Draw the mean correlation of matched sources between methods (method, method)."""
    size = min(max(0.28 * len(methods) + 1.8, 3.0), 12.0)
    figure = new_figure(height=size, width=size + 0.6)
    axis = figure.subplots()
    image = axis.imshow(agreement, vmin=0.0, vmax=1.0, cmap="cividis")
    axis.set_xticks(np.arange(len(methods)), list(methods), rotation=90)
    axis.set_yticks(np.arange(len(methods)), list(methods))
    for row, column in np.ndindex(*agreement.shape):
        dark = agreement[row, column] < 0.6
        axis.text(
            column,
            row,
            f"{agreement[row, column]:.2f}".lstrip("0"),
            ha="center",
            va="center",
            fontsize=7,
            color="white" if dark else "black",
        )
    figure.colorbar(image, ax=axis, label="mean |correlation| of matched sources", shrink=0.7)
    return figure


def _grid(n_panels: int, height: float = 1.5) -> tuple[Figure, list[Axes]]:
    """Return a figure with this many panels, four in a row."""
    columns = min(4, n_panels)
    rows = -(-n_panels // columns)
    figure = new_figure(height=min(height * rows, _TALLEST), width=PAGE_WIDTH)
    axes = list(figure.subplots(rows, columns, squeeze=False).flat)
    for axis in axes[n_panels:]:
        axis.remove()
    return figure, axes[:n_panels]
