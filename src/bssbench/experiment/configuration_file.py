"""What an experiment's YAML file may say.

The parameters of data sets and methods are checked against the data set's and the method's own, so
that adding one needs no change here.
"""

from typing import Annotated, Literal, TypeVar

from pydantic import Field

from bssbench.kernels.catalogue import CORES
from bssbench.validation import (
    Content,
    Count,
    Counts,
    FilePath,
    Named,
    Names,
    OneOf,
    Parameter,
    Parameters,
    Seeds,
    Text,
)

__all__ = ["ConfigurationFile"]

Value = TypeVar("Value")

_KERNELS = tuple(dict.fromkeys(kernel for core in CORES.values() for kernel in core.kernels))


class _Output(Content):
    results: FilePath
    figures: FilePath


class _Dataset(Content, extra="allow"):
    """Its parameters, and who separates it of the experiment's methods: all, if left out."""

    __pydantic_extra__: dict[str, Parameter]
    seeds: Seeds | None = None
    methods: Names | None = None


class _Method(Content, extra="allow"):
    """Its parameters, and the CPU seconds of each of its cells."""

    __pydantic_extra__: dict[str, Parameter]
    cpu_seconds: Count | None = None


class _Training(Content, extra="allow"):
    """A method with its parameters, to be timed at some lengths of the data."""

    __pydantic_extra__: dict[str, Parameter]
    method: Text
    lengths: Counts
    cpu_seconds: Count | None = None


class _Choice(Content):
    """A choice by the objective on held-out time.

    The first candidate is the default that the others are compared with; what is common to all need
    not be repeated.
    """

    choice: Text
    method: Text
    datasets: Names
    seeds: Seeds
    cpu_seconds: Count | None = None
    common: Parameters = Field(default_factory=dict)
    candidates: Annotated[tuple[Parameters, ...], Field(min_length=2)]


_Words = Annotated[tuple[Value, ...], Field(min_length=1)]


class _Cases(Content):
    """A grid of cases of benchmarks/cores.py; a key left out selects all of its values."""

    core: _Words[Annotated[str, OneOf("core", tuple(CORES))]] | None = None
    kernel: _Words[Annotated[str, OneOf("kernel", _KERNELS)]] | None = None
    pass_: _Words[Literal["forward", "forward+backward"]] | None = Field(None, alias="pass")
    parameters: _Words[Literal["fixed", "learned"]] | None = None
    grid: _Words[Literal["regular", "irregular"]] | None = None
    length: Counts
    latents: Counts | None = None
    replicates: Counts | None = None
    dtype: _Words[Literal["float32", "float64"]] | None = None
    device: _Words[Literal["cpu", "cuda"]] | None = None
    threads: Counts | None = None


class ConfigurationFile(Content):
    """An experiment: data sets, methods, and what else is measured.

    `claims` is a file of claims to be judged by what was measured.
    """

    output: _Output
    claims: FilePath = ""
    root_seed: Annotated[int, Field(strict=True, ge=0)] = 0
    seeds: Seeds
    cpu_seconds: Count = 900
    datasets: Named[_Dataset | None]
    methods: Named[_Method | None]
    selection: Annotated[tuple[_Choice, ...], Field(min_length=1)] = ()
    training_cost: tuple[_Training, ...] = ()
    cores: Annotated[tuple[_Cases, ...], Field(min_length=1)] = ()
