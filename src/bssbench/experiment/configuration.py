"""The configuration of an experiment: read once, validated completely, then frozen."""

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

# Leaves room for a suffix and for the mark of a file that is being written.
_LONGEST_NAME = 200

_Hyperparameters = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class DatasetEntry:
    """A data set of the experiment.

    Attributes
    ----------
    name : str
        The data set's id.
    seeds : str
        Its seeds, as for `bssbench.parameters.parse_seeds`.
    methods : tuple of str
        Methods that run on it.
    parameters : dict of str to object
        Its parameters.
    shape : Shape
        Its size.
    module : str
        Dotted name of the module that generates it.
    seeds_per_job : int or None
        Number of seeds of a job; None for one job per cell.
    """

    name: str
    seeds: str
    methods: tuple[str, ...]
    parameters: dict[str, Any]
    shape: Shape
    module: str
    seeds_per_job: int | None = None

    def seed_blocks(self) -> list[list[int]]:
        """Return the seeds of each job of a cell.

        Returns
        -------
        list of list of int
            One list of seeds per job.
        """
        seeds = parse_seeds(self.seeds)
        size = self.seeds_per_job or len(seeds)
        return [seeds[first : first + size] for first in range(0, len(seeds), size)]


@dataclass(frozen=True)
class Configuration:
    """The configuration of an experiment, in the order of its file.

    Attributes
    ----------
    results, figures : str
        Folders of the results and figures.
    root_seed : int
        Seed of the experiment.
    datasets : dict of str to DatasetEntry
        Data sets by id.
    methods : dict of str to MethodEntry
        Methods by name.
    training_cost : dict of str to Trial
        Trials of training cost by name.
    selection : dict of str to Candidate
        Candidates by name, one for each candidate and data set.
    ablation : Ablation or None
        The ablation, with its own methods.
    cores : tuple of dict
        Grids of the measured cases of kernel cores, each with values of some parameters.
    rounds : int
        Number of rounds in which cores and trials are measured.
    claims : str
        File of claims; empty if there is none.
    plugins : tuple of pathlib.Path
        Paths of the plug-ins.
    sweeps : dict of str to Sweep
        Sweeps by name, with their own methods.
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
        """All methods with cells by name, including those of ablation and sweeps."""
        found = self.methods | (self.ablation.methods if self.ablation else {})
        for sweep in self.sweeps.values():
            found = found | sweep.methods
        return found

    @cached_property
    def blocks(self) -> dict[str, tuple[Sweep, Block]]:
        """All blocks of the sweeps by name, each with its sweep."""
        return {
            block.name: (sweep, block) for sweep in self.sweeps.values() for block in sweep.blocks
        }

    def cells(self) -> list[tuple[str, str]]:
        """Return the cells, without those of ablation and sweeps.

        Returns
        -------
        list of tuple
            Pairs of data set and method.
        """
        return [(name, own) for name, entry in self.datasets.items() for own in entry.methods]

    def cell_megabytes(self, dataset: str, method: str) -> int:
        """Return the declared memory of a cell, or of each of its jobs.

        Parameters
        ----------
        dataset : str
            A data set or a block of a sweep.
        method : str
            A method.

        Returns
        -------
        int
            Megabytes.
        """
        return peak_megabytes(*self._cell(dataset, method))

    def cell_seconds(self, dataset: str, method: str) -> int:
        """Return a rough estimate of the CPU time of a cell, or of its longest job.

        Parameters
        ----------
        dataset : str
            A data set or a block of a sweep.
        method : str
            A method.

        Returns
        -------
        int
            Seconds.
        """
        return expected_seconds(*self._cell(dataset, method))

    def _cell(self, dataset: str, method: str) -> tuple[str, dict[str, Any], Shape, int]:
        """Return the values that determine the memory and time of a cell."""
        own = self.all_methods[method]
        if dataset in self.blocks:
            sweep, block = self.blocks[dataset]
            n_replicates = len(block.points) * len(parse_seeds(sweep.seeds))
            return own.base, own.parameters, block.shape, n_replicates
        data = self.datasets[dataset]
        return own.base, own.parameters, data.shape, len(data.seed_blocks()[0])

    def longest_cell_seconds(self, dataset: str) -> int:
        """Return the estimated CPU time of the longest cell of a data set or block.

        Parameters
        ----------
        dataset : str
            A data set or a block of a sweep.

        Returns
        -------
        int
            Seconds.
        """
        block = dataset in self.blocks
        methods = self.blocks[dataset][1].methods if block else self.datasets[dataset].methods
        return max(self.cell_seconds(dataset, name) for name in methods)

    def method_parameters(self) -> dict[str, dict[str, Any]]:
        """Return all parameters of each method, including defaults.

        The record of a run contains the defaults because they can change with the code.

        Returns
        -------
        dict of str to dict of str to object
            Values by method and parameter.
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
    """Validate the content of a configuration file and return the configuration.

    Parameters
    ----------
    content : mapping of str to object
        Content of the file. The plug-ins that it names are loaded.
    hyperparameters : mapping of str to mapping of str to object, optional
        Values by method that replace its defaults, unless the content sets them.
    folder : pathlib.Path, optional
        Folder to which the paths of plug-ins are relative; the default is the working directory.
    record : str, optional
        File in which the content was recorded, for finished results; see `use_plugins`.

    Returns
    -------
    Configuration
        The configuration.

    Raises
    ------
    InputError
        If anything is invalid. The message is one line.
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
    """Load the plug-ins that an experiment's file names.

    If the content is invalid, no plug-ins are loaded; `configure` reports the error. Plug-ins named
    by a record of results, which may come from anyone, are not loaded unless the user has named
    them.

    Parameters
    ----------
    content : mapping of str to object
        Content of the file.
    folder : pathlib.Path
        Folder to which the paths are relative.
    record : str, optional
        File in which the content was recorded, for finished results.

    Returns
    -------
    tuple of pathlib.Path
        Full paths of the plug-ins.

    Raises
    ------
    InputError
        If a plug-in is missing or invalid, or if it is named by a record but not by the user.
    """
    paths = content.get("plugins") or ()
    if not isinstance(paths, list | tuple) or not all(isinstance(path, str) for path in paths):
        return ()
    try:
        found = tuple((folder / path).resolve() for path in paths)
        if record:
            require_named(found)
        use(found)
    # Invalid paths: with a NUL character, with circular links, or too long.
    except (InputError, ValueError, RuntimeError, OSError) as error:
        raise InputError(f"{record or 'configuration'}: plugins: {error}") from None
    return found


def _methods(file: ConfigurationFile, given: _Hyperparameters) -> dict[str, MethodEntry]:
    """Return the section `methods`."""
    methods = {}
    for name, own in file.methods.items():
        base = (own and own.method) or name
        # A record has all parameters of each name; those of the variant take precedence.
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
                f"configuration: training_cost: {name!r} is given twice; combine its lengths"
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
                raise InputError(f"{place}.vary: another method {method!r} already exists")
        sweeps[name] = sweep
    return sweeps


def _candidates(
    file: ConfigurationFile,
    datasets: Mapping[str, DatasetEntry],
    reported_seeds: Iterable[str],
    given: _Hyperparameters,
) -> dict[str, Candidate]:
    """Return the section `selection`, which must not use data with reported results."""
    reported = {seed for seeds in reported_seeds for seed in parse_seeds(seeds)}
    # An upsampled recording counts as the same recording.
    stems = {parse_identifier(name).stem for name in datasets}
    candidates: dict[str, Candidate] = {}
    for entry in file.selection:
        seeds = tuple(parse_seeds(entry.seeds))
        place = f"configuration: selection: {entry.choice!r}"
        if both := sorted(reported.intersection(seeds)):
            raise InputError(
                f"{place}: seed {both[0]} is reported by the experiment, so nothing may be "
                "selected on it; use other seeds"
            )
        common = {**given.get(entry.method, {}), **entry.common}
        limit = entry.cpu_seconds or file.cpu_seconds
        for dataset in entry.datasets:
            if is_untouched(dataset):
                raise InputError(
                    f"{place}: the family of {dataset!r} is reserved for testing, so nothing may "
                    "be selected on it; use another one"
                )
            if not makes_new_data(dataset) and parse_identifier(dataset).stem in stems:
                raise InputError(
                    f"{place}: {dataset!r} is reported by the experiment, and its data do not "
                    "depend on the seed; use another data set"
                )
            for own in entry.candidates:
                name = _file_name(f"{entry.choice}-{entry.method}-{dataset}", own)
                if name in candidates:
                    raise InputError(f"configuration: selection: {name!r} is given twice")
                candidates[name] = Candidate(
                    entry.choice, entry.method, dataset, seeds, {**common, **own}, limit
                )
    return candidates


def _file_name(first: str, parameters: Mapping[str, Any]) -> str:
    """Return a valid file name."""
    words = [first, *(f"{key}-{value}" for key, value in parameters.items())]
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", "-".join(words))
    if len(name) > _LONGEST_NAME:
        raise InputError(f"configuration: {name[:40]}…: too long for a file name")
    return name


def changed_hyperparameters(path: Path) -> dict[str, dict[str, Any]]:
    """Read ``methods.yaml`` and return the values that differ from the methods' defaults.

    The file has ``{value: …, source: …}`` for each method and parameter. Values equal to the
    default are left out, so that a cell is the same with and without them.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    dict of str to dict of str to object
        Values by method and parameter.

    Raises
    ------
    InputError
        If a method or parameter is unknown, a value is invalid, or a source is missing.
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
    """Return the value of an entry, which must also state its source in one line."""
    if not isinstance(entry, dict) or set(entry) != {"value", "source"}:
        raise InputError(f"{where}: expected {{value: …, source: …}}, found {entry!r}")
    source = entry["source"]
    if not isinstance(source, str) or not source.strip() or "\n" in source.strip():
        raise InputError(f"{where}: the source must be one line of text, not {source!r}")
    return entry["value"]
