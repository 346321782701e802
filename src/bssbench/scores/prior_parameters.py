"""How far a prior's learned parameters are from the laws of the sources.

Each error is that of the latents matched to the sources, at the end of training; the score with
``_start`` is the same at the first record of the history. What training is worth is the difference:
length-scales start where the observations suggest, innovations start heavy-tailed.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from bssbench.datasets.dataset import Dataset
from bssbench.errors import NotApplicable
from bssbench.scores.matching import match
from bssbench.scores.spectra import autoregressive_spectrum, learned_spectra
from bssbench.separation import Separation

__all__ = ["INNOVATION_KURTOSIS", "PRIOR_SCORES", "prior_score", "prior_scores_of"]

INNOVATION_KURTOSIS = {"coefficient": 6.0, "length_scale": 3.0}
"""Of the innovations of families with this law: Laplace, and Gaussian."""


class _Place(NamedTuple):
    """Where in a history to look: the latents are those matched to the sources, in their order."""

    replicate: int
    record: int
    latents: np.ndarray


def _length_scale_error(dataset: Dataset, separation: Separation, at: _Place) -> float:
    path = separation.history["length_scale"][at.replicate]
    if not np.ptp(path, axis=0).any():
        raise NotApplicable("the length-scales are fixed")
    true = np.array(dataset.parameters["laws"]["length_scale"])
    return float(np.abs(np.log2(path[at.record, at.latents] / true)).mean())


def _spectrum_error(dataset: Dataset, separation: Separation, at: _Place) -> float:
    learned = learned_spectra(separation, at.replicate, at.record)[at.latents]
    laws = dataset.parameters["laws"]["coefficient"]
    true = np.array([autoregressive_spectrum([first], [[1]]) for first in laws])
    return float(np.sqrt(((learned - true) ** 2).mean(axis=1)).mean())


def _innovation_error(dataset: Dataset, separation: Separation, at: _Place) -> float:
    learned = (
        3.0 + separation.history["innovation_excess_kurtosis"][at.replicate, at.record, at.latents]
    )
    laws = dataset.parameters["laws"]
    true = next(kurtosis for law, kurtosis in INNOVATION_KURTOSIS.items() if law in laws)
    return float(np.abs(np.log2(learned / true)).mean())


class _Error(NamedTuple):
    parameter: str
    laws: tuple[str, ...]
    compute: Callable[[Dataset, Separation, _Place], float]


_ERRORS = {
    "length_scale_error": _Error("length_scale", ("length_scale",), _length_scale_error),
    "spectrum_error": _Error("coefficients", ("coefficient",), _spectrum_error),
    "innovation_error": _Error(
        "innovation_excess_kurtosis", tuple(INNOVATION_KURTOSIS), _innovation_error
    ),
}

PRIOR_SCORES = {
    "length_scale_error": "learned length-scales against the sources' own, in octaves; 0 is best",
    "spectrum_error": "log-spectral distance in dB of learned autoregressions from the sources' "
    "own, at unit power; 0 is best",
    "innovation_error": "kurtosis of learned innovations against the sources' own, in octaves: a "
    "Gaussian in place of a Laplace distribution is 1; 0 is best",
}
PRIOR_SCORES |= {f"{name}_start": f"{name} before training" for name in _ERRORS}


def prior_scores_of(dataset: Dataset, separation: Separation) -> list[str]:
    """Return those of `PRIOR_SCORES` for which the prior has a parameter and the data a law."""
    laws, diagnostics = dataset.parameters.get("laws", {}), separation.diagnostics
    # A length-scale of another kernel is another quantity.
    kernels = {"length_scale": diagnostics.get("kernel") == "squared-exponential"}
    return [
        f"{name}{suffix}"
        for suffix in ("", "_start")
        for name, error in _ERRORS.items()
        if error.parameter in separation.history
        and kernels.get(error.parameter, True)
        and any(law in laws for law in error.laws)
    ]


def prior_score(dataset: Dataset, separation: Separation, replicate: int, score: str) -> float:
    """Return one error of one replicate.

    ``length_scale_error``
        Mean over sources of |log₂(learned / true)|.
    ``spectrum_error``
        Mean over sources of the root-mean-square difference of log-spectra over frequencies, in dB,
        each at unit power, for the families whose sources are first-order autoregressions. A
        squared exponential's spectrum falls below any floor, so that a distance in dB would measure
        the floor. What the prior sees is not the source but a draw from the posterior, on which are
        sensor noise and the posterior's own variance. Being white, they fill up the frequencies
        that a slow source leaves empty: with coefficient 0.97 its density is at the highest
        frequency 1.5 % of the mean, where noise of 1.5 % of the variance makes an error of 3 dB.
    ``innovation_error``
        Mean over sources of |log₂(learned / true)| of the innovations' kurtosis, which is 3 for
        Gaussian and 6 for Laplace innovations. The same noise makes them more Gaussian.

    Raises
    ------
    NotApplicable
        If the length-scales are fixed, or the flow has no spectrum in closed form.
    """
    estimated = separation.sources[replicate]
    assert dataset.sources is not None
    latents = match(dataset.sources[replicate], estimated).estimated
    name = score.removesuffix("_start")
    place = _Place(replicate, 0 if name != score else -1, latents)
    return _ERRORS[name].compute(dataset, separation, place)
