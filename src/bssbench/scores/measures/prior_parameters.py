"""How far a prior's learned parameters are from the laws of the sources.

Each error is that of the latents matched to the sources, at the end of training; the score with
``_start`` is the same at the first record of the history. What training is worth is the difference:
length-scales start where the observations suggest, innovations start heavy-tailed.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from bssbench.datasets.dataset import Dataset
from bssbench.errors import NotApplicable
from bssbench.scores.measures.matching import match
from bssbench.scores.record import Replicate, Score
from bssbench.scores.spectra import autoregressive_spectrum, learned_spectra
from bssbench.separation import Separation

__all__ = ["INNOVATION_KURTOSIS", "SCORES"]

INNOVATION_KURTOSIS = {"coefficient": 6.0, "length_scale": 3.0}
"""Of the innovations of families with this law, unless they state theirs: Laplace, and Gaussian."""


def _latents(replicate: Replicate) -> np.ndarray:
    """Return the latents that are matched to the sources, in their order."""
    return match(replicate.true, replicate.estimated).estimated


def _length_scale_error(replicate: Replicate, record: int) -> float:
    """Return the mean over sources of |log₂(learned / true)|."""
    path = replicate.separation.history["length_scale"][replicate.index]
    if not np.ptp(path, axis=0).any():
        raise NotApplicable("the length-scales are fixed")
    true = np.array(replicate.dataset.parameters["laws"]["length_scale"])
    return float(np.abs(np.log2(path[record, replicate.once(_latents)] / true)).mean())


def _spectrum_error(replicate: Replicate, record: int) -> float:
    """Return the mean over sources of the root-mean-square difference of log-spectra, in dB.

    Each spectrum is at unit power, for the families whose sources are first-order autoregressions.
    A squared exponential's spectrum falls below any floor, so that a distance in dB would measure
    the floor. What the prior sees is not the source but a draw from the posterior, on which are
    sensor noise and the posterior's own variance. Being white, they fill up the frequencies that a
    slow source leaves empty: with coefficient 0.97 its density is at the highest frequency 1.5 % of
    the mean, where noise of 1.5 % of the variance makes an error of 3 dB.
    """
    spectra = learned_spectra(replicate.separation, replicate.index, record)
    laws = replicate.dataset.parameters["laws"]["coefficient"]
    true = np.array([autoregressive_spectrum([first], [[1]]) for first in laws])
    learned = spectra[replicate.once(_latents)]
    return float(np.sqrt(((learned - true) ** 2).mean(axis=1)).mean())


def _innovation_error(replicate: Replicate, record: int) -> float:
    """Return the mean over sources of |log₂(learned / true)| of the innovations' kurtosis.

    That is 3 for Gaussian and 6 for Laplace innovations. Sensor noise makes them more Gaussian.
    """
    excess = replicate.separation.history["innovation_excess_kurtosis"]
    learned = 3.0 + excess[replicate.index, record, replicate.once(_latents)]
    laws = replicate.dataset.parameters["laws"]
    usual = next(kurtosis for law, kurtosis in INNOVATION_KURTOSIS.items() if law in laws)
    true = np.array(laws.get("innovation_kurtosis", usual))
    return float(np.abs(np.log2(learned / true)).mean())


def _comparable(parameter: str, laws: Iterable[str]) -> Callable[[Dataset, Separation], bool]:
    """Return whether a prior has learned a parameter and the sources have a law to hold it to."""

    def applies(dataset: Dataset, separation: Separation) -> bool:
        # A length-scale of another kernel is another quantity.
        alike = parameter != "length_scale" or (
            separation.diagnostics.get("kernel") == "squared-exponential"
        )
        own = dataset.parameters.get("laws", {})
        return alike and parameter in separation.history and any(law in own for law in laws)

    return applies


def _score(
    name: str, error: Callable[..., float], position: int, **said: Any
) -> tuple[Score, Score]:
    """Return the score after training and the one before it, which claims compare it with."""
    compute = partial(error, record=-1)
    score = Score(name, compute, better="lower", position=position, **said)
    start = replace(
        score,
        name=f"{name}_start",
        compute=partial(error, record=0),
        description=f"{name} before training",
        tabulated=False,
        position=position + 10,
    )
    return score, start


SCORES = (
    *_score(
        "length_scale_error",
        _length_scale_error,
        50,
        applies=_comparable("length_scale", ["length_scale"]),
        description="learned length-scales against the sources' own, in octaves; 0 is best",
        caption="error of learned length-scales in octaves (lower is better)",
        tolerance=0.3,
    ),
    *_score(
        "spectrum_error",
        _spectrum_error,
        51,
        applies=_comparable("coefficients", ["coefficient"]),
        description="log-spectral distance in dB of learned autoregressions from the sources' own, "
        "at unit power; 0 is best",
        caption="log-spectral distance of learned autoregressions in dB (lower is better)",
        tolerance=2.0,
    ),
    *_score(
        "innovation_error",
        _innovation_error,
        52,
        applies=_comparable("innovation_excess_kurtosis", INNOVATION_KURTOSIS),
        description="kurtosis of learned innovations against the sources' own, in octaves: a "
        "Gaussian in place of a Laplace distribution is 1; 0 is best",
        caption="error of the kurtosis of learned innovations in octaves (lower is better)",
        tolerance=0.3,
    ),
)
