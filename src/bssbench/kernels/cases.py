"""The measured cases of the kernel cores, with the names used in files and tables. Without torch.

A case has a value of each of `PARAMETERS` and is measured in one of `PASSES`.
`bssbench.kernels.measured_case` constructs it.
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
"""Lower limits: the minimum arithmetic of a core, and the passes in which it is measured."""

_BATCHED = ("spectral", "fft")
BATCHED_LENGTHS = (1024, 4096)
"""The lengths at which more than one replicate is measured."""

# An additional length at which dense cores are not dominated by overhead, to fit their exponents.
_LENGTHS = sorted([1536, *(2**power for power in range(8, 21))])
_USUAL_KERNEL = "squared-exponential"
# Parameters that do not apply to floors.
_NOT_OF_FLOORS = ("kernel", "parameters", "grid")


def core_of(name: str) -> str:
    """Return the core that belongs to a floor; the name itself for a core.

    Parameters
    ----------
    name : str
        A core or floor.

    Returns
    -------
    str
        A core.
    """
    return name.removeprefix("floor-")


def measured_values(name: str) -> dict[str, list[str] | list[int]]:
    """Return the values of each parameter at which a core or floor is measured.

    All combinations are cases. Cases on CUDA are skipped on a machine without it, as are sizes
    beyond a limit and batches of lengths other than `BATCHED_LENGTHS`.

    Parameters
    ----------
    name : str
        A core or floor.

    Returns
    -------
    dict of str to list
        The values of each of `PARAMETERS`.
    """
    own = CORES[core_of(name)]
    # Cores of other libraries are measured only for comparison.
    irregular = own.irregular and not own.library
    values: dict[str, list[str] | list[int]] = {
        "core": [name],
        "kernel": [_USUAL_KERNEL] if _USUAL_KERNEL in own.kernels else list(own.kernels[:2]),
        "parameters": ["learned", "fixed"] if own.keeps else ["learned"],
        "grid": ["regular", "irregular"] if irregular else ["regular"],
        "length": [length for length in _LENGTHS if length <= own.longest_measured],
        "latents": [1, 3, 10],
        # The number of VAEs that are trained together, for the fastest cores.
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
"""The parameters of a case, in ASV's order."""

CHOICES: dict[str, tuple[str | int, ...]] = {
    name: tuple(dict.fromkeys(value for core in CORES for value in measured_values(core)[name]))
    for name in PARAMETERS
} | {"pass": PASSES}
"""All values that a grid of cases can select, by parameter."""

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
"""The header of ``results/cores.csv``, which has a row for each case, pass and round."""


def arithmetic(name: str, dtype: str, parameters: str = "learned") -> str:
    """Return the precision in which a core or floor computes.

    Parameters
    ----------
    name : str
        A core or floor.
    dtype : str
        Precision of the data.
    parameters : {"learned", "fixed"}, default="learned"
        Whether the kernel's parameters are learned.

    Returns
    -------
    str
        ``float32`` or ``float64``.
    """
    if name in FLOORS:
        return dtype
    own = CORES[name].arithmetic
    if parameters == "fixed":
        own = CORES[name].arithmetic_kept or own
    return dtype if own == "data" else own


def parse_grid(text: str) -> dict[str, list[str]]:
    """Parse a grid of cases.

    Parameters
    ----------
    text : str
        For example ``core=fft,banded length=256,1024``.

    Returns
    -------
    dict of str to list of str
        The values of each parameter.

    Raises
    ------
    InputError
        If the text is not a valid grid.
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
    """Return the cases that grids select, without duplicates.

    A parameter that a grid does not mention takes all its values. A floor is selected together with
    its core; parameters that do not apply to floors are ignored.

    Parameters
    ----------
    grids : iterable of mapping
        Values by parameter, as `parse_grid` returns them.

    Returns
    -------
    list of dict
        Cases with a value of each of `PARAMETERS` and a ``pass``: first cores, then floors.
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
