"""Location and spread of scores over seeds."""

import numpy as np
import pandas as pd

from bssbench.statistics.intervals import mean_intervals, median_intervals

__all__ = ["summarise"]


def summarise(scores: pd.DataFrame) -> pd.DataFrame:
    """Reduce scores to a row for each data set, method and score.

    Parameters
    ----------
    scores : pandas.DataFrame
        Columns ``dataset, method, seed, score, value, status, reason``.

    Returns
    -------
    pandas.DataFrame
        Columns ``dataset, method, score, median, lower_quartile, upper_quartile, lowest, highest,
        mean, n_ok, n_failed, n_seeds, reason, mean_low, mean_high, median_low, median_high``, in
        the order of first appearance. Quartiles interpolate linearly. Failed seeds have an error or
        a timeout. `reason` states why there are fewer values than seeds. The last four columns are
        bounds of 95 % bootstrap intervals over seeds (`bssbench.statistics.intervals`).
    """
    order = ["dataset", "method", "score"]
    rows, samples = [], []
    for key, group in scores.groupby(order, sort=False):
        values = group.loc[group["status"] == "ok", "value"]
        missing = group.loc[group["status"] != "ok"]
        reasons = [f"{row.status}: {row.reason}" for row in missing.itertuples()]
        samples.append(values.to_numpy(dtype=np.float64))
        rows.append(
            dict(zip(order, key, strict=True))
            | {
                "median": values.median(),
                "lower_quartile": values.quantile(0.25),
                "upper_quartile": values.quantile(0.75),
                "lowest": values.min(),
                "highest": values.max(),
                "mean": values.mean(),
                "n_ok": len(values),
                "n_failed": int(missing["status"].ne("skipped").sum()),
                "n_seeds": len(group),
                "reason": "; ".join(dict.fromkeys(reasons)),
            }
        )
    summary = pd.DataFrame(rows)
    summary[["mean_low", "mean_high"]] = mean_intervals(samples)
    summary[["median_low", "median_high"]] = median_intervals(samples)
    return summary
