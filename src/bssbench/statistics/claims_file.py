"""Claims as their file states them, checked whole before anything is judged."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema

from bssbench.datasets.identifier import parse_identifier
from bssbench.errors import InputError
from bssbench.files import read_yaml
from bssbench.methods import method_names
from bssbench.parameters import closest
from bssbench.scores.cell import SCORES
from bssbench.scores.prior_parameters import PRIOR_SCORES

__all__ = ["COST_TABLES", "Claim", "CostTest", "ScoreTest", "read_claims"]

COST_TABLES = ("timings", "training_cost", "cores")

_TEXT = {"type": "string", "minLength": 1}
_NAMES = {"type": "array", "minItems": 1, "uniqueItems": True, "items": _TEXT}
_VALUE = {"type": ["string", "integer"]}
_SELECTION = {"type": "object", "additionalProperties": _VALUE}
_MARGIN = {"type": "number", "minimum": 0}
_OF_SCORES = {"score": _TEXT, "datasets": _NAMES, "methods": _NAMES}
_OF_COSTS = {
    "table": {"enum": list(COST_TABLES)},
    "quantity": _TEXT,
    "where": _SELECTION,
    "of": _SELECTION,
    "than": _SELECTION,
}
_COMPARED = {**_OF_SCORES, "than": _NAMES, "margin": _MARGIN}
_LEVEL = {**_OF_SCORES, "threshold": {"type": "number"}}
# What each test has to say, all of it, beside `because`.
_TESTS: dict[str, dict[str, Any]] = {
    "non_inferior": _COMPARED,
    "superior": _COMPARED,
    "at_least": _LEVEL,
    "at_most": _LEVEL,
    "closer_than_start": {**_OF_SCORES, "margin": _MARGIN},
    "cheaper": {
        **_OF_COSTS,
        "each": {
            "type": "object",
            "additionalProperties": {"type": "array", "minItems": 1, "items": _VALUE},
        },
        "factor": {"type": "number", "exclusiveMinimum": 0},
        "resolution": {"type": "number", "minimum": 1},
    },
    "lower_slope": _OF_COSTS,
}
_SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["claims"],
    "properties": {
        "claims": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["name", "sentence", "source", "tests"],
                "properties": {
                    "name": {"type": "string", "pattern": "^[A-Za-z0-9.-]+$"},
                    "sentence": _TEXT,
                    "source": _TEXT,
                    "tests": {
                        "type": "array",
                        "minItems": 1,
                        "items": {
                            "type": "object",
                            "required": ["test"],
                            "properties": {"test": {"enum": list(_TESTS)}},
                        },
                    },
                },
            },
        },
    },
}


@dataclass(frozen=True)
class ScoreTest:
    """A question to scores, asked of each data set, method and method compared with.

    Attributes
    ----------
    test : {'non_inferior', 'superior', 'at_least', 'at_most', 'closer_than_start'}
        What is asked of the mean over seeds: of the paired difference from another method, of the
        score itself, or of its difference from the score before training.
    score : str
        As in ``scores.csv``.
    datasets, methods, than : tuple of str
        `than` is empty where there is no other method.
    bound : float
        Margin or threshold, in the score's unit.
    because : str
        Where the bound and the choice of data sets come from.
    """

    test: str
    score: str
    datasets: tuple[str, ...]
    methods: tuple[str, ...]
    than: tuple[str, ...]
    bound: float
    because: str


@dataclass(frozen=True)
class CostTest:
    """A question to a table of time and memory.

    Attributes
    ----------
    test : {'cheaper', 'lower_slope'}
        Of values at the same place, or of the exponents of their growth with length.
    table : {'timings', 'training_cost', 'cores'}
        Where the values are.
    quantity : str
        Column of the values.
    where, of, than : dict
        Values by column: of the rows of both sides, and of each side's own.
    each : dict
        Lists of values by column: one comparison for each combination.
    factor : float
        How many times cheaper it must be.
    resolution : float
        Values that differ by less than this factor are not told apart.
    because : str
        Where factor and resolution come from.
    """

    test: str
    table: str
    quantity: str
    where: dict[str, Any]
    of: dict[str, Any]
    than: dict[str, Any]
    because: str
    each: dict[str, list[Any]] = field(default_factory=dict)
    factor: float = 1.0
    resolution: float = 1.0


@dataclass(frozen=True)
class Claim:
    """A claim: a sentence, where it stands, and the tests that all have to hold."""

    name: str
    sentence: str
    source: str
    tests: tuple[ScoreTest | CostTest, ...]


def read_claims(path: Path) -> tuple[Claim, ...]:
    """Read and check a file of claims.

    Raises
    ------
    InputError
        If the file is missing, or with the place of the first thing that is wrong.
    """
    content = read_yaml(path)
    _check(content, _SCHEMA, str(path))
    claims: dict[str, Claim] = {}
    for entry in content["claims"]:
        place = f"{path}: claim {entry['name']}"
        if entry["name"] in claims:
            raise InputError(f"{place}: stands twice; give each claim a name of its own")
        tests = (_test(own, f"{place}, test {i}") for i, own in enumerate(entry["tests"], start=1))
        claims[entry["name"]] = Claim(
            entry["name"], _line(entry["sentence"]), _line(entry["source"]), tuple(tests)
        )
    return tuple(claims.values())


def _line(text: str) -> str:
    return " ".join(text.split())


def _test(content: Mapping[str, Any], place: str) -> ScoreTest | CostTest:
    """Check one test against what its kind has to say."""
    own = {"test": _TEXT, "because": _TEXT, **_TESTS[content["test"]]}
    schema = {
        "type": "object",
        "additionalProperties": False,
        "required": list(own),
        "properties": own,
    }
    _check(content, schema, place)
    stated = {**content, "because": _line(content["because"])}
    if "table" in stated:
        for selection in (stated["where"], stated["of"], stated["than"]):
            _check_name(selection.get("method"), method_names(), place, "method")
        return CostTest(**stated)
    _check_name(stated["score"], [*SCORES, *PRIOR_SCORES], place, "score")
    if stated["test"] == "closer_than_start":
        _check_name(f"{stated['score']}_start", [*PRIOR_SCORES], place, "score")
    for method in [*stated["methods"], *stated.get("than", ())]:
        _check_name(method, method_names(), place, "method")
    for dataset in stated["datasets"]:
        try:
            parse_identifier(dataset)
        except InputError as error:
            raise InputError(f"{place}: {error}") from None
    return ScoreTest(
        stated["test"],
        stated["score"],
        tuple(stated["datasets"]),
        tuple(stated["methods"]),
        tuple(stated.get("than", ())),
        stated["margin"] if "margin" in stated else stated["threshold"],
        stated["because"],
    )


def _check_name(name: str | None, known: list[str], place: str, kind: str) -> None:
    if name is not None and name not in known:
        raise InputError(f"{place}: unknown {kind} {name!r}; {closest(name, known)}")


def _check(content: Any, schema: Mapping[str, Any], place: str) -> None:
    """Raise `InputError` with the most telling of the schema's complaints."""
    worst = jsonschema.exceptions.best_match(
        jsonschema.Draft202012Validator(schema).iter_errors(content)
    )
    if worst is not None:
        steps = "".join(f".{step}" for step in worst.absolute_path)
        raise InputError(f"{place}{steps and f': {steps[1:]}'}: {worst.message.splitlines()[0]}")
