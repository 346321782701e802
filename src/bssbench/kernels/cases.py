"""Which cases of the kernel cores are measured, by names that files and tables use. No torch here.

A case is a value of each of `PARAMETERS`, measured in one of `PASSES`;
`bssbench.kernels.measured_case` makes it.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any

from bssbench.errors import InputError
from bssbench.kernels.catalogue import CORES

__all__ = [
    "BATCHED_LENGTHS",
    "CHOICES",
    "COLUMNS",
    "FLOORS",
    "PARAMETERS",
    "PASSES",
    "arithmetic",
    "core_of",
    "measured_values",
    "parse_grid",
    "selected_cases",
]

PASSES = ("forward", "forward+backward")

FLOORS = {"floor-fft": PASSES, "floor-dense": PASSES, "floor-banded": ("forward",)}
"""The bare arithmetic that a core can't do without, measured beside it, and in which passes."""

_BATCHED = ("spectral", "fft")
BATCHED_LENGTHS = (1024, 4096)
"""The lengths at which more than one replicate is measured."""

# One more of those at which the dense ones are not mostly overhead, for their exponents.
_LENGTHS = sorted([1536, *(2**power for power in range(8, 21))])
_USUAL_KERNEL = "squared-exponential"
# A floor has none of these to select by.
_NOT_OF_FLOORS = ("kernel", "parameters", "grid")


def core_of(name: str) -> str:
    """Return the core that a floor is of; a core itself."""
    return name.removeprefix("floor-")


def measured_values(name: str) -> dict[str, list[str] | list[int]]:
    """Return the values of each parameter that a core or floor is measured at, all combined.

    A machine without CUDA leaves out that device. What is beyond a limit is skipped, and so are
    batches of any but a few lengths.
    """
    own = CORES[core_of(name)]
    # Of another's library, only what it is compared with.
    irregular = own.irregular and not own.library
    values: dict[str, list[str] | list[int]] = {
        "core": [name],
        "kernel": [_USUAL_KERNEL] if _USUAL_KERNEL in own.kernels else list(own.kernels[:2]),
        "parameters": ["learned", "fixed"] if own.keeps else ["learned"],
        "grid": ["regular", "irregular"] if irregular else ["regular"],
        "length": [length for length in _LENGTHS if length <= own.longest_measured],
        "latents": [1, 3, 10],
        # As many as are trained together, of what trains fastest.
        "replicates": [1, 30] if core_of(name) in _BATCHED else [1],
        "dtype": ["float32", "float64"],
        "device": ["cpu"] if own.cpu_only else ["cpu", "cuda"],
        "threads": [1],
    }
    if name in FLOORS:
        values["parameters"], values["grid"], values["device"] = ["learned"], ["regular"], ["cpu"]
        values["length"], values["latents"] = measured_values("fft")["length"], [3]
    return values


PARAMETERS = tuple(measured_values(next(iter(CORES))))
"""What tells one case from another, in ASV's order."""

CHOICES: dict[str, tuple[str | int, ...]] = {
    name: tuple(dict.fromkeys(value for core in CORES for value in measured_values(core)[name]))
    for name in PARAMETERS
} | {"pass": PASSES}
"""Every value that a grid of cases can select, by parameter."""

COLUMNS = (
    *PARAMETERS[:7],
    "pass",
    *PARAMETERS[7:],
    "arithmetic",
    "round",
    "seconds",
    "repeats",
    "peak_bytes",
    "relative_error",
    "error_nats",
    "gradient_error",
    "status",
    "reason",
)
"""The header of ``results/cores.csv``: a row for each case, pass and round."""


def arithmetic(name: str, dtype: str, parameters: str = "learned") -> str:
    """Return the precision that a core or floor computes in, for data of `dtype`."""
    if name in FLOORS:
        return dtype
    own = CORES[name].arithmetic
    if parameters == "fixed":
        own = CORES[name].arithmetic_kept or own
    return dtype if own == "data" else own


def parse_grid(text: str) -> dict[str, list[str]]:
    """Return {parameter: values} of a grid such as ``core=fft,banded length=256,1024``.

    Raises
    ------
    InputError
        For what is no grid.
    """
    grid = {}
    for word in text.split():
        name, _, values = word.partition("=")
        if name not in (*PARAMETERS, "pass") or not values:
            raise InputError(f"--grid {word}: expected NAME=VALUE,…; see --help for the names")
        grid[name] = values.split(",")
    unknown = set(grid.get("pass", ())) - set(PASSES)
    if unknown:
        raise InputError(f"--grid pass: unknown {min(unknown)!r}; there is {', '.join(PASSES)}")
    return grid


def selected_cases(grids: Iterable[Mapping[str, Sequence[Any]]]) -> list[dict[str, Any]]:
    """Return the cases that grids select, each once and with its ``pass``: cores, then floors.

    A parameter that a grid leaves out is of all values. A floor is selected as its core is,
    whatever the grid says of what it does not have.
    """
    grids = list(grids)
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for name in (*CORES, *FLOORS):
        values = measured_values(name) | {"pass": list(FLOORS.get(name, PASSES))}
        free = _NOT_OF_FLOORS if name in FLOORS else ()
        for grid in grids:
            chosen = [
                [value for value in own if key in free or _selects(grid, key, value)]
                for key, own in values.items()
            ]
            found |= {case: dict(zip(values, case, strict=True)) for case in product(*chosen)}
    return list(found.values())


def _selects(grid: Mapping[str, Sequence[Any]], key: str, value: str | int) -> bool:
    wanted = core_of(str(value)) if key == "core" else str(value)
    return key not in grid or wanted in map(str, grid[key])
