"""Measure the cost of training on data sets of several lengths, each in a separate process.

Results are only meaningful if nothing else runs on the machine.
"""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tqdm import tqdm

from bssbench.datasets.catalogue import dataset_module, dataset_shape, make_dataset
from bssbench.datasets.identifier import Identifier
from bssbench.errors import InputError
from bssbench.experiment.cell import Cell, run_cell
from bssbench.experiment.demand import peak_megabytes
from bssbench.files import read_json
from bssbench.methods import load_method, method_modules
from bssbench.parameters import MOST_SEEDS, parse_assignments
from bssbench.scores.training_cost import CostRow, cost_row
from bssbench.separation import Separation

__all__ = [
    "DEFAULT_CPU_SECONDS",
    "DEFAULT_SEEDS",
    "DEFAULT_SOURCES",
    "Trial",
    "measure_round",
    "parse_trial",
]

_FAMILY = "gp-distinct"
DEFAULT_SOURCES, DEFAULT_SEEDS, DEFAULT_CPU_SECONDS = 3, 3, 60
# First of the seeds that are not used for development, as in the tables of scores.
_FIRST_SEED = 100
# Values of a trial that are not parameters of the method.
_COUNTS = ("sources", "seeds", "rounds", "cpu_seconds")


@dataclass(frozen=True)
class Trial:
    """A method whose training is timed.

    Attributes
    ----------
    method : str
        Name of the method.
    lengths : tuple of int
        Lengths of the data, in samples.
    parameters : dict of str to object
        Parameters of the method. The number of restarts is 1 by default.
    sources : int
        Number of sources.
    seeds : int
        Number of seeds that are trained together.
    rounds : int or None
        Number of rounds, from the first, in which it is timed; None for all.
    cpu_seconds : int
        Limit of the CPU time for each length in seconds, including start-up.

    Raises
    ------
    InputError
        If the method or a parameter is unknown, or if a length or the number of seeds is invalid.
    """

    method: str
    lengths: tuple[int, ...]
    parameters: dict[str, Any] = field(default_factory=dict)
    sources: int = DEFAULT_SOURCES
    seeds: int = DEFAULT_SEEDS
    rounds: int | None = None
    cpu_seconds: int = DEFAULT_CPU_SECONDS

    def __post_init__(self) -> None:
        if not self.lengths or len(set(self.lengths)) < len(self.lengths):
            raise InputError(f"training cost of {self.method!r}: no length, or one stands twice")
        if self.seeds > MOST_SEEDS:
            raise InputError(f"training cost of {self.method!r}: more than {MOST_SEEDS} seeds")
        self.megabytes()

    @property
    def modules(self) -> tuple[str, ...]:
        """Dotted names of the modules of the method and of the data set."""
        return (*method_modules(self.method, self.settings), dataset_module(_FAMILY))

    @property
    def settings(self) -> dict[str, Any]:
        """The parameters, with the defaults of a trial."""
        known = {known.name for known in fields(load_method(self.method, self.parameters))}
        return ({"restarts": 1} if "restarts" in known else {}) | self.parameters

    def dataset(self, length: int) -> str:
        """Return the id of the data set with a length.

        Parameters
        ----------
        length : int
            Number of time points.

        Returns
        -------
        str
            The id.
        """
        sources = None if self.sources == DEFAULT_SOURCES else self.sources
        return str(Identifier(_FAMILY, n_sources=sources, length=length).canonical())

    def megabytes(self) -> int:
        """Return an upper estimate of the peak memory over all lengths.

        Returns
        -------
        int
            Megabytes.
        """
        shapes = (dataset_shape(self.dataset(length), {}) for length in self.lengths)
        return max(
            peak_megabytes(self.method, self.settings, shape, self.seeds) for shape in shapes
        )

    def words(self) -> str:
        """Return the text of the trial, as for `parse_trial`.

        Returns
        -------
        str
            The text.
        """
        counts = {name: getattr(self, name) for name in _COUNTS}
        given = {name: value for name, value in counts.items() if value is not None}
        told = {name: "null" if value is None else value for name, value in self.parameters.items()}
        lengths = ",".join(map(str, self.lengths))
        return shlex.join(
            [
                self.method,
                f"lengths={lengths}",
                *(f"{name}={value}" for name, value in {**given, **told}.items()),
            ]
        )


def parse_trial(text: str) -> Trial:
    """Parse a trial.

    Parameters
    ----------
    text : str
        For example ``skr-vae lengths=500,1000 sources=8 seeds=1 steps=600``.

    Returns
    -------
    Trial
        The trial.

    Raises
    ------
    InputError
        If the text is not a valid trial.
    """
    try:
        method, *words = shlex.split(text)
    except ValueError:
        raise InputError(
            f"{text!r}: a trial is METHOD lengths=T,… and what else there is"
        ) from None
    own = [word for word in words if word.partition("=")[0] in ("lengths", *_COUNTS)]
    counts: dict[str, Any] = {}
    for word in own:
        name, _, value = word.partition("=")
        try:
            numbers = tuple(map(int, value.split(",")))
        except ValueError:
            numbers = ()
        if min(numbers, default=0) < 1 or (name != "lengths" and len(numbers) > 1):
            raise InputError(f"{text!r}: {name} must be at least 1, not {value!r}")
        counts[name] = numbers if name == "lengths" else numbers[0]
    parameters = parse_assignments([word for word in words if word not in own])
    return Trial(method=method, parameters=parameters, **({"lengths": ()} | counts))


def measure_round(
    trials: Sequence[Trial], number: int = 0, root_seed: int = 0, device: str = "cpu"
) -> list[CostRow]:
    """Train the method of each trial at each of its lengths.

    Lengths are in ascending order, and all trials of a length follow each other, so that results to
    be compared are measured close together. After a timeout, a trial's longer lengths are skipped.

    Parameters
    ----------
    trials : sequence of Trial
        The trials; those with fewer rounds are left out of later rounds.
    number : int, default=0
        Index of the round.
    root_seed : int, default=0
        The experiment's seed.
    device : str, default="cpu"
        ``cpu`` or ``cuda``.

    Returns
    -------
    list of CostRow
        A row for each trial and length.
    """
    taken = [trial for trial in trials if trial.rounds is None or number < trial.rounds]
    steps = [
        (length, trial)
        for length in sorted({length for trial in taken for length in trial.lengths})
        for trial in taken
        if length in trial.lengths
    ]
    late: dict[int, CostRow] = {}
    rows, made = [], None
    with TemporaryDirectory() as name:
        directory = Path(name)
        data = directory / "data.npz"
        for length, trial in tqdm(steps, desc=f"round {number}", disable=None, leave=False):
            before = late.get(id(trial))
            if before:
                reason = f"not tried: at length {before.length} {before.reason}"
                rows.append(replace(before, length=length, status="skipped", reason=reason))
                continue
            # Consecutive trials of a length usually use the same data.
            wanted = (trial.dataset(length), trial.seeds)
            if wanted != made:
                seeds = range(_FIRST_SEED, _FIRST_SEED + trial.seeds)
                dataset = make_dataset(wanted[0], seeds, {}, root_seed)
                dataset.save(data)
                made = wanted
            cell = Cell(
                data=data,
                method=trial.method,
                parameters=trial.settings,
                root_seed=root_seed,
                device=device,
                cpu_seconds=trial.cpu_seconds,
            )
            run_cell(cell, directory)
            separation = Separation.load(directory / "separation.npz")
            row = cost_row(dataset, separation, read_json(directory / "run.json"), number)
            rows.append(row)
            if row.status == "timeout":
                late[id(trial)] = row
    return rows
