"""Kernels and cores, from their catalogue."""

import inspect

from bssbench.kernels.catalogue import CORES, CoreDescription
from bssbench.kernels.stationary import KERNELS
from generated_pages.markdown import code, escaped, table


def kernels() -> str:
    """Return a table of the kernels."""
    rows = []
    for name, kernel in KERNELS.items():
        formula = inspect.cleandoc(kernel.__doc__ or "").split("\n")[0]
        takes = ", ".join(code(core) for core, each in CORES.items() if name in each.kernels)
        rows.append((code(name), escaped(formula), takes))
    return table(("kernel", "definition", "cores"), rows)


def cores() -> str:
    """Return a table of the cores, and what a user must know of some."""
    rows = [_row(name, core) for name, core in CORES.items()]
    heads = ("core", "prior", "result", "kernels", "time stamps", "precision", "device")
    notes = [f"- {escaped(core.note)}" for core in CORES.values() if core.note]
    return "\n".join([table(heads, rows), *notes, ""])


def _row(name: str, core: CoreDescription) -> tuple[str, ...]:
    prior = {"inversion": "Gaussian process", "regression": "kernel regression"}[core.approach]
    every = set(core.kernels) == set(KERNELS)
    precision = _PRECISION[core.arithmetic]
    if core.arithmetic_kept and core.arithmetic_kept != core.arithmetic:
        precision += f"; with a kept factor {_PRECISION[core.arithmetic_kept]}"
    return (
        code(name),
        prior,
        _result(core),
        "all" if every else ", ".join(map(code, core.kernels)),
        "any" if core.irregular else "regular",
        precision,
        "CPU" if core.cpu_only else "CPU, CUDA",
    )


_PRECISION = {"data": "that of the data", "float64": "float64"}


def _result(core: CoreDescription) -> str:
    if core.bound:
        return "upper bound"
    if core.circular:
        return "exact for a circular process, else approximate"
    return "exact" if core.exact else "approximate"
