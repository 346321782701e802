"""What an experiment's YAML file may say.

The parameters of data sets and methods are checked against the data set's and the method's own, so
that adding one needs no change here.
"""

from typing import Annotated, Literal

from pydantic import Field

from bssbench.experiment.training_cost import DEFAULT_CPU_SECONDS, DEFAULT_SEEDS, DEFAULT_SOURCES
from bssbench.files.validation import (
    Content,
    Count,
    Distinct,
    FilePath,
    Named,
    Parameter,
    Parameters,
    Seeds,
    Some,
    Text,
    accepted_by,
    one_of,
)
from bssbench.kernels.cases import CHOICES
from bssbench.kernels.catalogue import CORES

__all__ = ["AblationSection", "ConfigurationFile"]

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
    """Its parameters, and who separates it of the experiment's methods: all, if left out."""

    __pydantic_extra__: dict[str, Parameter]
    seeds: Seeds | None = None
    methods: Distinct[Text] | None = None


class _Method(Content, extra="allow"):
    """Its parameters, and the CPU seconds of each of its cells.

    With `method` it is a variant of that method, under a name of its own.
    """

    __pydantic_extra__: dict[str, Parameter]
    method: Text | None = None
    cpu_seconds: Count | None = None


class _Ablated(Content):
    """What a method's additions are, each with the parameters that take it away.

    `plain` is a method of the experiment that has none of them.
    """

    plain: Text | None = None
    without: Named[Parameters]


class AblationSection(Content):
    """Methods of the experiment without each of their additions, on some of its data sets."""

    datasets: Distinct[Text]
    methods: Named[_Ablated]


class _Training(Content, extra="allow"):
    """A method with its parameters, to be timed at some lengths of the data.

    `sources` and `seeds` are how many of them there are, `rounds` in how many it is timed: in all,
    if left out.
    """

    __pydantic_extra__: dict[str, Parameter]
    method: Text
    lengths: Distinct[Count]
    sources: Count = DEFAULT_SOURCES
    seeds: Count = DEFAULT_SEEDS
    rounds: Count | None = None
    cpu_seconds: Count = DEFAULT_CPU_SECONDS


class _Choice(Content):
    """A choice by the objective on held-out time.

    The first candidate is the default that the others are compared with; what is common to all need
    not be repeated.
    """

    choice: Text
    method: Text
    datasets: Distinct[Text]
    seeds: Seeds
    cpu_seconds: Count | None = None
    common: Parameters = Field(default_factory=dict)
    candidates: Annotated[tuple[Parameters, ...], Field(min_length=2)]


class _Cases(Content):
    """A grid of cases of the kernel cores; a key left out selects all of its values."""

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


class ConfigurationFile(Content):
    """An experiment: data sets, methods, and what else is measured.

    `plugins` are files, or folders of files, with methods, families, recordings and scores of one's
    own, by their paths from this file. `claims` is a file of claims to be judged by what was
    measured. `rounds` is how often, each time in a process of its own, what takes time is measured.
    """

    output: _Output
    plugins: tuple[Text, ...] = ()
    claims: FilePath = ""
    root_seed: Annotated[int, Field(strict=True, ge=0)] = 0
    seeds: Seeds
    cpu_seconds: Count = 900
    datasets: Named[_Dataset | None]
    methods: Named[_Method | None]
    ablation: AblationSection | None = None
    selection: Some[_Choice] = ()
    rounds: Count = 5
    training_cost: tuple[_Training, ...] = ()
    cores: Some[_Cases] = ()
