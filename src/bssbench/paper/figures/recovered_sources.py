"""Recovered and true sources, for one seed of the first data set whose sources are known."""

import numpy as np
import pandas as pd

from bssbench.paper.drawing import describe_seeds, enumerated
from bssbench.paper.figures import Drawing, Results, main_separations, preferred
from bssbench.paper.looks import method_colour
from bssbench.paper.style import new_figure
from bssbench.scores.measures.matching import match, si_sdr
from bssbench.separation import Separation

__all__ = ["draw"]

_SAMPLES_SHOWN = 250
_TRUE = "true source"


def draw(results: Results) -> Drawing:
    """Draw a column for each method and a row for each source, estimates over true sources.

    Raises
    ------
    NotApplicable
        If no data set has true sources and a separation.
    """
    known = [name for name in results.datasets if results.dataset(name).sources is not None]
    (name,) = preferred(known, ())
    dataset = results.dataset(name)
    assert dataset.sources is not None
    separations = main_separations(results, name)
    true = _standardised(dataset.sources[0])
    tables = [_table(_TRUE, true)]
    n_sources = true.shape[1]
    figure = new_figure(height=0.6 + 0.8 * n_sources)
    axes = figure.subplots(n_sources, len(separations), sharex=True, sharey=True, squeeze=False)
    for (method, separation), column in zip(separations, axes.T, strict=True):
        estimates, ratio = _aligned(true, separation)
        tables.append(_table(method, estimates))
        column[0].set_title(f"{method}\n{ratio:.1f} dB")
        for source, axis in enumerate(column):
            axis.plot(true[:_SAMPLES_SHOWN, source], color="#D6D6D6", linewidth=2.5)
            axis.plot(
                estimates[:_SAMPLES_SHOWN, source], color=method_colour(method), linewidth=0.8
            )
    for source, axis in enumerate(axes[:, 0]):
        axis.set_ylabel(f"source {source + 1}\n(s.d.)")
    for axis in axes[-1]:
        axis.set_xlabel("time (samples)")
    data = pd.concat(tables, ignore_index=True)
    data.insert(0, "seed", dataset.seeds[0])
    data.insert(0, "dataset", name)
    methods = enumerated(method for method, _ in separations)
    caption = (
        f"Sources of {describe_seeds({name: dataset.seeds[:1]})}, as recovered by {methods}: the "
        f"first {len(data[data['signal'] == _TRUE]) // n_sources} of {len(true)} samples, in "
        "standard deviations. Thick grey lines are the true sources, thin lines the estimates, "
        "matched one to one and with corrected signs. The scale-invariant signal-to-distortion "
        "ratio above each column is the mean over sources on all samples of this seed."
    )
    return Drawing(figure, caption, data)


def _standardised(signals: np.ndarray) -> np.ndarray:
    return (signals - signals.mean(axis=0)) / signals.std(axis=0)


def _aligned(true: np.ndarray, separation: Separation) -> tuple[np.ndarray, float]:
    """Return estimates of the first seed in the order and with the signs of `true`, and SI-SDR."""
    matched = match(true, separation.sources[0])
    estimates = _standardised(separation.sources[0])[:, matched.estimated]
    aligned = estimates * np.sign(matched.matched_correlations)
    return aligned, si_sdr(true, separation.sources[0])


def _table(signal: str, values: np.ndarray) -> pd.DataFrame:
    """Return the part of signals (time, source) that is drawn."""
    shown = values[:_SAMPLES_SHOWN]
    time, source = np.indices(shown.shape)
    return pd.DataFrame(
        {
            "signal": signal,
            "source": source.T.ravel() + 1,
            "time_samples": time.T.ravel(),
            "value": shown.T.ravel(),
        }
    )
