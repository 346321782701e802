"""Selection of candidates by their objectives on held-out time."""

import pandas as pd

from bssbench.errors import InputError

__all__ = ["compare_candidates"]

_CANDIDATE = ["choice", "method", "parameters"]


def compare_candidates(held_out: pd.DataFrame) -> pd.DataFrame:
    """Compare each candidate with the default of its choice, paired by seed.

    The default is the first candidate. A candidate is better on a data set if the median difference
    of its objective from the default's is negative. The selected candidate is better on most data
    sets, provided that these are more than half of all data sets and that its gain on them exceeds
    its loss on the others; otherwise, the default is kept. Ties are resolved by the lowest sum of
    medians. The condition on the gain prevents many negligible differences from outvoting one large
    loss. A candidate that lacks a value that the default has is not selected.

    Parameters
    ----------
    held_out : pandas.DataFrame
        From `bssbench.scores.held_out.read_held_out`.

    Returns
    -------
    pandas.DataFrame
        A row for each candidate and data set, in the order of first appearance. The columns are
        ``choice, method, parameters, dataset``, ``median`` (of the objective, in nats per time
        point), ``median_difference`` (from the default), ``n_better`` (seeds with a lower objective
        than the default), ``n_ok, n_seeds, reason`` and ``chosen``.

    Raises
    ------
    InputError
        If a candidate has two values for one seed of a data set.
    """
    once = [*_CANDIDATE, "dataset", "seed"]
    twice = held_out[held_out.duplicated(once)]
    if not twice.empty:
        row = ", ".join(f"{name} {twice[name].iloc[0]}" for name in once)
        raise InputError(f"two objectives on held-out time of {row}; give each candidate once")
    tables = [_compared(rows) for _, rows in held_out.groupby(["choice", "method"], sort=False)]
    return pd.concat(tables, ignore_index=True)


def _compared(rows: pd.DataFrame) -> pd.DataFrame:
    """Compare the candidates of one choice."""
    default = rows["parameters"].iloc[0]
    at = ["dataset", "seed"]
    baseline = rows[rows["parameters"] == default].set_index(at)["objective"]
    rows = rows.join(baseline.rename("baseline"), on=at)
    rows["difference"] = rows["objective"] - rows["baseline"]
    table = pd.DataFrame(
        [
            dict(zip([*_CANDIDATE, "dataset"], key, strict=True))
            | {
                "median": group["objective"].median(),
                "median_difference": group["difference"].median(),
                "n_better": int((group["difference"] < 0).sum()),
                "n_ok": int(group["objective"].notna().sum()),
                "n_seeds": len(group),
                "reason": "; ".join(dict.fromkeys(group.loc[group["status"] != "ok", "reason"])),
                # A candidate that lacks a value that the default has is not reliable.
                "lacking": bool((group["objective"].isna() & group["baseline"].notna()).any()),
            }
            for key, group in rows.groupby([*_CANDIDATE, "dataset"], sort=False)
        ]
    )
    return table.drop(columns="lacking").assign(
        chosen=table["parameters"] == _chosen(table, default)
    )


def _chosen(table: pd.DataFrame, default: str) -> str:
    """Return the parameters of the selected candidate."""
    candidates = table.assign(better=table["median_difference"] < 0).groupby(
        "parameters", sort=False
    )
    judged = candidates.agg(
        better=("better", "sum"), total=("median_difference", "sum"), lacking=("lacking", "any")
    )
    on_most = 2 * judged["better"] > table["dataset"].nunique()
    judged = judged[~judged["lacking"] & on_most & (judged["total"] < 0)]
    # A stable sort, so that the first one in the list is selected in case of ties.
    ranked = judged.sort_values(["better", "total"], ascending=[False, True], kind="stable")
    return default if ranked.empty else str(ranked.index[0])
