"""An experiment's configuration: read once, checked whole, then a frozen object."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from bssbench.datasets.catalogue import Shape, dataset_module, dataset_shape
from bssbench.errors import InputError
from bssbench.methods import Size, load_method, method_modules
from bssbench.settings import closest, parse_seeds
from bssbench.training_cost import DEFAULT_CPU_SECONDS, Trial

__all__ = [
    "Configuration",
    "DatasetEntry",
    "MethodEntry",
    "configure",
    "parse_seeds",
    "read_configuration",
]

_DEFAULT_CPU_SECONDS = 900


@dataclass(frozen=True)
class DatasetEntry:
    """A data set of the experiment: its seeds, its parameters and its size."""

    name: str
    seeds: str
    parameters: dict[str, Any]
    shape: Shape
    module: str


@dataclass(frozen=True)
class MethodEntry:
    """A method of the experiment: its parameters and the CPU seconds of each of its cells."""

    name: str
    parameters: dict[str, Any]
    cpu_seconds: int
    modules: tuple[str, ...]


@dataclass(frozen=True)
class Configuration:
    """A whole experiment, in the order of its file.

    `cores` says which cases of the kernel cores are measured: grids, each with the values of some
    parameters.
    """

    results: str
    figures: str
    root_seed: int
    datasets: dict[str, DatasetEntry]
    methods: dict[str, MethodEntry]
    training_cost: dict[str, Trial]
    cores: tuple[dict[str, list[Any]], ...] = ()

    def cell_megabytes(self, dataset: str, method: str) -> int:
        """Return the memory that a cell declares."""
        entry = self.datasets[dataset]
        solver = load_method(method, self.methods[method].parameters)
        shape = entry.shape
        size = Size(
            replicates=len(parse_seeds(entry.seeds)),
            length=shape.length,
            n_channels=shape.n_channels,
            n_sources=shape.n_sources,
            nonlinear=shape.nonlinear and solver.can_demix_nonlinearly,
        )
        return int(solver.megabytes(size))


def read_configuration(path: Path) -> dict[str, Any]:
    """Read a configuration file.

    Raises
    ------
    InputError
        If it is missing or no YAML mapping.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    except yaml.YAMLError as error:
        raise InputError(f"{path}: not valid YAML: {error}") from None
    if not isinstance(content, dict):
        raise InputError(f"{path}: expected keys and values, found {type(content).__name__}")
    return content


def _check_against_schema(content: Mapping[str, Any], schema: Path) -> None:
    """Raise `InputError` with the most telling of the schema's complaints."""
    entries = content.get("training_cost")
    places = [content, content.get("datasets"), content.get("methods")]
    for place in places + (entries if isinstance(entries, list) else []):
        for key in place if isinstance(place, Mapping) else ():
            if not isinstance(key, str):
                raise InputError(f"configuration: key {key!r} must be text; put it in quotes")
    rules = yaml.safe_load(schema.read_text(encoding="utf-8"))
    errors = jsonschema.Draft202012Validator(rules).iter_errors(content)
    worst = jsonschema.exceptions.best_match(errors)
    if worst is None:
        return
    place = ".".join(str(step) for step in worst.absolute_path) or "the top level"
    if worst.validator == "additionalProperties":
        known = worst.schema["properties"]
        unknown = next(key for key in worst.instance if key not in known)
        raise InputError(
            f"configuration: unknown key {unknown!r} at {place}; {closest(unknown, known)}"
        )
    raise InputError(f"configuration: {place}: {worst.message.splitlines()[0]}")


def configure(content: Mapping[str, Any], schema: Path) -> Configuration:
    """Check a configuration's content and resolve it.

    Parameters
    ----------
    content : mapping
        What the YAML file says.
    schema : pathlib.Path
        JSON schema, as YAML.

    Raises
    ------
    InputError
        For whatever is wrong, in one line.
    """
    _check_against_schema(content, schema)
    seeds = content["seeds"]
    parse_seeds(seeds)
    datasets = {}
    for name, given in content["datasets"].items():
        parameters = dict(given or {})
        own_seeds = parameters.pop("seeds", seeds)
        parse_seeds(own_seeds)
        shape = dataset_shape(name, parameters)
        datasets[name] = DatasetEntry(name, str(own_seeds), parameters, shape, dataset_module(name))
    methods = {}
    for name, given in content["methods"].items():
        parameters = dict(given or {})
        cpu_seconds = parameters.pop(
            "cpu_seconds", content.get("cpu_seconds", _DEFAULT_CPU_SECONDS)
        )
        modules = method_modules(name, parameters)
        methods[name] = MethodEntry(name, parameters, cpu_seconds, modules)
    trials: dict[str, Trial] = {}
    for given in content.get("training_cost", ()):
        name, trial = _trial(given)
        if name in trials:
            raise InputError(
                f"configuration: training_cost: {name!r} stands twice; join its lengths"
            )
        trials[name] = trial
    return Configuration(
        results=content["output"]["results"],
        figures=content["output"]["figures"],
        root_seed=content.get("root_seed", 0),
        datasets=datasets,
        methods=methods,
        training_cost=trials,
        cores=tuple(content.get("cores", ())),
    )


def _trial(given: Mapping[str, Any]) -> tuple[str, Trial]:
    """Return an entry of `training_cost` with a name that a file can have."""
    parameters = dict(given)
    method, lengths = parameters.pop("method"), tuple(parameters.pop("lengths"))
    cpu_seconds = parameters.pop("cpu_seconds", DEFAULT_CPU_SECONDS)
    words = [method, *(f"{key}-{value}" for key, value in parameters.items())]
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", "-".join(words))
    return name, Trial(method, lengths, parameters, cpu_seconds)
