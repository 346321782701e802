"""How much memory a separation may take, before it is begun."""

from typing import Any

from bssbench.datasets.catalogue import Shape
from bssbench.methods import Size, load_method

__all__ = ["peak_megabytes"]


def peak_megabytes(method: str, parameters: dict[str, Any], shape: Shape, n_seeds: int) -> int:
    """Return an upper estimate of the peak memory of a method's process, `n_seeds` in one batch.

    Raises
    ------
    InputError
        For an unknown method or parameter.
    """
    solver = load_method(method, parameters)
    size = Size(
        replicates=n_seeds,
        length=shape.length,
        n_channels=shape.n_channels,
        n_sources=shape.n_sources,
        nonlinear=shape.nonlinear and solver.can_demix_nonlinearly,
    )
    return int(solver.megabytes(size))
