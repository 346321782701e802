"""A data set: replicates of observations, with the truth behind them where it is known."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bssbench.errors import InputError, NotApplicable
from bssbench.files import read_arrays, write_arrays

__all__ = ["Dataset"]


@dataclass(frozen=True)
class Dataset:
    """Observations of a mixture for a number of seeds.

    Attributes
    ----------
    name : str
        The data set's id.
    seeds : tuple of int
        One per replicate.
    observations : numpy.ndarray
        Shape (replicate, time, channel). Where the data are fixed, all replicates are one
        recording.
    n_sources : int
        How many sources to look for.
    mixing : {'linear', 'nonlinear', 'unknown'}
        What is known of the map from sources to channels.
    fixed : bool
        Whether the observations are the same for every seed.
    sources : numpy.ndarray or None
        Shape (replicate, time, source), unit variance.
    mixing_matrix : numpy.ndarray or None
        Shape (replicate, channel, source), for linear mixing.
    sampling_rate : float or None
        Hz.
    reference_frequencies : tuple of float
        Hz, the known modes of a structure; empty where there are none.
    reference_signals : numpy.ndarray or None
        Shape (time, reference), the same for all replicates: what was recorded beside the mixture
        and tells where a source should be found, though it is no source itself.
    reference_names : tuple of str
        What each of them is, in words that scores look for: ``EOG1``, ``EOG2`` (electrodes by the
        eyes), ``thorax 1`` and so on (leads on the mother's chest).
    parameters : dict
        The parameters that made the data; under ``laws``, what tells the sources apart (for
        instance ``{"length_scale": [2.0, 8.9, 40.0]}``).
    unavailable : str or None
        Why there are no observations, if there are none.
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

    def references(self, name: str) -> np.ndarray:
        """Return the reference signals whose names begin with `name`; shape (time, reference).

        Raises
        ------
        NotApplicable
            If there are none.
        """
        chosen = [i for i, given in enumerate(self.reference_names) if given.startswith(name)]
        if self.reference_signals is None or not chosen:
            raise NotApplicable(f"the data have no reference {name}")
        return self.reference_signals[:, chosen]

    def save(self, path: Path) -> None:
        """Write to NPZ; a fixed recording is stored once."""
        words = {
            "name": self.name,
            "seeds": list(self.seeds),
            "n_sources": self.n_sources,
            "mixing": self.mixing,
            "fixed": self.fixed,
            "sampling_rate": self.sampling_rate,
            "reference_frequencies": list(self.reference_frequencies),
            "reference_names": list(self.reference_names),
            "parameters": self.parameters,
            "unavailable": self.unavailable,
        }
        stored = slice(0, 1) if self.fixed else slice(None)
        arrays = {
            "description": np.array(json.dumps(words, sort_keys=True)),
            "observations": self.observations[stored],
        }
        for name in ("sources", "mixing_matrix", "reference_signals"):
            value = getattr(self, name)
            if value is not None:
                arrays[name] = value
        write_arrays(path, arrays)

    @classmethod
    def load(cls, path: Path) -> "Dataset":
        """Read what `save` wrote.

        Raises
        ------
        InputError
            If the file is not such a data set.
        """
        arrays = read_arrays(path)
        try:
            words = json.loads(str(arrays["description"]))
            observations = arrays["observations"]
            if words["fixed"]:
                shape = (len(words["seeds"]), *observations.shape[1:])
                observations = np.broadcast_to(observations, shape)
            return cls(
                name=words["name"],
                seeds=tuple(words["seeds"]),
                observations=observations,
                n_sources=words["n_sources"],
                mixing=words["mixing"],
                fixed=words["fixed"],
                sources=arrays.get("sources"),
                mixing_matrix=arrays.get("mixing_matrix"),
                sampling_rate=words["sampling_rate"],
                reference_frequencies=tuple(words["reference_frequencies"]),
                reference_signals=arrays.get("reference_signals"),
                reference_names=tuple(words["reference_names"]),
                parameters=words["parameters"],
                unavailable=words["unavailable"],
            )
        except (KeyError, ValueError, TypeError) as error:
            raise InputError(
                f"{path}: not a data set of bssbench ({error!r}); make one with 'bssbench generate'"
            ) from None
