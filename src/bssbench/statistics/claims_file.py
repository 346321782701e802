"""Claims as their file states them, checked whole before anything is judged."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self, get_args

from pydantic import AfterValidator, Field, model_validator

from bssbench.datasets.identifier import parse_identifier
from bssbench.errors import InputError
from bssbench.files import read_yaml
from bssbench.files.validation import (
    Content,
    Distinct,
    Name,
    Parameter,
    Parameters,
    Some,
    Text,
    accepted_by,
    one_of,
    validated,
)
from bssbench.methods import method_names
from bssbench.scores.catalogue import SCORES

__all__ = [
    "COST_TABLES",
    "Cheaper",
    "Claim",
    "ClaimsFile",
    "CloserThanStart",
    "Comparison",
    "CostTest",
    "Level",
    "LowerSlope",
    "ScoreTest",
    "check_methods",
    "read_claims",
]

_CostTable = Literal["training_cost", "cores"]
COST_TABLES: tuple[str, ...] = get_args(_CostTable)


_check_score = one_of("score", SCORES)


def _check_dataset(name: str) -> None:
    """Check that it is an id, or as `sweep/axis=value,…` with wildcards names points of a sweep."""
    if "/" not in name:
        parse_identifier(name)


_Line = Annotated[Text, AfterValidator(lambda text: " ".join(text.split()))]
_Methods = Distinct[Text]
_Datasets = Distinct[Annotated[Name, accepted_by(_check_dataset)]]
_Score = Annotated[str, accepted_by(_check_score)]
_LearnedScore = Annotated[_Score, accepted_by(lambda name: _check_score(f"{name}_start"))]
_Margin = Annotated[float, Field(strict=True, ge=0, alias="margin")]
_Threshold = Annotated[float, Field(strict=True, alias="threshold")]


class _Test(Content):
    """A question.

    `because` says where the numbers and the choice of data come from.
    """

    because: _Line


class _ScoreTest(_Test):
    """A question to scores, asked of each data set, method and method compared with.

    What has a slash among `datasets` names points of a sweep, all that it matches as a file name
    matches a pattern.
    """

    score: _Score
    datasets: _Datasets
    methods: _Methods


class Comparison(_ScoreTest):
    """Whether the mean of the paired differences from other methods is above −margin, or margin.

    The margin is in the score's unit, and the difference positive where `methods` are better.
    """

    test: Literal["non_inferior", "superior"]
    than: _Methods
    bound: _Margin


class Level(_ScoreTest):
    """Whether the mean over seeds is above the threshold, or below it."""

    test: Literal["at_least", "at_most"]
    bound: _Threshold
    than: ClassVar[tuple[str, ...]] = ()


class CloserThanStart(_ScoreTest):
    """Whether the score is better after training than before it, by more than the margin."""

    test: Literal["closer_than_start"]
    score: _LearnedScore
    bound: _Margin
    than: ClassVar[tuple[str, ...]] = ()


class _CostTest(_Test):
    """A question to a column of a table of time and memory, measured in rounds.

    `where` has values by column of the rows of both sides, `of` and `than` those of each side.
    """

    table: _CostTable
    quantity: Text
    where: Parameters
    of: Parameters
    than: Parameters


class Cheaper(_CostTest):
    """Whether `than` takes more than `factor` times the quantity that `of` takes.

    `each` has lists of values by column: one comparison for each combination.
    """

    test: Literal["cheaper"]
    each: dict[Text, Some[Parameter]]
    factor: Annotated[float, Field(strict=True, gt=0)]


class LowerSlope(_CostTest):
    """Whether the quantity of `of` grows with a lower power of the length than that of `than`.

    Both exponents are of the same lengths.
    """

    test: Literal["lower_slope"]
    each: ClassVar[dict[str, tuple[Any, ...]]] = {}


ScoreTest = Comparison | Level | CloserThanStart
CostTest = Cheaper | LowerSlope


class Claim(Content):
    """A claim: a sentence, where it stands, and the tests that all have to hold."""

    name: Annotated[str, Field(pattern="^[A-Za-z0-9.-]+$")]
    sentence: _Line
    source: _Line
    tests: Some[Annotated[ScoreTest | CostTest, Field(discriminator="test")]]


def _check_claims(claims: tuple[Claim, ...]) -> None:
    names = [claim.name for claim in claims]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"{name} stands twice; give each claim a name of its own")
    # In the history of verdicts a claim is its sentence.
    first: dict[str, str] = {}
    for claim in claims:
        if (other := first.setdefault(claim.sentence, claim.name)) != claim.name:
            raise InputError(f"{other} and {claim.name} are one sentence; say how they differ")


class ClaimsFile(Content):
    """A file of claims.

    `plain` maps methods that claims are about to the methods that the abstracts describe: claims
    on scores are also judged for these. `questions` maps the beginning of claims' names to the
    question that these claims answer together; a summary has one line for each.
    """

    plain: dict[Text, Text] = Field(default_factory=dict)
    questions: dict[Text, _Line] = Field(default_factory=dict)
    claims: Annotated[Some[Claim], accepted_by(_check_claims)]

    @model_validator(mode="after")
    def _check_questions(self) -> Self:
        """Check that each claim answers one question, and each question has a claim."""
        names = [claim.name for claim in self.claims]
        for name in names if self.questions else ():
            if sum(name.startswith(start) for start in self.questions) != 1:
                raise ValueError(
                    f"claim {name} needs one of questions: {', '.join(self.questions)}"
                )
        for start in self.questions:
            if not any(name.startswith(start) for name in names):
                raise ValueError(f"questions: no claim's name begins with {start}")
        return self


def read_claims(path: Path) -> ClaimsFile:
    """Read and check a file of claims, but for its methods: see `check_methods`.

    Raises
    ------
    InputError
        If the file is missing, or with the place of the first thing that is wrong.
    """
    return validated(ClaimsFile, read_yaml(path), str(path))


def check_methods(file: ClaimsFile, variants: Iterable[str]) -> None:
    """Check that claims are about methods, or variants of them that an experiment has named.

    Raises
    ------
    InputError
        With the place of the first name that is neither.
    """
    check = one_of("method", {*method_names(), *variants})
    named = {"plain": [*file.plain, *file.plain.values()]}
    for claim in file.claims:
        named[f"claim {claim.name}"] = [
            method
            for test in claim.tests
            for method in (
                (*test.methods, *test.than)
                if isinstance(test, ScoreTest)
                else [str(side["method"]) for side in (test.of, test.than) if "method" in side]
            )
        ]
    for place, methods in named.items():
        for method in methods:
            try:
                check(method)
            except InputError as error:
                raise InputError(f"{place}: {error}") from None
