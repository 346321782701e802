"""The verdicts on claims, with the numbers behind them."""

from collections.abc import Mapping

import pandas as pd

from bssbench.paper.report import Grid, Report, Section
from bssbench.statistics.claims import IMPROVED, PLAIN, case_verdicts
from bssbench.statistics.claims_file import Claim, ClaimsFile

__all__ = ["READINGS", "claims_report", "overview", "verdicts_grid"]

READINGS = {PLAIN: "as the abstract reads", IMPROVED: "as improved here"}
"""Headings of the columns of verdicts, by reading."""

_NOTE = (
    "A claim is *supported* if all of its parts are supported. On one data set, or in one case of "
    "costs, it is refuted if any part is refuted. If some data set or case refutes the claim, the "
    "claim *depends* on the data if another supports it after Holm's correction over the data "
    "sets, and is *refuted* otherwise. In all other cases it is *undecided*. The reading 'as the "
    "abstract reads' uses methods with only the parts that the abstract names, the reading 'as "
    "improved here' the main methods; a dash means that the two do not differ. A part on scores "
    "tests the mean over seeds of a score, or of its difference on the same seeds, which is "
    "positive where the method is better. In brackets are its one-sided 95 % bounds, by bootstrap "
    "(BCa) and by Student's t. The part is supported or refuted only if all four bounds lie on the "
    "same side of the threshold. Refuting it also takes a one-sided p-value of Student's test "
    "below .05 after Holm's correction over the parts of the claim. Supporting all parts is an "
    "intersection-union test, which needs no correction. 'Needed' is the number of seeds that "
    "would decide the part, "
    "uncorrected, with a probability of 80 % if mean and spread stay the same. A part on costs "
    "tests a ratio of two costs, measured in turn in several processes on one machine, or the "
    "difference of two exponents fitted to the same lengths. In brackets is its 99 % interval, by "
    "Student's t over these processes (for ratios, on their logarithms); the higher level replaces "
    "a correction. A part is undecided if a method has no result on some seeds."
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


def _bounds(low: float, high: float) -> str:
    return f" [{_number(low)}, {_number(high)}]" if pd.notna(low) else ""


def _entry(part: pd.Series) -> dict[str, str]:
    """Format one part."""
    seeds = "–" if pd.isna(part["seeds"]) else str(part["seeds"])
    if pd.notna(part["seeds_needed"]):
        seeds += f" (of {part['seeds_needed']} needed)"
    # These tests ask for a small value.
    sign = "<" if part["test"] in ("at_most", "lower_slope") else ">"
    return {
        "where": part["where"],
        "what": part["of"],
        "against": part["than"] or "–",
        "measured": _number(part["estimate"]) + _bounds(part["low"], part["high"]),
        "by t": _bounds(part["t_low"], part["t_high"]).strip() or "–",
        "asked": f"{sign} {_number(part['threshold'])}",
        "p": _number(part["p_holm"]),
        "seeds": seeds,
        "verdict": part["verdict"],
    }


def _section(claim: Claim, parts: pd.DataFrame) -> Section:
    """Return the section of a claim: its sentence, the parts of each test, and missing results."""
    grids = []
    by_test = ["reading", "quantity", "test", "condition", "because"]
    for (reading, quantity, test, condition, because), rows in parts.groupby(by_test, sort=False):
        entries = pd.DataFrame([_entry(part) for _, part in rows.iterrows()])
        # Costs have neither, nor seeds.
        empty = [name for name in ("by t", "p", "seeds") if (entries[name] == "–").all()]
        entries = entries.drop(columns=empty)
        given = f" ({condition})" if condition else ""
        caption = f"`{quantity}`: {_PHRASES[str(test)]}{given}. {because}"
        if parts["reading"].nunique() > 1:
            caption = f"{READINGS[str(reading)].capitalize()}, {caption}"
        grids.append(Grid(entries, caption, text_columns=len(entries.columns)))
    missing = [
        f"{str(state).capitalize()}: {'; '.join(dict.fromkeys(rows['reason']))}."
        for state, rows in parts[parts["reason"] != ""].groupby("verdict", sort=False)
    ]
    return Section(
        title=f"{claim.name}: {_verdicts(parts)}",
        text=f"{claim.sentence}\n\nSource: {claim.source}",
        grids=tuple(grids),
        remarks="\n\n".join(missing),
    )


def _verdicts(parts: pd.DataFrame) -> str:
    """Return the verdict on one claim, or both with their readings."""
    verdicts = parts.groupby("reading", sort=False)["claim_verdict"].first()
    if len(verdicts) == 1:
        return str(verdicts.item())
    return ", ".join(f"{verdicts[reading]} {words}" for reading, words in READINGS.items())


def _open(parts: pd.DataFrame) -> str:
    """List what would decide an undecided claim."""
    seeds = parts["seeds_needed"]
    counts = {
        "seeds": int(seeds.max()) if seeds.notna().any() else 0,
        "parts not run": (parts["verdict"] == "not run").sum(),
        "parts undecided for other reasons": (
            (parts["verdict"] == "undecided") & seeds.isna()
        ).sum(),
    }
    return "; ".join(f"{what}: {count}" for what, count in counts.items() if count)


def _why(parts: pd.DataFrame) -> str:
    """List where a claim that depends is supported, or what would decide an undecided one."""
    verdict = parts["claim_verdict"].iloc[0]
    if verdict == "undecided":
        return _open(parts)
    if verdict != "depends":
        return ""
    cases = case_verdicts(parts)
    listed = (_joined([*cases.index[cases == state]]) for state in ("supported", "refuted"))
    return "supported on {}; refuted on {}".format(*listed)


def _joined(cases: list[str]) -> str:
    """List cases, with a first word that all share, such as ``length``, only once."""
    first, _, _ = cases[0].partition(" ")
    shared = all(case.startswith(f"{first} ") for case in cases)
    return ", ".join([cases[0], *(c.removeprefix(f"{first} ") if shared else c for c in cases[1:])])


def overview(sentences: Mapping[str, str], parts: pd.DataFrame) -> pd.DataFrame:
    """Return the verdicts on each claim, with the reasons.

    Parameters
    ----------
    sentences : mapping
        The sentence of each claim, by name.
    parts : pandas.DataFrame
        From `bssbench.statistics.claims.judge_claims`.

    Returns
    -------
    pandas.DataFrame
        Columns ``claim, sentence, plain, improved, supported, why``: the verdicts by reading, or
        nothing; how many parts are supported; where a claim that depends is supported, or what
        would decide an undecided one.
    """
    rows = []
    for name, sentence in sentences.items():
        of_claim = parts[parts["claim"] == name]
        own = {
            reading: of_claim[of_claim["reading"] == reading]
            for reading in READINGS
            if (of_claim["reading"] == reading).any()
        }
        verdicts = {reading: some["claim_verdict"].iloc[0] for reading, some in own.items()}
        supported = [
            f"{(some['verdict'] == 'supported').sum()} of {len(some)}" for some in own.values()
        ]
        why = {reading: text for reading, some in own.items() if (text := _why(some))}
        reasons = [
            f"{READINGS[reading]}, {text}" if len(own) > 1 else text
            for reading, text in why.items()
        ]
        rows.append(
            {"claim": name, "sentence": sentence}
            | {reading: verdicts.get(reading, "") for reading in READINGS}
            | {"supported": ", ".join(supported), "why": "; ".join(reasons)}
        )
    return pd.DataFrame(rows)


def verdicts_grid(table: pd.DataFrame) -> Grid:
    """Return the grid of an `overview`."""
    entries = table.rename(
        columns={
            "sentence": "",
            "supported": "parts supported",
            "why": "where, or what would decide it",
        }
        | READINGS
    ).replace({heading: {"": "–"} for heading in READINGS.values()})
    return Grid(entries, text_columns=len(entries.columns))


def claims_report(file: ClaimsFile, parts: pd.DataFrame) -> Report:
    """Return an overview of claims and a section for each, from `judge_claims`."""
    sections = [_section(claim, parts[parts["claim"] == claim.name]) for claim in file.claims]
    verdicts = verdicts_grid(overview({c.name: c.sentence for c in file.claims}, parts))
    return Report("claims", "Claims", _NOTE, parts, (Section(grids=(verdicts,)), *sections))
