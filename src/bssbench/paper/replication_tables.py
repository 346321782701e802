"""The tables that compare fresh seeds with the recorded results."""

import pandas as pd

from bssbench.paper.report import Grid, Report, Section
from bssbench.scores.catalogue import SCORES
from bssbench.statistics.comparisons import ALPHA

__all__ = ["orders_report", "verdicts_report"]

_ORDERS_NOTE = (
    "Best: the highest median. Changed places: the number of pairs of methods whose medians are in "
    "another order on the fresh seeds. For similar methods this is a matter of chance. "
    "Significantly: the number of pairs whose differences, paired by seed, have another "
    f"distribution on the fresh seeds by Mann and Whitney's test (p < {ALPHA}, Holm's correction "
    "over the pairs of the data set). Controls are excluded. A dash: too few seeds for this many "
    "pairs to find any difference."
)
_VERDICTS_NOTE = (
    "Both verdicts use the present tests and only the scores of simulated data. Parts on times, "
    "memory and recordings are left out, because other seeds do not change these. A verdict may "
    "therefore differ from that of the whole claim."
)


def orders_report(orders: pd.DataFrame) -> Report:
    """Return the table of ranks, from `bssbench.statistics.replication.compare_orders`."""
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
    """Return the table of verdicts, from `bssbench.statistics.replication.compare_verdicts`."""
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
    text = f"{n_changed} of {len(verdicts)} verdicts changed on seeds {seeds}."
    section = Section(text=text, grids=(Grid(entries, text_columns=6),))
    return Report("verdicts", "Verdicts on fresh seeds", _VERDICTS_NOTE, verdicts, (section,))
