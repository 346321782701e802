"""An experiment's configuration: read once, checked whole, then a frozen object."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from bssbench.datasets.catalogue import (
    Shape,
    dataset_module,
    dataset_shape,
    is_untouched,
    makes_new_data,
)
from bssbench.datasets.identifier import parse_identifier
from bssbench.errors import InputError
from bssbench.experiment.ablation import Ablation, expand_ablation
from bssbench.experiment.configuration_file import ConfigurationFile
from bssbench.experiment.demand import expected_seconds, peak_megabytes
from bssbench.experiment.held_out import Candidate
from bssbench.experiment.named_methods import MethodEntry, name_method
from bssbench.experiment.sweeps import Block, Sweep, expand_sweep
from bssbench.experiment.training_cost import Trial
from bssbench.files import read_yaml
from bssbench.files.validation import validated
from bssbench.methods import load_method
from bssbench.parameters import closest, parse_seeds, with_underscores
from bssbench.plugins import require_named, use

__all__ = [
    "Configuration",
    "DatasetEntry",
    "changed_hyperparameters",
    "configure",
    "use_plugins",
]

# A suffix, and what marks a file that is being written, have room.
_LONGEST_NAME = 200

_Hyperparameters = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class DatasetEntry:
    """A data set of the experiment: its seeds and parameters, its size, and who separates it.

    `seeds_per_job` is None where a cell is one job.
    """

    name: str
    seeds: str
    methods: tuple[str, ...]
    parameters: dict[str, Any]
    shape: Shape
    module: str
    seeds_per_job: int | None = None

    def seed_blocks(self) -> list[list[int]]:
        """Return the seeds of each job of one of its cells."""
        seeds = parse_seeds(self.seeds)
        size = self.seeds_per_job or len(seeds)
        return [seeds[first : first + size] for first in range(0, len(seeds), size)]


@dataclass(frozen=True)
class Configuration:
    """A whole experiment, in the order of its file.

    `selection` has a name for each candidate on a data set. `ablation` and `sweeps` have methods of
    their own.
    `cores` says which cases of the kernel cores are measured: grids, each with the values of some
    parameters. `rounds` is how often they and the trials are. `claims` is the file of claims, empty
    if none are judged. `plugins` are paths.
    """

    results: str
    figures: str
    root_seed: int
    datasets: dict[str, DatasetEntry]
    methods: dict[str, MethodEntry]
    training_cost: dict[str, Trial]
    selection: dict[str, Candidate]
    ablation: Ablation | None = None
    cores: tuple[dict[str, list[Any]], ...] = ()
    rounds: int = 5
    claims: str = ""
    plugins: tuple[Path, ...] = ()
    sweeps: dict[str, Sweep] = field(default_factory=dict)

    @property
    def all_methods(self) -> dict[str, MethodEntry]:
        """All methods that have cells, by name: those of ablation and sweeps as well."""
        found = self.methods | (self.ablation.methods if self.ablation else {})
        for sweep in self.sweeps.values():
            found = found | sweep.methods
        return found

    @cached_property
    def blocks(self) -> dict[str, tuple[Sweep, Block]]:
        """All blocks of the sweeps, by name, each with its sweep."""
        return {
            block.name: (sweep, block) for sweep in self.sweeps.values() for block in sweep.blocks
        }

    def cells(self) -> list[tuple[str, str]]:
        """Return data set and method of each cell, those of ablation and sweeps left out."""
        return [(name, own) for name, entry in self.datasets.items() for own in entry.methods]

    def cell_megabytes(self, dataset: str, method: str) -> int:
        """Return the memory that a cell declares, or each of its jobs."""
        return peak_megabytes(*self._cell(dataset, method))

    def cell_seconds(self, dataset: str, method: str) -> int:
        """Return a rough estimate of the CPU time of a cell, or of the longest of its jobs."""
        return expected_seconds(*self._cell(dataset, method))

    def _cell(self, dataset: str, method: str) -> tuple[str, dict[str, Any], Shape, int]:
        """Return what a cell's demand depends on."""
        own = self.all_methods[method]
        if dataset in self.blocks:
            sweep, block = self.blocks[dataset]
            n_replicates = len(block.points) * len(parse_seeds(sweep.seeds))
            return own.base, own.parameters, block.shape, n_replicates
        data = self.datasets[dataset]
        return own.base, own.parameters, data.shape, len(data.seed_blocks()[0])

    def longest_cell_seconds(self, dataset: str) -> int:
        """Return the estimate of the longest of the cells of a data set or block."""
        block = dataset in self.blocks
        methods = self.blocks[dataset][1].methods if block else self.datasets[dataset].methods
        return max(self.cell_seconds(dataset, name) for name in methods)

    def method_parameters(self) -> dict[str, dict[str, Any]]:
        """Return, by method, all parameters with their values, defaults included.

        Defaults can change with the code; what a run records of itself must not change with them.
        """
        return {
            name: asdict(load_method(entry.base, entry.parameters))
            for name, entry in self.methods.items()
        }


