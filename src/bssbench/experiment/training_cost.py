"""Measuring what training costs: a method on one data set at several lengths, each in a process.

Only meaningful where nothing else runs on the machine at the same time.
"""

from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bssbench.datasets.catalogue import dataset_module, dataset_shape, make_dataset
from bssbench.datasets.identifier import Identifier
from bssbench.errors import InputError
from bssbench.experiment.cell import Cell, run_cell
from bssbench.experiment.demand import peak_megabytes
from bssbench.files import read_json
from bssbench.methods import load_method, method_modules
from bssbench.scores.training_cost import CostRow, cost_row
from bssbench.separation import Separation

__all__ = ["DEFAULT_CPU_SECONDS", "Trial", "measure"]

_FAMILY = "gp-distinct"
DEFAULT_CPU_SECONDS = 60
# Of those that nothing was developed on, as in the tables of scores.
_SEEDS = (100, 101, 102)


@dataclass(frozen=True)
class Trial:
    """A method whose training is to be timed.

    `lengths` of the data are in samples. Where the method has restarts, it has one unless its
    parameters say otherwise. `cpu_seconds` limits each length's CPU time, start-up included.

    Raises
    ------
    InputError
        For an unknown method or parameter, or an impossible length.
    """

    method: str
    lengths: tuple[int, ...]
    parameters: dict[str, Any] = field(default_factory=dict)
    cpu_seconds: int = DEFAULT_CPU_SECONDS

    def __post_init__(self) -> None:
        if not self.lengths or len(set(self.lengths)) < len(self.lengths):
            raise InputError(f"training cost of {self.method!r}: no length, or one stands twice")
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

    def megabytes(self) -> int:
        """Return an upper estimate of the peak memory at any of the lengths."""
        shapes = (dataset_shape(_dataset(length), {}) for length in self.lengths)
        return max(
            peak_megabytes(self.method, self.settings, shape, len(_SEEDS)) for shape in shapes
        )


def _dataset(length: int) -> str:
    """Return the id of the data of this length."""
    return str(Identifier(_FAMILY, length=length).canonical())


def measure(trial: Trial, root_seed: int = 0, device: str = "cpu") -> list[CostRow]:
    """Train at each length, shortest first, and return a row for each.

    A length beyond one that ran out of time is not tried.
    """
    rows: list[CostRow] = []
    with TemporaryDirectory() as name:
        directory = Path(name)
        for length in sorted(trial.lengths):
            late = next((row for row in rows if row.status == "timeout"), None)
            if late:
                reason = f"not tried: at length {late.length} {late.reason}"
                rows.append(replace(late, length=length, status="skipped", reason=reason))
                continue
            dataset = make_dataset(_dataset(length), _SEEDS, {}, root_seed)
            dataset.save(directory / "data.npz")
            cell = Cell(
                data=directory / "data.npz",
                method=trial.method,
                parameters=trial.settings,
                root_seed=root_seed,
                device=device,
                cpu_seconds=trial.cpu_seconds,
            )
            run_cell(cell, directory)
            separation = Separation.load(directory / "separation.npz")
            rows.append(cost_row(dataset, separation, read_json(directory / "run.json")))
    return rows
