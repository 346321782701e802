"""The verdicts on claims, with the numbers behind them."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from bssbench.errors import InputError
from bssbench.files import write_text
from bssbench.scores.table import read_scores
from bssbench.statistics.claims import judge_claims
from bssbench.statistics.claims_file import Claim, read_claims

__all__ = ["write_claims"]

_NOTE = (
    "A claim is *refuted* if any of its parts is, *supported* if every part is, and else "
    "*undecided*. A part on scores rests on the mean over seeds, of the score or of its difference "
    "on the same seeds, positive where the method is better; in brackets are its one-sided 95 % "
    "bounds, by bootstrap. It is decided where both lie on one side of what is asked for. Nothing "
    "is corrected for the number of parts: where all have to hold nothing need be, but of many "
    "parts that are true by a hair one may be refuted by chance. 'Needed' is the number of seeds "
    "that would decide it with a probability of 80 % if mean and spread stay what they are. A part "
    "on costs rests on a ratio of two measurements on one machine, in brackets with the factor "
    "that such measurements resolve, or on a difference of exponents, with the widest that their "
    "95 % intervals allow. Where a method has no result on some seeds, a part is undecided."
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


def _section(claim: Claim, parts: pd.DataFrame) -> str:
    """Return a claim's section: what it says, each test's parts, and what is missing."""
    verdict = parts["claim_verdict"].iloc[0]
    blocks = [f"## {claim.name}: {verdict}", claim.sentence, f"Source: {claim.source}"]
    by_test = ["quantity", "test", "condition", "because"]
    for (quantity, test, condition, because), rows in parts.groupby(by_test, sort=False):
        grid = pd.DataFrame([_entry(part) for _, part in rows.iterrows()])
        table = grid.to_markdown(index=False, disable_numparse=True)
        given = f" ({condition})" if condition else ""
        blocks += [f"`{quantity}`: {_PHRASES[str(test)]}{given}. {because}", table]
    for state, rows in parts[parts["reason"] != ""].groupby("verdict", sort=False):
        reasons = "; ".join(dict.fromkeys(rows["reason"]))
        blocks.append(f"{str(state).capitalize()}: {reasons}.")
    return "\n\n".join(blocks)


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


def _markdown(claims: Iterable[Claim], parts: pd.DataFrame) -> str:
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
    table = pd.DataFrame(overview).to_markdown(index=False, disable_numparse=True)
    return "\n\n".join(["# Claims", _NOTE, table, *sections]) + "\n"


def _read_costs(name: str, path: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(path)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except (ValueError, OSError) as error:
        raise InputError(f"{path}: cannot be read as the table {name} ({error})") from None


def write_claims(
    claims_file: Path, scores_file: Path, costs: Mapping[str, Path], directory: Path
) -> list[Path]:
    """Judge the claims of a file and write ``claims.csv`` and ``claims.md``.

    Parameters
    ----------
    claims_file, scores_file : pathlib.Path
        YAML of claims; ``scores.csv``.
    costs : mapping
        Files of the tables in `bssbench.statistics.claims_file.COST_TABLES`, those there are.
    directory : pathlib.Path
        Where the tables go.

    Returns
    -------
    list of pathlib.Path
        The files written.

    Raises
    ------
    InputError
        If a file is not what it should be, or a claim asks for what there can't be.
    """
    claims = read_claims(claims_file)
    tables = {name: _read_costs(name, path) for name, path in costs.items()}
    parts = judge_claims(claims, read_scores(scores_file), tables)
    paths = [directory / f"claims.{suffix}" for suffix in ("csv", "md")]
    write_text(paths[0], parts.to_csv(index=False, lineterminator="\n"))
    write_text(paths[1], _markdown(claims, parts))
    return paths
