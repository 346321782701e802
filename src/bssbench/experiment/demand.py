"""What a separation will ask of the machine, before it is begun."""

from typing import Any

from bssbench.datasets.catalogue import Shape
from bssbench.methods import SeparationMethod, Size, load_method

__all__ = ["expected_seconds", "peak_megabytes"]


def peak_megabytes(method: str, parameters: dict[str, Any], shape: Shape, n_seeds: int) -> int:
    """Return an upper estimate of the peak memory of a method's process, `n_seeds` in one batch.

    Raises
    ------
    InputError
        For an unknown method or parameter.
    """
    solver = load_method(method, parameters)
    return int(solver.megabytes(_size(solver, shape, n_seeds)))


def expected_seconds(method: str, parameters: dict[str, Any], shape: Shape, n_seeds: int) -> int:
    """Return a rough estimate of the CPU time of a method's process, `n_seeds` in one batch.

    Raises
    ------
    InputError
        For an unknown method or parameter.
    """
    solver = load_method(method, parameters)
    return int(solver.seconds(_size(solver, shape, n_seeds)))


def _size(solver: SeparationMethod, shape: Shape, n_seeds: int) -> Size:
    return Size(
        replicates=n_seeds,
        length=shape.length,
        n_channels=shape.n_channels,
        n_sources=shape.n_sources,
        nonlinear=shape.nonlinear and solver.can_demix_nonlinearly,
    )
