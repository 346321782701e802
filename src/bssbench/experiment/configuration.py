"""An experiment's configuration: read once, checked whole, then a frozen object."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from bssbench.datasets.catalogue import Shape, dataset_module, dataset_shape, is_fixed
from bssbench.datasets.identifier import parse_identifier
from bssbench.errors import InputError
from bssbench.experiment.held_out import Candidate
from bssbench.experiment.training_cost import DEFAULT_CPU_SECONDS, Trial
from bssbench.methods import Size, load_method, method_modules
from bssbench.parameters import closest, parse_seeds, with_underscores

__all__ = [
    "Configuration",
    "DatasetEntry",
    "MethodEntry",
    "configure",
    "parse_seeds",
]

_DEFAULT_CPU_SECONDS = 900


@dataclass(frozen=True)
class DatasetEntry:
    """A data set of the experiment: its seeds and parameters, its size, and who separates it."""

    name: str
    seeds: str
    methods: tuple[str, ...]
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

    `selection` has a name for each candidate on a data set. `cores` says which cases of the kernel
    cores are measured: grids, each with the values of some parameters. `claims` is the file of
    claims, empty if none are judged.
    """

    results: str
    figures: str
    root_seed: int
    datasets: dict[str, DatasetEntry]
    methods: dict[str, MethodEntry]
    training_cost: dict[str, Trial]
    selection: dict[str, Candidate]
    cores: tuple[dict[str, list[Any]], ...] = ()
    claims: str = ""

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

    def method_parameters(self) -> dict[str, dict[str, Any]]:
        """Return, by method, all parameters with their values, defaults included.

        Defaults can change with the code; what a run records of itself must not change with them.
        """
        return {
            name: asdict(load_method(name, entry.parameters))
            for name, entry in self.methods.items()
        }


def _with_keys_as_fields(content: Any, place: str = "") -> Any:
    """Return `content` with underscores in the keys that may be written with hyphens."""
    if isinstance(content, list):
        return [_with_keys_as_fields(item, f"{place}.{i}") for i, item in enumerate(content)]
    if not isinstance(content, Mapping):
        return content
    fields = with_underscores(content, f"configuration: {place[1:] or 'the top level'}")
    # The keys of these are ids and names, which have hyphens.
    keys = content if place in (".datasets", ".methods") else fields
    return {
        key: _with_keys_as_fields(value, f"{place}.{key}")
        for key, value in zip(keys, content.values(), strict=True)
    }


def _check_against_schema(content: Mapping[str, Any], schema: Path) -> None:
    """Raise `InputError` with the most telling of the schema's complaints."""
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


def configure(
    content: Mapping[str, Any],
    schema: Path | None,
    hyperparameters: Mapping[str, Mapping[str, Any]] | None = None,
) -> Configuration:
    """Check a configuration's content and resolve it.

    Parameters
    ----------
    content : mapping
        What the YAML file says.
    schema : pathlib.Path or None
        JSON schema, as YAML; None for content that was checked when it was run.
    hyperparameters : mapping, optional
        By method, values in place of its defaults where the content says nothing else.

    Raises
    ------
    InputError
        For whatever is wrong, in one line.
    """
    content = _with_keys_as_fields(content)
    if schema is not None:
        _check_against_schema(content, schema)
    given = hyperparameters or {}
    cpu_seconds = content.get("cpu_seconds", _DEFAULT_CPU_SECONDS)
    datasets = _datasets(content)
    methods = {}
    for name, own in content["methods"].items():
        parameters = {**given.get(name, {}), **(own or {})}
        limit = parameters.pop("cpu_seconds", cpu_seconds)
        methods[name] = MethodEntry(name, parameters, limit, method_modules(name, parameters))
    return Configuration(
        results=content["output"]["results"],
        figures=content["output"]["figures"],
        root_seed=content.get("root_seed", 0),
        datasets=datasets,
        methods=methods,
        training_cost=_trials(content.get("training_cost", ()), given),
        selection=_candidates(content.get("selection", ()), datasets, given, cpu_seconds),
        cores=tuple(content.get("cores", ())),
        claims=content.get("claims", ""),
    )


def _datasets(content: Mapping[str, Any]) -> dict[str, DatasetEntry]:
    """Resolve the section `datasets`."""
    parse_seeds(content["seeds"])
    known = list(content["methods"])
    datasets = {}
    for name, own in content["datasets"].items():
        parameters = dict(own or {})
        seeds = parameters.pop("seeds", content["seeds"])
        parse_seeds(seeds)
        chosen = parameters.pop("methods", known)
        for method in chosen:
            if method not in known:
                raise InputError(
                    f"configuration: datasets.{name}.methods: {method!r} is not among the "
                    f"experiment's methods; {closest(method, known)}"
                )
        datasets[name] = DatasetEntry(
            name=name,
            seeds=str(seeds),
            methods=tuple(method for method in known if method in chosen),
            parameters=parameters,
            shape=dataset_shape(name, parameters),
            module=dataset_module(name),
        )
    return datasets


def _trials(
    entries: Iterable[Mapping[str, Any]], given: Mapping[str, Mapping[str, Any]]
) -> dict[str, Trial]:
    """Resolve the section `training_cost`."""
    trials: dict[str, Trial] = {}
    for entry in entries:
        own = dict(entry)
        method, lengths = own.pop("method"), tuple(own.pop("lengths"))
        cpu_seconds = own.pop("cpu_seconds", DEFAULT_CPU_SECONDS)
        name = _file_name(method, own)
        if name in trials:
            raise InputError(
                f"configuration: training_cost: {name!r} stands twice; join its lengths"
            )
        trials[name] = Trial(method, lengths, {**given.get(method, {}), **own}, cpu_seconds)
    return trials


def _candidates(
    entries: Iterable[Mapping[str, Any]],
    datasets: Mapping[str, DatasetEntry],
    given: Mapping[str, Mapping[str, Any]],
    cpu_seconds: int,
) -> dict[str, Candidate]:
    """Resolve the section `selection`, which may touch no data that are reported."""
    reported = {seed for entry in datasets.values() for seed in parse_seeds(entry.seeds)}
    # At another rate a recording is the same recording.
    stems = {parse_identifier(name).stem for name in datasets}
    candidates: dict[str, Candidate] = {}
    for entry in entries:
        choice, method, seeds = entry["choice"], entry["method"], parse_seeds(entry["seeds"])
        both = sorted(reported & set(seeds))
        if both:
            raise InputError(
                f"configuration: selection: {choice!r}: seed {both[0]} is reported by the "
                "experiment, so nothing may be chosen on it; take others"
            )
        for dataset in entry["datasets"]:
            if is_fixed(dataset) and parse_identifier(dataset).stem in stems:
                raise InputError(
                    f"configuration: selection: {choice!r}: {dataset!r} is reported by the "
                    "experiment, and is the same data for every seed; take others"
                )
            for own in entry["candidates"]:
                name = _file_name(f"{choice}-{method}-{dataset}", own)
                if name in candidates:
                    raise InputError(f"configuration: selection: {name!r} stands twice")
                parameters = {**given.get(method, {}), **entry.get("common", {}), **own}
                limit = entry.get("cpu_seconds", cpu_seconds)
                candidates[name] = Candidate(
                    choice, method, dataset, tuple(seeds), parameters, limit
                )
    return candidates


def _file_name(first: str, parameters: Mapping[str, Any]) -> str:
    """Return a name that a file can have."""
    words = [first, *(f"{key}-{value}" for key, value in parameters.items())]
    return re.sub(r"[^A-Za-z0-9._-]+", "-", "-".join(words))