def configure(
    content: Mapping[str, Any],
    hyperparameters: _Hyperparameters | None = None,
    folder: Path | None = None,
    record: str = "",
) -> Configuration:
    """Check as a whole the content of a configuration's YAML file.

    Parameters
    ----------
    content : mapping
        Of the file. The plug-ins that it names are in use from then on.
    hyperparameters : mapping, optional
        By method, in place of its defaults where the content says nothing else.
    folder : pathlib.Path, optional
        Where the file lies, from which the paths of plug-ins start; else the working directory.
    record : str, optional
        What the content was recorded in, if it is that of finished results: see `use_plugins`.

    Raises
    ------
    InputError
        For whatever is wrong, in one line.
    """
    file = validated(ConfigurationFile, content, "configuration")
    plugins = use_plugins(content, folder or Path(), record)
    given = hyperparameters or {}
    methods = _methods(file, given)
    datasets = _datasets(file)
    ablation = expand_ablation(file.ablation, datasets, methods) if file.ablation else None
    sweeps = _sweeps(file, datasets, methods, ablation)
    reported = [*(entry.seeds for entry in datasets.values()), *(s.seeds for s in sweeps.values())]
    return Configuration(
        results=file.output.results,
        figures=file.output.figures,
        root_seed=file.root_seed,
        datasets=datasets,
        methods=methods,
        training_cost=_trials(file, given),
        selection=_candidates(file, datasets, reported, given),
        ablation=ablation,
        cores=tuple(
            grid.model_dump(mode="json", by_alias=True, exclude_unset=True) for grid in file.cores
        ),
        rounds=file.rounds,
        claims=file.claims,
        plugins=plugins,
        sweeps=sweeps,
    )


def use_plugins(content: Mapping[str, Any], folder: Path, record: str = "") -> tuple[Path, ...]:
    """Use the plug-ins of an experiment's file that lies in `folder`; return their full paths.

    Where the content is not as it should be there are none: `configure` says so. Of a `record` of
    results, which may be anyone's, they must be in use already.

    Raises
    ------
    InputError
        If one is missing or wrong, or is a record's and the user does not name it.
    """
    paths = content.get("plugins") or ()
    if not isinstance(paths, list | tuple) or not all(isinstance(path, str) for path in paths):
        return ()
    try:
        found = tuple((folder / path).resolve() for path in paths)
        if record:
            require_named(found)
        use(found)
    # What no path can be: with a NUL, of links that lead to themselves, too long.
    except (InputError, ValueError, RuntimeError, OSError) as error:
        raise InputError(f"{record or 'configuration'}: plugins: {error}") from None
    return found


def _methods(file: ConfigurationFile, given: _Hyperparameters) -> dict[str, MethodEntry]:
    """Return the section `methods`."""
    methods = {}
    for name, own in file.methods.items():
        base = (own and own.method) or name
        # Of a record, which has all parameters of each name, the variant's own count.
        known = {**given.get(base, {}), **given.get(name, {})}
        parameters = {**known, **((own and own.model_extra) or {})}
        limit = (own and own.cpu_seconds) or file.cpu_seconds
        where = f"configuration: methods.{name}"
        device = own.device if own else "cpu"
        methods[name] = name_method(name, base, parameters, limit, where, device)
    return methods


def _datasets(file: ConfigurationFile) -> dict[str, DatasetEntry]:
    """Return the section `datasets`."""
    datasets = {}
    for name, own in file.datasets.items():
        chosen = (own and own.methods) or tuple(file.methods)
        for method in chosen:
            if method not in file.methods:
                raise InputError(
                    f"configuration: datasets.{name}.methods: {method!r} is not among the "
                    f"experiment's methods; {closest(method, file.methods)}"
                )
        parameters = (own and own.model_extra) or {}
        datasets[name] = DatasetEntry(
            name=name,
            seeds=(own and own.seeds) or file.seeds,
            methods=tuple(method for method in file.methods if method in chosen),
            parameters=parameters,
            shape=dataset_shape(name, parameters),
            module=dataset_module(name),
            seeds_per_job=own.seeds_per_job if own else None,
        )
    return datasets


def _trials(file: ConfigurationFile, given: _Hyperparameters) -> dict[str, Trial]:
    """Return the section `training_cost`."""
    trials: dict[str, Trial] = {}
    for entry in file.training_cost:
        own = entry.model_extra or {}
        size = {"sources": entry.sources, "seeds": entry.seeds}
        unusual = {key: size[key] for key in size.keys() & entry.model_fields_set}
        name = _file_name(entry.method, dict(sorted(unusual.items())) | own)
        if name in trials:
            raise InputError(
                f"configuration: training_cost: {name!r} stands twice; join its lengths"
            )
        parameters = {**given.get(entry.method, {}), **own}
        trials[name] = Trial(
            entry.method,
            entry.lengths,
            parameters,
            rounds=entry.rounds,
            cpu_seconds=entry.cpu_seconds,
            **size,
        )
    return trials


