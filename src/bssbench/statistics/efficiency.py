"""Separation of methods, its bound, and their efficiency, in dB."""

import warnings
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from bssbench.scores.measures.matching import DECIBEL_LIMIT, decibels
from bssbench.statistics.intervals import CONFIDENCE, mean_intervals

__all__ = ["QUANTITIES", "is_judgeable", "summarise_efficiency"]

QUANTITIES = ("efficiency", "separation", "si_sdr", "seconds")
"""Quantities of a method on a data set. The first three are in dB, each with an interval."""

_RESAMPLES, _AT_ONCE = 10_000, 200
# Interference below this value is rounding error.
_RESOLVED = 10.0 ** (-DECIBEL_LIMIT / 10)


def summarise_efficiency(interference: pd.DataFrame) -> pd.DataFrame:
    """Reduce interference to a row for each data set and method.

    Powers are averaged over seeds before the conversion to dB, because the Cramér-Rao bound applies
    to an expected power. A mean of decibels would show a better separation, by 5.5 dB for
    interference with one degree of freedom (the expected logarithm of χ²₁) and by 2.5 dB with two.
    An efficient method would then seem to exceed the bound. Interference below -60 dB counts as
    -60 dB, as in all scores.

    Parameters
    ----------
    interference : pandas.DataFrame
        From `bssbench.scores.interference.collect_interference`: a row for each seed, with
        interference and bound as powers relative to the signal's.

    Returns
    -------
    pandas.DataFrame
        In the order of first appearance, with the columns

        - ``dataset, method, n_ok, n_failed, n_seeds``: a seed has failed if it ended with an error
          or a timeout. The last column, ``reason``, states why there are fewer values than seeds.
        - ``separation``: ratio of signal to mean interference, in dB.
        - ``bound``: ratio of signal to mean bound, in dB, limited to ± 60 dB. ``bound_kind`` names
          the bound, ``within_reach`` states whether a method can attain it, and ``bound_reason``
          why there is none.
        - ``efficiency``: ratio of mean bound to mean interference in dB, over the seeds that have
          both; 0 is the optimum. It is missing if the bound is not above 0 dB, because the sources
          are then not separable, and from 60 dB on, because rounding errors dominate there.
        - ``si_sdr``: mean in dB.
        - ``seconds``: CPU time per seed.

        ``separation_low, separation_high`` and the corresponding columns are 95 % bootstrap
        intervals over seeds (BCa). For the efficiency, bound and interference of a seed are
        resampled together.
    """
    rows, powers, pairs, ratios = [], [], [], []
    told = interference["status"] + ": " + interference["reason"]
    interference = interference.assign(
        told=told, interference=interference["interference"].clip(lower=_RESOLVED)
    )
    for (dataset, method), own in interference.groupby(["dataset", "method"], sort=False):
        done, missing = own[own["status"] == "ok"], own[own["status"] != "ok"]
        bounded = own.dropna(subset="bound")
        bound = _decibels(bounded["bound"].mean())
        power = done["interference"].dropna().to_numpy(dtype=np.float64)
        both = done.dropna(subset=["interference", "bound"]) if is_judgeable(bound) else done[:0]
        pair = both[["bound", "interference"]].to_numpy(dtype=np.float64).T
        rows.append(
            {
                **{"dataset": dataset, "method": method, "n_ok": len(done)},
                **{"n_failed": int(missing["status"].ne("skipped").sum()), "n_seeds": len(own)},
                "separation": _decibels(power.mean() if len(power) else np.nan),
                "bound": bound,
                "bound_kind": _joined(own["bound_kind"]),
                "within_reach": len(bounded) > 0 and bool(bounded["within_reach"].all()),
                "bound_reason": _joined(own["bound_reason"]),
                "efficiency": 10.0 * _log_ratio(*pair) if pair.size else np.nan,
                "si_sdr": done["si_sdr"].mean(),
                "seconds": own["seconds"].mean(),
                "reason": _joined(missing["told"]),
            }
        )
        powers.append(power)
        pairs.append(pair)
        ratios.append(done["si_sdr"].dropna().to_numpy(dtype=np.float64))
    table = pd.DataFrame(rows)
    # More power is less separation.
    table[["separation_high", "separation_low"]] = decibels(np.ones(1), mean_intervals(powers))
    table[["efficiency_low", "efficiency_high"]] = _efficiency_intervals(pairs)
    table[["si_sdr_low", "si_sdr_high"]] = mean_intervals(ratios)
    order = [
        *("dataset", "method", "n_ok", "n_failed", "n_seeds"),
        *("separation", "separation_low", "separation_high"),
        *("bound", "bound_kind", "within_reach", "bound_reason"),
        *("efficiency", "efficiency_low", "efficiency_high"),
        *("si_sdr", "si_sdr_low", "si_sdr_high", "seconds", "reason"),
    ]
    return table[order]


