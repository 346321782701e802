"""The file of claims, which is validated completely before any claim is evaluated."""

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
    """Check the id of a data set; `sweep/axis=value,…`, with wildcards, selects sweep points."""
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
    """A test of a claim."""

    because: _Line
    """Where the numbers and the choice of data come from."""


class _ScoreTest(_Test):
    """A test of scores, with one part for each combination of data set, method and opponent."""

    score: _Score
    """The score that is tested."""
    datasets: _Datasets
    """Data sets by their ids, or points of sweeps as `SWEEP/PATTERN`."""
    methods: _Methods
    """The methods that the claim is about."""


class Comparison(_ScoreTest):
    """Test the mean paired difference from other methods against −margin or margin.

    ``non_inferior`` tests whether the mean is above −margin, ``superior`` whether it is above
    margin. The margin is in the score's unit, and differences are positive if `methods` are better.
    """

    test: Literal["non_inferior", "superior"]
    """Whether the difference must exceed −margin (`non_inferior`) or margin (`superior`)."""
    than: _Methods
    """The methods that they are compared with."""
    bound: _Margin
    """The margin, in the unit of the score."""


class Level(_ScoreTest):
    """Test whether the mean over seeds is above, or below, a threshold."""

    test: Literal["at_least", "at_most"]
    """Whether the mean must be above or below the threshold."""
    bound: _Threshold
    """The threshold, in the unit of the score."""
    than: ClassVar[tuple[str, ...]] = ()


class CloserThanStart(_ScoreTest):
    """Test whether training improves a score by more than the margin."""

    test: Literal["closer_than_start"]
    """The kind of test."""
    score: _LearnedScore
    """The score that is tested; it must have a value before training, too."""
    bound: _Margin
    """The margin, in the unit of the score."""
    than: ClassVar[tuple[str, ...]] = ()


class _CostTest(_Test):
    """A test of a column of a table of time and memory, measured in rounds."""

    table: _CostTable
    """The table: `training_cost.csv` or `cores.csv`."""
    quantity: Text
    """The column that is compared."""
    where: Parameters
    """Values by column that select the rows of both sides."""
    of: Parameters
    """Values by column that select the rows of the side that the claim is about."""
    than: Parameters
    """Values by column that select the rows that it is compared with."""


class Cheaper(_CostTest):
    """Test whether the cost of `than` is more than `factor` times that of `of`."""

    test: Literal["cheaper"]
    """The kind of test."""
    each: dict[Text, Some[Parameter]]
    """Lists of values by column, with one comparison for each combination."""
    factor: Annotated[float, Field(strict=True, gt=0)]
    """The factor."""


class LowerSlope(_CostTest):
    """Test whether the cost of `of` grows with a lower power of the length than that of `than`.

    Both exponents are fitted over the same lengths.
    """

    test: Literal["lower_slope"]
    """The kind of test."""
    each: ClassVar[dict[str, tuple[Any, ...]]] = {}


ScoreTest = Comparison | Level | CloserThanStart
CostTest = Cheaper | LowerSlope


class Claim(Content):
    """A claim: a sentence, its source, and tests that must all be satisfied."""

    name: Annotated[str, Field(pattern="^[A-Za-z0-9.-]+$")]
    """A short name, such as C1a."""
    sentence: _Line
    """The claim as a sentence that measurements can support or refute."""
    source: _Line
    """Where the claim is made."""
    tests: Some[Annotated[ScoreTest | CostTest, Field(discriminator="test")]]
    """The tests. The claim is supported if all of their parts are."""


def _check_claims(claims: tuple[Claim, ...]) -> None:
    names = [claim.name for claim in claims]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"{name} stands twice; give each claim a name of its own")
    # The history of verdicts identifies a claim by its sentence.
    first: dict[str, str] = {}
    for claim in claims:
        if (other := first.setdefault(claim.sentence, claim.name)) != claim.name:
            raise InputError(f"{other} and {claim.name} are one sentence; say how they differ")


class ClaimsFile(Content):
    """A file of claims."""

    plain: dict[Text, Text] = Field(default_factory=dict)
    """For a method, the method that has only what the abstract describes; tests of scores that
    name the first are also judged for the second."""
    questions: dict[Text, _Line] = Field(default_factory=dict)
    """For the beginning of claims' names, the question that these claims answer together."""
    claims: Annotated[Some[Claim], accepted_by(_check_claims)]
    """The claims."""

    @model_validator(mode="after")
    def _check_questions(self) -> Self:
        """Check that each claim belongs to one question, and that each question has a claim."""
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
    """Read and validate a file of claims, except for its methods (see `check_methods`).

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    ClaimsFile
        The validated content.

    Raises
    ------
    InputError
        If the file is missing or invalid. The message gives the location of the first error.
    """
    return validated(ClaimsFile, read_yaml(path), str(path))


def check_methods(file: ClaimsFile, variants: Iterable[str]) -> None:
    """Check that claims name only methods, or variants defined by an experiment.

    Parameters
    ----------
    file : ClaimsFile
        The claims.
    variants : iterable of str
        Names of variants.

    Raises
    ------
    InputError
        If a name is neither. The message gives its location.
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