def _sweeps(
    file: ConfigurationFile,
    datasets: Mapping[str, DatasetEntry],
    methods: Mapping[str, MethodEntry],
    ablation: Ablation | None,
) -> dict[str, Sweep]:
    """Return the section `sweeps`."""
    taken = dict.fromkeys(datasets, "configuration: datasets")
    varied = dict(ablation.methods if ablation else {})
    sweeps = {}
    for name, section in file.sweeps.items():
        place = f"configuration: sweeps.{name}"
        sweep = expand_sweep(name, section, file.seeds, methods)
        for own in (name, *(block.name for block in sweep.blocks)):
            if own in taken:
                raise InputError(f"{place}: {own!r} is in use by {taken[own]}; rename the sweep")
            taken[own] = place
        for method, entry in sweep.methods.items():
            if varied.setdefault(method, entry) != entry:
                raise InputError(f"{place}.vary: there is another method {method!r} already")
        sweeps[name] = sweep
    return sweeps


def _candidates(
    file: ConfigurationFile,
    datasets: Mapping[str, DatasetEntry],
    reported_seeds: Iterable[str],
    given: _Hyperparameters,
) -> dict[str, Candidate]:
    """Return the section `selection`, which may touch no data that are reported."""
    reported = {seed for seeds in reported_seeds for seed in parse_seeds(seeds)}
    # At another rate a recording is the same recording.
    stems = {parse_identifier(name).stem for name in datasets}
    candidates: dict[str, Candidate] = {}
    for entry in file.selection:
        seeds = tuple(parse_seeds(entry.seeds))
        place = f"configuration: selection: {entry.choice!r}"
        if both := sorted(reported.intersection(seeds)):
            raise InputError(
                f"{place}: seed {both[0]} is reported by the experiment, so nothing may be chosen "
                "on it; take others"
            )
        common = {**given.get(entry.method, {}), **entry.common}
        limit = entry.cpu_seconds or file.cpu_seconds
        for dataset in entry.datasets:
            if is_untouched(dataset):
                raise InputError(
                    f"{place}: {dataset!r} is of a family that stays untouched, so nothing may be "
                    "chosen on it; take others"
                )
            if not makes_new_data(dataset) and parse_identifier(dataset).stem in stems:
                raise InputError(
                    f"{place}: {dataset!r} is reported by the experiment, and other seeds make no "
                    "new data of it; take others"
                )
            for own in entry.candidates:
                name = _file_name(f"{entry.choice}-{entry.method}-{dataset}", own)
                if name in candidates:
                    raise InputError(f"configuration: selection: {name!r} stands twice")
                candidates[name] = Candidate(
                    entry.choice, entry.method, dataset, seeds, {**common, **own}, limit
                )
    return candidates


def _file_name(first: str, parameters: Mapping[str, Any]) -> str:
    """Return a name that a file can have."""
    words = [first, *(f"{key}-{value}" for key, value in parameters.items())]
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", "-".join(words))
    if len(name) > _LONGEST_NAME:
        raise InputError(f"configuration: {name[:40]}…: too long for the name of a file")
    return name


def changed_hyperparameters(path: Path) -> dict[str, dict[str, Any]]:
    """Read ``methods.yaml`` and return, by method, the values that are not the method's defaults.

    The file has, by method and parameter, ``{value: …, source: …}``. What equals a default needs no
    mention: a cell is the same with and without it.

    Raises
    ------
    InputError
        For an unknown method or parameter, an impossible value, or one without a source.
    """
    changed = {}
    for name, entries in read_yaml(path).items():
        if not isinstance(entries, dict):
            raise InputError(f"{path}: {name}: expected parameters, found {entries!r}")
        values = {
            key: _sourced_value(entry, f"{path}: {name}.{key}")
            for key, entry in with_underscores(entries, f"{path}: {name}").items()
        }
        default, chosen = load_method(str(name), {}), load_method(str(name), values)
        differing = {key for key in values if getattr(chosen, key) != getattr(default, key)}
        changed[name] = {key: value for key, value in values.items() if key in differing}
    return changed


def _sourced_value(entry: Any, where: str) -> Any:
    """Return the value of an entry that also has one line that says where it comes from."""
    if not isinstance(entry, dict) or set(entry) != {"value", "source"}:
        raise InputError(f"{where}: expected {{value: …, source: …}}, found {entry!r}")
    source = entry["source"]
    if not isinstance(source, str) or not source.strip() or "\n" in source.strip():
        raise InputError(f"{where}: the source must be one line of text, not {source!r}")
    return entry["value"]