def is_judgeable(bound: float) -> bool:
    """Return whether efficiency is meaningful for a bound.

    If the bound is not above 0 dB, the sources are not separable. From 60 dB on, rounding errors
    dominate.

    Parameters
    ----------
    bound : float
        In dB.

    Returns
    -------
    bool
        Whether the bound is between 0 and 60 dB.
    """
    return 0.0 < bound < DECIBEL_LIMIT


def _joined(words: "pd.Series[str]") -> str:
    return "; ".join(dict.fromkeys(word for word in words if word))


def _decibels(power: float) -> float:
    """Return the separation in dB for a power of interference; NaN for NaN."""
    return float(decibels(np.ones(()), np.asarray(power)))


def _log_ratio(bound: np.ndarray, power: np.ndarray, axis: int = -1) -> np.ndarray:
    """Return the logarithm of the ratio of means.

    It is rounded, because BCa counts the resamples whose ratio equals that of the values, and this
    number must not depend on the order of summation.
    """
    ratio: np.ndarray = np.log10(bound.mean(axis=axis) / power.mean(axis=axis))
    return np.round(ratio, 12)


def _efficiency_intervals(pairs: list[np.ndarray]) -> np.ndarray:
    """Return intervals of mean bound over mean interference in dB, with seeds resampled in pairs.

    As for `mean_intervals`, both bounds are the value itself if all seeds are equal, and NaN for
    fewer than two seeds. Each pair has the shape (2, seed); pairs of equal size are resampled
    together.
    """
    bounds = np.full((len(pairs), 2), np.nan)
    sizes = np.array([pair.shape[1] for pair in pairs])
    for size in set(sizes[sizes > 1]):
        alike = np.flatnonzero(sizes == size)
        stacked = np.stack([pairs[row] for row in alike.tolist()], axis=1)
        bounds[alike] = _log_ratio(*stacked)[:, None]
        varied = np.ptp(stacked, axis=-1).any(axis=0)
        if varied.any():
            bounds[alike[varied]] = _bootstrap(stacked[:, varied], "BCa")
    return 10.0 * bounds


def _bootstrap(pairs: np.ndarray, method: Literal["BCa", "percentile"]) -> np.ndarray:
    """Return intervals of log ratios of means, shape (pair, 2), of pairs (2, pair, seed)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)
        warnings.simplefilter("ignore", RuntimeWarning)
        result = stats.bootstrap(
            tuple(pairs),
            _log_ratio,
            paired=True,
            vectorized=True,
            axis=-1,
            n_resamples=_RESAMPLES,
            batch=_AT_ONCE,
            confidence_level=CONFIDENCE,
            method=method,
            rng=np.random.default_rng(0),
        )
    bounds = np.stack(result.confidence_interval, axis=-1)
    lacking = ~np.isfinite(bounds).all(axis=-1)
    # BCa has no value for degenerate distributions.
    if method == "BCa" and lacking.any():
        bounds[lacking] = _bootstrap(pairs[:, lacking], "percentile")
    return bounds
