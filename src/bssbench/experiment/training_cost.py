"""Measuring what training costs: methods on data sets of several lengths, each in a process.

Only meaningful where nothing else runs on the machine at the same time.
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
# Of those that nothing was developed on, as in the tables of scores.
_FIRST_SEED = 100
# What a trial's words say that is no parameter of the method.
_COUNTS = ("sources", "seeds", "rounds", "cpu_seconds")


@dataclass(frozen=True)
class Trial:
    """A method whose training is to be timed.

    Attributes
    ----------
    method, parameters : str, dict
        Where the method has restarts, it has one unless its parameters say otherwise.
    lengths : tuple of int
        Of the data, in samples.
    sources, seeds : int
        How many sources the data have, and how many seeds are trained together.
    rounds : int or None
        In how many rounds, from the first on, it is timed; None for all.
    cpu_seconds : int
        Limit of each length's CPU time, start-up included.

    Raises
    ------
    InputError
        For an unknown method or parameter, or an impossible length or number of seeds.
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
        """Dotted names of the modules of the method and of the data."""
        return (*method_modules(self.method, self.settings), dataset_module(_FAMILY))

    @property
    def settings(self) -> dict[str, Any]:
        """The parameters with what goes without saying here."""
        known = {known.name for known in fields(load_method(self.method, self.parameters))}
        return ({"restarts": 1} if "restarts" in known else {}) | self.parameters

    def dataset(self, length: int) -> str:
        """Return the id of the data of this length."""
        sources = None if self.sources == DEFAULT_SOURCES else self.sources
        return str(Identifier(_FAMILY, n_sources=sources, length=length).canonical())

    def megabytes(self) -> int:
        """Return an upper estimate of the peak memory at any of the lengths."""
        shapes = (dataset_shape(self.dataset(length), {}) for length in self.lengths)
        return max(
            peak_megabytes(self.method, self.settings, shape, self.seeds) for shape in shapes
        )

    def words(self) -> str:
        """Return it as `parse_trial` reads it."""
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
    """Read a trial such as ``skr-vae lengths=500,1000 sources=8 seeds=1 steps=600``.

    Raises
    ------
    InputError
        For what is no trial.
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
    """Train each trial's method at each of its lengths, and return a row for each.

    Shortest lengths first, and at a length one trial after the other, so that what is compared
    stands side by side. A length beyond one at which a trial ran out of time is not tried.

    Parameters
    ----------
    trials : sequence of Trial
        Those of fewer rounds are left out after these.
    number : int, optional
        The round's, from 0.
    root_seed, device : int, str
        As of `bssbench.experiment.cell.Cell`.
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
            # What follows at the same length is most often of the same data.
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
