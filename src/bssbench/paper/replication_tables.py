"""The tables of what fresh seeds confirm of a record, and what they change."""

import pandas as pd

from bssbench.paper.report import Grid, Report, Section
from bssbench.scores.catalogue import SCORES
from bssbench.statistics.comparisons import ALPHA

__all__ = ["orders_report", "verdicts_report"]

_ORDERS_NOTE = (
    "Best: the highest median. Changed places: pairs of methods whose medians are in another order "
    "on the fresh seeds, of all pairs. Where two methods are alike that is a matter of chance; "
    "significantly: the differences between the two, paired by seed, are others on the fresh seeds "
    f"by Mann and Whitney's test (p < {ALPHA}, corrected by Holm over the pairs of the data set). "
    "Controls take no part. A dash: the seeds are too few for so many pairs to find anything."
)
_VERDICTS_NOTE = (
    "Both verdicts are by today's tests, and rest on scores of simulated data alone: parts on "
    "times and memory and on recordings are left out, because other seeds do not change these. A "
    "verdict may therefore differ from that of the whole claim."
)


def orders_report(orders: pd.DataFrame) -> Report:
    """Return the table of what `bssbench.statistics.replication.compare_orders` returns."""
    sections = []
    for score, rows in orders.groupby("score", sort=False):
        entries = [
            {
                "data set": dataset,
                "best in the record": own["recorded_best"].iloc[0],
                "best on fresh seeds": own["fresh_best"].iloc[0],
                "pairs": str(len(own)),
                "changed places": str(own["changed_places"].sum()),
                "significantly": str(own["significant"].sum()) if own["decidable"].all() else "–",
            }
            for dataset, own in rows.groupby("dataset", sort=False)
        ]
        overview = Grid(pd.DataFrame(entries), label=str(score), text_columns=3)
        significant = [
            f"- {row.dataset}: {row.method} was ahead of {row.other} by "
            f"{row.recorded_difference:.3g}, and is by {row.fresh_difference:.3g} "
            f"(p = {row.p_holm:.2g})"
            for row in rows[rows["significant"].astype(bool)].itertuples()
        ]
        caption = SCORES[str(score)].caption
        remarks = "\n".join(significant) or "No pair changed places significantly."
        title = f"{caption[0].upper()}{caption[1:]}"
        sections.append(Section(title, grids=(overview,), remarks=remarks))
    return Report("rankings", "Rankings on fresh seeds", _ORDERS_NOTE, orders, tuple(sections))


def verdicts_report(verdicts: pd.DataFrame, seeds: str) -> Report:
    """Return the table of what `bssbench.statistics.replication.compare_verdicts` returns."""
    entries = pd.DataFrame(
        {
            "claim": verdicts["claim"],
            "reading": verdicts["reading"],
            "": verdicts["sentence"],
            "record": verdicts["recorded"],
            "fresh seeds": [
                f"**{row.fresh}**" if row.changed else row.fresh for row in verdicts.itertuples()
            ],
            "parts that changed": [
                f"{row.parts_changed} of {row.parts}" for row in verdicts.itertuples()
            ],
        }
    )
    n_changed = int(verdicts["changed"].sum())
    told = f"{n_changed} of {len(verdicts)} verdicts changed on seeds {seeds}."
    section = Section(text=told, grids=(Grid(entries, text_columns=6),))
    return Report("verdicts", "Verdicts on fresh seeds", _VERDICTS_NOTE, verdicts, (section,))
