"""A data set: replicates of observations, with the true sources if they are known."""

import json
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from bssbench.errors import InputError, NotApplicable
from bssbench.files import read_arrays, write_arrays

__all__ = ["Dataset"]

_ARRAYS = ("observations", "sources", "mixing_matrix", "reference_signals")
_RECORDED = ("observations", "reference_signals")
# Fields that are written to a file only if they are not empty.
_OPTIONAL = ("identifier", "points")


@dataclass(frozen=True)
class Dataset:
    """Observations of a mixture for a number of seeds.

    Attributes
    ----------
    name : str
        Name of the data set in results. It is the data set's id unless `identifier` is set.
    seeds : tuple of int
        One seed per replicate.
    observations : numpy.ndarray
        Shape (replicate, time, channel). For fixed data, all replicates are equal.
    n_sources : int
        Number of sources to estimate.
    mixing : {'linear', 'nonlinear', 'unknown'}
        Kind of the map from sources to channels.
    fixed : bool
        Whether the observations are the same for every seed.
    sources : numpy.ndarray or None
        Shape (replicate, time, source), unit variance.
    mixing_matrix : numpy.ndarray or None
        Shape (replicate, channel, source), for linear mixing.
    sampling_rate : float or None
        In Hz.
    reference_frequencies : tuple of float
        Known modal frequencies of a structure in Hz; empty if there are none.
    reference_signals : numpy.ndarray or None
        Shape (replicate, time, reference). Signals that were recorded together with the mixture.
        Each is close to one source.
    reference_names : tuple of str
        Names of the reference signals. Scores select them by these names: ``EOG1`` and ``EOG2``
        (electrodes near the eyes), ``thorax 1`` and so on (leads on the mother's chest), ``scalp``
        (the lead on the fetal scalp).
    parameters : dict
        The parameters that generated the data. The entry ``laws`` contains those that have a value
        for each source, for instance ``{"length_scale": [2.0, 8.9, 40.0]}``.
    unavailable : str or None
        Why there are no observations, if there are none.
    identifier : str
        The data set's id if it differs from `name`; otherwise empty.
    points : tuple of dict
        If several data sets are stacked in this one: the ``name``, ``id`` and ``parameters`` of
        each, in the order of their replicates. Otherwise empty.
    """

    name: str
    seeds: tuple[int, ...]
    observations: np.ndarray
    n_sources: int
    mixing: str
    fixed: bool = False
    sources: np.ndarray | None = None
    mixing_matrix: np.ndarray | None = None
    sampling_rate: float | None = None
    reference_frequencies: tuple[float, ...] = ()
    reference_signals: np.ndarray | None = None
    reference_names: tuple[str, ...] = ()
    parameters: dict[str, Any] = field(default_factory=dict)
    unavailable: str | None = None
    identifier: str = ""
    points: tuple[dict[str, Any], ...] = ()

    @property
    def random_names(self) -> list[str]:
        """The id from which each replicate's random streams derive, one per replicate."""
        names = [point["id"] for point in self.points] or [self.identifier or self.name]
        return [name for name in names for _ in range(len(self.seeds) // len(names))]

    @property
    def replicate_names(self) -> list[str]:
        """The name of each replicate's data set, one per replicate."""
        names = [point["name"] for point in self.points] or [self.name]
        return [name for name in names for _ in range(len(self.seeds) // len(names))]

    def parts(self) -> "list[Dataset]":
        """Return the data sets that are stacked in this one.

        Returns
        -------
        list of Dataset
            This data set alone if it is not stacked.
        """
        size = len(self.seeds) // max(len(self.points), 1)
        return [
            self._part(point, slice(index * size, (index + 1) * size))
            for index, point in enumerate(self.points)
        ] or [self]

    def _part(self, point: dict[str, Any], rows: slice) -> "Dataset":
        arrays = {
            name: array[rows] for name in _ARRAYS if (array := getattr(self, name)) is not None
        }
        return replace(
            self,
            name=point["name"],
            identifier=point["id"],
            parameters=point["parameters"],
            seeds=self.seeds[rows],
            points=(),
            **arrays,
        )

    def references(self, name: str) -> np.ndarray:
        """Return the reference signals whose names begin with a given text.

        Parameters
        ----------
        name : str
            Beginning of the names, such as ``thorax``.

        Returns
        -------
        numpy.ndarray
            Shape (replicate, time, reference).

        Raises
        ------
        NotApplicable
            If there are none.
        """
        chosen = [i for i, given in enumerate(self.reference_names) if given.startswith(name)]
        if self.reference_signals is None or not chosen:
            raise NotApplicable(f"the data have no reference {name}")
        return self.reference_signals[..., chosen]

    def save(self, path: Path) -> None:
        """Write the data set to an NPZ file, storing a fixed recording only once.

        Parameters
        ----------
        path : pathlib.Path
            File to write.
        """
        values = {
            each.name: getattr(self, each.name)
            for each in fields(self)
            if each.name not in _OPTIONAL or getattr(self, each.name)
        }
        all_arrays = {name: values.pop(name) for name in _ARRAYS}
        arrays = {name: array for name, array in all_arrays.items() if array is not None}
        if self.fixed:
            arrays |= {name: arrays[name][:1] for name in _RECORDED if name in arrays}
        write_arrays(path, {"description": np.array(json.dumps(values, sort_keys=True))} | arrays)

    @classmethod
    def load(cls, path: Path) -> "Dataset":
        """Read a data set that `save` wrote.

        Parameters
        ----------
        path : pathlib.Path
            File to read.

        Returns
        -------
        Dataset
            The data set.

        Raises
        ------
        InputError
            If the file is not a data set.
        """
        arrays = read_arrays(path)
        try:
            words: dict[str, Any] = json.loads(str(arrays.pop("description")))
            for name in ("seeds", "reference_frequencies", "reference_names"):
                words[name] = tuple(words[name])
            words["points"] = tuple(words.get("points", ()))
            if words["fixed"]:
                for name in arrays.keys() & _RECORDED:
                    shape = (len(words["seeds"]), *arrays[name].shape[1:])
                    arrays[name] = np.broadcast_to(arrays[name], shape)
            return cls(**(words | arrays))
        except (KeyError, ValueError, TypeError) as error:
            raise InputError(
                f"{path}: not a data set of bssbench ({error!r}); make one with 'bssbench generate'"
            ) from None
