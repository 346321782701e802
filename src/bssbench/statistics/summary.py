"""The middle and the spread of scores over seeds."""

import pandas as pd

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
        mean, n_ok, n_seeds, reason``, in the order of first appearance; quartiles interpolate
        linearly. `reason` tells why there are fewer values than seeds.
    """
    order = ["dataset", "method", "score"]
    rows = []
    for key, group in scores.groupby(order, sort=False):
        values = group.loc[group["status"] == "ok", "value"]
        missing = group.loc[group["status"] != "ok"]
        reasons = [f"{row.status}: {row.reason}" for row in missing.itertuples()]
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
                "n_seeds": len(group),
                "reason": "; ".join(dict.fromkeys(reasons)),
            }
        )
    return pd.DataFrame(rows)
