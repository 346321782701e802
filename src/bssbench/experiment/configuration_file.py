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
    """Where the files of a run are written."""

    results: FilePath
    """The folder of scores, tables and cells."""
    figures: FilePath
    """The folder of figures."""


class _Dataset(Content, extra="allow"):
    """A data set, by its id: the parameters of its family, and which methods separate it."""

    __pydantic_extra__: dict[str, Parameter]
    seeds: Seeds | None = None
    """Its seeds, if they differ from those of the experiment."""
    methods: Distinct[Text] | None = None
    """The methods that separate it. By default, all methods of the experiment do."""
    seeds_per_job: Count | None = None
    """The number of seeds in each job. By default, one job separates all seeds."""


class _Method(Content, extra="allow"):
    """A method, by its name, with its parameters."""

    __pydantic_extra__: dict[str, Parameter]
    method: Text | None = None
    """The method of which this is a variant under a name of its own."""
    cpu_seconds: Count | None = None
    """The limit of CPU time of each cell, if it differs from that of the experiment."""
    device: Literal["cpu", "cuda"] = "cpu"
    """The device to compute on."""


class _Ablated(Content):
    """The additions of a method, each with the parameters that turn it off."""

    plain: Text | None = None
    """A method of the experiment that has none of the additions."""
    without: Named[Parameters]
    """For each addition, by its name in tables, the parameters of the method without it."""


class AblationSection(Content):
    """Methods of the experiment without each of their additions, on some of its data sets."""

    datasets: Distinct[Text]
    """Data sets of the experiment."""
    methods: Named[_Ablated]
    """Methods of the experiment, with their additions."""


class _Training(Content, extra="allow"):
    """A method with its parameters, to be timed at some lengths of the data."""

    __pydantic_extra__: dict[str, Parameter]
    method: Text
    """The method."""
    lengths: Distinct[Count]
    """Numbers of samples T of the data."""
    sources: Count = DEFAULT_SOURCES
    """The number of sources."""
    seeds: Count = DEFAULT_SEEDS
    """The number of seeds, trained in one batch."""
    rounds: Rounds | None = None
    """The number of rounds in which it is timed. By default, all rounds of the experiment."""
    cpu_seconds: Count = DEFAULT_CPU_SECONDS
    """The limit of CPU time of each training."""


class _Choice(Content):
    """A choice between configurations of a method by its objective on held-out time."""

    choice: Text
    """The name of the choice in tables."""
    method: Text
    """The method."""
    datasets: Distinct[Text]
    """The data sets to choose on."""
    seeds: Seeds
    """Development seeds: none that the experiment reports."""
    cpu_seconds: Count | None = None
    """The limit of CPU time of each cell, if it differs from that of the experiment."""
    common: Parameters = Field(default_factory=dict)
    """Parameters of all candidates."""
    candidates: Annotated[tuple[Parameters, ...], Field(min_length=2)]
    """The parameters of each candidate. The others are compared with the first, the default."""


class _Cases(Content):
    """A grid of cases of the kernel cores; a field left out selects all of its values."""

    core: Some[_Core] | None = None
    """Names of cores."""
    kernel: Some[_Kernel] | None = None
    """Names of kernels."""
    pass_: Some[Literal["forward", "forward+backward"]] | None = Field(None, alias="pass")
    """Whether gradients are computed as well."""
    parameters: Some[Literal["fixed", "learned"]] | None = None
    """Whether the kernel is fixed, so that a core keeps its factor, or learned."""
    grid: Some[Literal["regular", "irregular"]] | None = None
    """Whether time stamps are regular."""
    length: Distinct[Count]
    """Numbers of samples T."""
    latents: Distinct[Count] | None = None
    """Numbers of latents."""
    replicates: Distinct[Count] | None = None
    """Numbers of replicates in a batch."""
    dtype: Some[Literal["float32", "float64"]] | None = None
    """The precision of the data."""
    device: Some[Literal["cpu", "cuda"]] | None = None
    """Devices."""
    threads: Distinct[Count] | None = None
    """Numbers of threads."""


_Axis = Annotated[Text, AfterValidator(lambda name: name.replace("-", "_"))]
_Quantity = Literal["efficiency", "separation", "si_sdr", "seconds"]


class _Lines(Content):
    """Small multiples with a line for each method."""

    kind: Literal["lines"]
    """The kind of figure."""
    x: _Axis
    """The axis of the sweep along x."""
    columns: _Axis | None = None
    """The axis with a column of panels for each value."""
    rows: _Axis | None = None
    """The axis with a row of panels for each value."""
    show: Distinct[_Quantity] = ("separation",)
    """The quantities along y."""
    at: Parameters = Field(default_factory=dict)
    """The values of the axes that are not drawn."""


class _Map(Content):
    """A map over two axes for each method."""

    kind: Literal["map"]
    """The kind of figure."""
    x: _Axis
    """The axis of the sweep along x."""
    y: _Axis
    """The axis of the sweep along y."""
    show: _Quantity = "separation"
    """The quantity that colours show."""
    at: Parameters = Field(default_factory=dict)
    """The values of the axes that are not drawn."""


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
    """Methods on a grid over the parts of a data set's id and the parameters of its family."""

    question: Text
    """The question that the sweep answers, in one sentence."""
    dataset: Text
    """The family."""
    fixed: Parameters = Field(default_factory=dict)
    """Parameters that are the same at all points."""
    axes: Grid
    """For each axis its values: a parameter of the family, or a part of the id, as `length`."""
    seeds: Seeds | None = None
    """Its seeds, if they differ from those of the experiment."""
    methods: _Restricted = Field(default_factory=dict)
    """Methods of the experiment: a list, or a mapping from each to values of axes for it."""
    vary: dict[str, Grid] = Field(default_factory=dict)
    """For each of these methods, a grid over its own parameters."""
    figure: Annotated[_Lines | _Map, Field(discriminator="kind")]
    """How the sweep is drawn."""


class ConfigurationFile(Content):
    """An experiment: data sets or sweeps, methods, and what else is measured."""

    output: _Output
    """Where the files of the run are written."""
    plugins: tuple[Text, ...] = ()
    """Plug-ins: Python files, or folders of such files, by their paths from this file."""
    claims: FilePath = ""
    """The file of the claims that the measurements are to decide."""
    root_seed: Annotated[int, Field(strict=True, ge=0)] = 0
    """The seed that all random streams derive from."""
    seeds: Seeds
    """The seeds of data sets, such as 100-109 or 0-4,100."""
    cpu_seconds: Count = 900
    """The limit of CPU time of a cell. A cell that exceeds it is recorded as `timeout`."""
    datasets: Named[_Dataset | None] = Field(default_factory=dict)
    """Data sets by their ids, with their parameters."""
    methods: Named[_Method | None]
    """Methods by their names, with their parameters."""
    ablation: AblationSection | None = None
    """Methods without each of their additions."""
    sweeps: Named[SweepSection] = Field(default_factory=dict)
    """Methods on grids of generated data, by the name of the sweep."""
    selection: Some[_Choice] = ()
    """Choices between configurations by the objective on held-out time."""
    rounds: Rounds = 5
    """The number of times that costs are measured, each time in a new process."""
    training_cost: tuple[_Training, ...] = ()
    """Trainings to be timed."""
    cores: Some[_Cases] = ()
    """Grids of cases in which kernel cores are measured."""

    @model_validator(mode="after")
    def _something_to_separate(self) -> "ConfigurationFile":
        if not self.datasets and not self.sweeps:
            raise ValueError("'datasets' and 'sweeps' are both missing")
        return self
