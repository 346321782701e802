"""The schema of an experiment's YAML file.

The parameters of data sets and methods are validated against the data set and the method, so that
adding one does not require a change here.
"""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from bssbench.experiment.training_cost import DEFAULT_CPU_SECONDS, DEFAULT_SEEDS, DEFAULT_SOURCES
from bssbench.files.validation import (
    Content,
    Count,
    Distinct,
    FilePath,
    Grid,
    Named,
    Parameter,
    Parameters,
    Rounds,
    Seeds,
    Some,
    Text,
    accepted_by,
    one_of,
)
from bssbench.kernels.cases import CHOICES
from bssbench.kernels.catalogue import CORES

__all__ = ["AblationSection", "ConfigurationFile", "SweepSection"]

_KERNELS = list(map(str, CHOICES["kernel"]))
_Core = Annotated[
    str, accepted_by(one_of("core", CORES)), Field(json_schema_extra={"enum": list(CORES)})
]
_Kernel = Annotated[
    str, accepted_by(one_of("kernel", _KERNELS)), Field(json_schema_extra={"enum": _KERNELS})
]


class _Output(Content):
    results: FilePath
    figures: FilePath


class _Dataset(Content, extra="allow"):
    """Parameters of a data set, and the methods that run on it; by default all of the experiment.

    With `seeds_per_job`, its cells are split into jobs with that number of seeds.
    """

    __pydantic_extra__: dict[str, Parameter]
    seeds: Seeds | None = None
    methods: Distinct[Text] | None = None
    seeds_per_job: Count | None = None


class _Method(Content, extra="allow"):
    """Parameters of a method, the limit of CPU seconds of its cells, and their device.

    With `method`, the entry is a variant of that method under its own name.
    """

    __pydantic_extra__: dict[str, Parameter]
    method: Text | None = None
    cpu_seconds: Count | None = None
    device: Literal["cpu", "cuda"] = "cpu"


class _Ablated(Content):
    """The additions of a method, each with the parameters that remove it.

    `plain` is a method of the experiment that has none of the additions.
    """

    plain: Text | None = None
    without: Named[Parameters]


class AblationSection(Content):
    """Methods of the experiment without each of their additions, on some of its data sets."""

    datasets: Distinct[Text]
    methods: Named[_Ablated]


class _Training(Content, extra="allow"):
    """A method with its parameters, to be timed at several lengths of the data.

    `sources` and `seeds` are numbers of sources and seeds. `rounds` is the number of rounds in
    which it is timed; by default all.
    """

    __pydantic_extra__: dict[str, Parameter]
    method: Text
    lengths: Distinct[Count]
    sources: Count = DEFAULT_SOURCES
    seeds: Count = DEFAULT_SEEDS
    rounds: Rounds | None = None
    cpu_seconds: Count = DEFAULT_CPU_SECONDS


class _Choice(Content):
    """A selection by the objective on held-out time.

    The first candidate is the default, with which the others are compared. `common` contains the
    parameters that all candidates share.
    """

    choice: Text
    method: Text
    datasets: Distinct[Text]
    seeds: Seeds
    cpu_seconds: Count | None = None
    common: Parameters = Field(default_factory=dict)
    candidates: Annotated[tuple[Parameters, ...], Field(min_length=2)]


class _Cases(Content):
    """A grid of cases of the kernel cores; a missing key selects all of its values."""

    core: Some[_Core] | None = None
    kernel: Some[_Kernel] | None = None
    pass_: Some[Literal["forward", "forward+backward"]] | None = Field(None, alias="pass")
    parameters: Some[Literal["fixed", "learned"]] | None = None
    grid: Some[Literal["regular", "irregular"]] | None = None
    length: Distinct[Count]
    latents: Distinct[Count] | None = None
    replicates: Distinct[Count] | None = None
    dtype: Some[Literal["float32", "float64"]] | None = None
    device: Some[Literal["cpu", "cuda"]] | None = None
    threads: Distinct[Count] | None = None


_Axis = Annotated[Text, AfterValidator(lambda name: name.replace("-", "_"))]
_Quantity = Literal["efficiency", "separation", "si_sdr", "seconds"]


class _Lines(Content):
    """Panels with a line for each method; `at` fixes the axes that are not drawn."""

    kind: Literal["lines"]
    x: _Axis
    columns: _Axis | None = None
    rows: _Axis | None = None
    show: Distinct[_Quantity] = ("separation",)
    at: Parameters = Field(default_factory=dict)


class _Map(Content):
    """A map over two axes for each method; `at` fixes the axes that are not drawn."""

    kind: Literal["map"]
    x: _Axis
    y: _Axis
    show: _Quantity = "separation"
    at: Parameters = Field(default_factory=dict)


def _unrestricted(methods: Any) -> Any:
    """Return a list of methods as a mapping that restricts none of them."""
    if not isinstance(methods, list | tuple):
        return methods
    for name in methods:
        if not isinstance(name, str):
            raise ValueError(f"expected names of methods, not {name!r}")
        if methods.count(name) > 1:
            raise ValueError(f"{name!r} is given twice")
    return dict.fromkeys(methods)


_VALUES = {"type": "array", "items": {"type": ["number", "string", "boolean"]}, "minItems": 1}
_Restricted = Annotated[
    dict[str, Grid | None],
    BeforeValidator(_unrestricted),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
                {
                    "type": "object",
                    "additionalProperties": {
                        "type": ["object", "null"],
                        "additionalProperties": _VALUES,
                    },
                },
            ]
        }
    ),
]


class SweepSection(Content):
    """Methods on a grid of a family's data sets.

    `axes` are values stated in ids and parameters of the family. `methods` are methods of the
    experiment, as a list, or as a mapping that restricts some of them to some values of axes.
    `vary` contains a grid over a method's own parameters.
    """

    question: Text
    dataset: Text
    fixed: Parameters = Field(default_factory=dict)
    axes: Grid
    seeds: Seeds | None = None
    methods: _Restricted = Field(default_factory=dict)
    vary: dict[str, Grid] = Field(default_factory=dict)
    figure: Annotated[_Lines | _Map, Field(discriminator="kind")]


class ConfigurationFile(Content):
    """An experiment: data sets, methods and further measurements.

    An experiment without data sets must have sweeps. `plugins` are files, or folders of files, with
    the user's own methods, families, recordings and scores; paths are relative to this file.
    `claims` is a file of claims to evaluate. `rounds` is the number of repetitions of measurements
    of time, each in a separate process.
    """

    output: _Output
    plugins: tuple[Text, ...] = ()
    claims: FilePath = ""
    root_seed: Annotated[int, Field(strict=True, ge=0)] = 0
    seeds: Seeds
    cpu_seconds: Count = 900
    datasets: Named[_Dataset | None] = Field(default_factory=dict)
    methods: Named[_Method | None]
    ablation: AblationSection | None = None
    sweeps: Named[SweepSection] = Field(default_factory=dict)
    selection: Some[_Choice] = ()
    rounds: Rounds = 5
    training_cost: tuple[_Training, ...] = ()
    cores: Some[_Cases] = ()

    @model_validator(mode="after")
    def _something_to_separate(self) -> "ConfigurationFile":
        if not self.datasets and not self.sweeps:
            raise ValueError("'datasets' and 'sweeps' are both missing")
        return self
