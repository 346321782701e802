"""Claims for the page: each with its sentence, and each part with a link to what it rests on."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pandas as pd

from bssbench.errors import InputError
from bssbench.explore.tables import SWEEPS, read_table
from bssbench.files import read_json
from bssbench.scores.catalogue import SCORES

__all__ = ["address_of", "read_claims_table", "read_sentences"]

_COLUMNS = [
    *("claim", "reading", "claim_verdict", "part", "test", "quantity", "where", "condition", "of"),
    *("than", "estimate", "low", "high", "threshold", "verdict", "because", "p_holm", "seeds"),
    *("seeds_needed", "reason"),
]


def read_claims_table(results: Path) -> pd.DataFrame | None:
    """Return the parts of all claims, of sweeps too, with the column ``address``; None if none.

    Raises
    ------
    InputError
        If the file is there but not as `bssbench claims` writes it.
    """
    tables = []
    for folder in (results, results / SWEEPS):
        path = folder / "claims.csv"
        if path.exists():
            table = read_table(path)
            if lacking := set(_COLUMNS) - set(table.columns):
                raise InputError(f"{path}: the column {min(lacking)!r} is missing")
            tables.append(table[_COLUMNS])
    if not tables:
        return None
    claims = pd.concat(tables, ignore_index=True)
    claims["address"] = [address_of(part) for part in claims.to_dict("records")]
    return claims


def address_of(part: Mapping[Any, Any]) -> str:
    """Return the fragment of the page's address that shows what a part of a claim rests on."""
    quantity, of, than = part["quantity"], part["of"], part["than"]
    sweep, _, point = part["where"].partition("/")
    if quantity not in SCORES:
        core = of.startswith("core ")
        return _fragment(
            {"view": "cores" if core else "training", "quantity": quantity}
            | _settings(part["condition"], ", ", " ")
        )
    if point:
        return _fragment(
            {"view": "sweeps", "sweep": sweep, "quantity": quantity} | _settings(point, ",", "=")
        )
    own = {"score": quantity, "dataset": sweep}
    if than in ("", "start"):
        return _fragment({"view": "scores", **own, "method": of})
    return _fragment({"view": "compare", **own, "first": than, "second": of})


def _settings(text: str, between: str, sign: str) -> dict[str, str]:
    """Return the keys and values in a text such as ``pass forward, grid regular``."""
    pairs = (each.partition(sign) for each in text.split(between) if each)
    return {key: value for key, _, value in pairs if re.fullmatch(r"\w+", key)}


def _fragment(settings: dict[str, str]) -> str:
    return f"#{urlencode(settings)}"


def read_sentences(results: Path, files: Sequence[Path]) -> dict[str, Any]:
    """Return ``sentences`` and ``questions`` of the claims, by name.

    Parameters
    ----------
    results : pathlib.Path
        Their ``provenance.json`` names the file of claims that was judged.
    files : sequence of pathlib.Path
        The files of claims, if not those.
    """
    # Imported here: it needs the extra `workflow`, which reading tables does not.
    from bssbench.statistics.claims_file import read_claims

    sentences: dict[str, str] = {}
    questions: dict[str, str] = {}
    judged = [_judged(folder) for folder in (results, results / SWEEPS)]
    for path in files or judged:
        if path is not None:
            file = read_claims(path)
            sentences |= {claim.name: claim.sentence for claim in file.claims}
            questions |= file.questions
    return {"sentences": sentences, "questions": questions}


def _judged(folder: Path) -> Path | None:
    """Return the file of claims that an experiment names, if it is found from here."""
    provenance = folder / "provenance.json"
    if not provenance.exists():
        return None
    named = read_json(provenance).get("configuration", {}).get("claims")
    path = Path(named) if isinstance(named, str) else None
    return path if path and path.is_file() else None
