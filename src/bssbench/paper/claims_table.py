"""The verdicts on claims, with the numbers behind them."""

from collections.abc import Iterable

import pandas as pd

from bssbench.paper.report import Grid, Report, Section
from bssbench.statistics.claims_file import Claim

__all__ = ["claims_report"]

_NOTE = (
    "A claim is *refuted* if any of its parts is, *supported* if every part is, and else "
    "*undecided*. A part on scores rests on the mean over seeds, of the score or of its difference "
    "on the same seeds, positive where the method is better; in brackets are its one-sided 95 % "
    "bounds, by bootstrap. It is decided where both lie on one side of what is asked for. Nothing "
    "is corrected for the number of parts: where all have to hold nothing need be, but of many "
    "parts that are true by a hair one may be refuted by chance. 'Needed' is the number of seeds "
    "that would decide it with a probability of 80 % if mean and spread stay what they are. A part "
    "on costs rests on a ratio of two costs, measured side by side in several processes of one "
    "machine, or on the difference of two exponents, fitted to the same lengths; in brackets is "
    "its 99 % interval, by bootstrap over these processes. Where a method has no result on some "
    "seeds, a part is undecided."
)
_PHRASES = {
    "non_inferior": "worse by less than the margin",
    "superior": "better by more than the margin",
    "at_least": "at least the threshold",
    "at_most": "at most the threshold",
    "closer_than_start": "better than before training by more than the margin",
    "cheaper": "cheaper by more than the factor",
    "lower_slope": "a lower exponent of the length",
}


def _number(value: float) -> str:
    return "–" if pd.isna(value) else f"{value:.3g}".replace("-", "−")


def _entry(part: pd.Series) -> dict[str, str]:
    """Format one part."""
    seeds = "–" if pd.isna(part["seeds"]) else str(part["seeds"])
    if pd.notna(part["seeds_needed"]):
        seeds += f" (of {part['seeds_needed']} needed)"
    # What should be small is held below.
    sign = "<" if part["test"] in ("at_most", "lower_slope") else ">"
    bounds = f" [{_number(part['low'])}, {_number(part['high'])}]" if pd.notna(part["low"]) else ""
    return {
        "where": part["where"],
        "what": part["of"],
        "against": part["than"] or "–",
        "measured": _number(part["estimate"]) + bounds,
        "asked": f"{sign} {_number(part['threshold'])}",
        "seeds": seeds,
        "verdict": part["verdict"],
    }


def _section(claim: Claim, parts: pd.DataFrame) -> Section:
    """Return a claim's section: what it says, each test's parts, and what is missing."""
    grids = []
    by_test = ["quantity", "test", "condition", "because"]
    for (quantity, test, condition, because), rows in parts.groupby(by_test, sort=False):
        entries = pd.DataFrame([_entry(part) for _, part in rows.iterrows()])
        given = f" ({condition})" if condition else ""
        caption = f"`{quantity}`: {_PHRASES[str(test)]}{given}. {because}"
        grids.append(Grid(entries, caption, text_columns=len(entries.columns)))
    missing = [
        f"{str(state).capitalize()}: {'; '.join(dict.fromkeys(rows['reason']))}."
        for state, rows in parts[parts["reason"] != ""].groupby("verdict", sort=False)
    ]
    return Section(
        title=f"{claim.name}: {parts['claim_verdict'].iloc[0]}",
        text=f"{claim.sentence}\n\nSource: {claim.source}",
        grids=tuple(grids),
        remarks="\n\n".join(missing),
    )


def _open(parts: pd.DataFrame) -> str:
    """Say what an undecided claim needs."""
    if parts["claim_verdict"].iloc[0] != "undecided":
        return ""
    seeds = parts["seeds_needed"]
    counts = {
        "seeds": seeds.max() if seeds.notna().any() else 0,
        "parts not run": (parts["verdict"] == "not run").sum(),
        "parts open for other reasons": ((parts["verdict"] == "undecided") & seeds.isna()).sum(),
    }
    return "; ".join(f"{what}: {count}" for what, count in counts.items() if count)


def claims_report(claims: Iterable[Claim], parts: pd.DataFrame) -> Report:
    """Return an overview of claims, and a section for each with its parts, from `judge_claims`."""
    sections, overview = [], []
    for claim in claims:
        own = parts[parts["claim"] == claim.name]
        sections.append(_section(claim, own))
        n_supported = (own["verdict"] == "supported").sum()
        overview.append(
            {
                "claim": claim.name,
                "": claim.sentence,
                "verdict": own["claim_verdict"].iloc[0],
                "parts supported": f"{n_supported} of {len(own)}",
                "to decide it": _open(own),
            }
        )
    verdicts = Grid(pd.DataFrame(overview), text_columns=5)
    return Report("claims", "Claims", _NOTE, parts, (Section(grids=(verdicts,)), *sections))
