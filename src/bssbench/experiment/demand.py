"""Estimates of the memory and time of a separation."""

from typing import Any

from bssbench.datasets.catalogue import Shape
from bssbench.methods import SeparationMethod, Size, load_method

__all__ = ["expected_seconds", "peak_megabytes"]


def peak_megabytes(method: str, parameters: dict[str, Any], shape: Shape, n_seeds: int) -> int:
    """Return an upper estimate of the peak memory of a method's process.

    Parameters
    ----------
    method : str
        Name of the method.
    parameters : dict of str to object
        Its parameters.
    shape : Shape
        Size of the data set.
    n_seeds : int
        Number of seeds in the batch.

    Returns
    -------
    int
        Megabytes.

    Raises
    ------
    InputError
        If the method or a parameter is unknown.
    """
    solver = load_method(method, parameters)
    return int(solver.megabytes(_size(solver, shape, n_seeds)))


def expected_seconds(method: str, parameters: dict[str, Any], shape: Shape, n_seeds: int) -> int:
    """Return a rough estimate of the CPU time of a method's process.

    Parameters
    ----------
    method, parameters, shape, n_seeds
        As for `peak_megabytes`.

    Returns
    -------
    int
        Seconds.

    Raises
    ------
    InputError
        If the method or a parameter is unknown.
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
