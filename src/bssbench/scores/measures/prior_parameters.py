"""Errors of a prior's learned parameters with respect to the true ones.

Each error is that of the latents matched to the sources, at the end of training. The score with the
suffix ``_start`` is the same error at the first record of the history. The difference is the effect
of training: initial length-scales are estimated from the observations, and initial innovations are
heavy-tailed.
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
"""Kurtosis of innovations, by the parameter of the family: Laplace and Gaussian, respectively.

A family's own ``innovation_kurtosis`` takes precedence.
"""


def _latents(replicate: Replicate) -> np.ndarray:
    """Return the latents that are matched to the sources, in the order of the sources."""
    return match(replicate.true, replicate.estimated).estimated


def _length_scale_error(replicate: Replicate, record: int) -> float:
    """Return the mean over sources of |log₂(learned / true)|."""
    path = replicate.separation.history["length_scale"][replicate.index]
    if not np.ptp(path, axis=0).any():
        raise NotApplicable("the length-scales are fixed")
    true = np.array(replicate.dataset.parameters["laws"]["length_scale"])
    return float(np.abs(np.log2(path[record, replicate.once(_latents)] / true)).mean())


def _spectrum_error(replicate: Replicate, record: int) -> float:
    """Return the root-mean-square difference of log-spectra in dB, averaged over sources.

    Spectra have unit power. The error is defined for families of first-order autoregressions only:
    the spectrum of a squared-exponential process decays so fast that a distance in dB would measure
    the numerical floor. The prior is fitted to draws from the posterior, which contain sensor noise
    and posterior variance. Both are white and dominate at frequencies where a slow source has
    little power. For a coefficient of 0.97, the density at the highest frequency is 1.5 % of the
    mean, so that noise of 1.5 % of the variance causes an error of 3 dB there.
    """
    spectra = learned_spectra(replicate.separation, replicate.index, record)
    laws = replicate.dataset.parameters["laws"]["coefficient"]
    true = np.array([autoregressive_spectrum([first], [[1]]) for first in laws])
    learned = spectra[replicate.once(_latents)]
    return float(np.sqrt(((learned - true) ** 2).mean(axis=1)).mean())


def _innovation_error(replicate: Replicate, record: int) -> float:
    """Return the mean over sources of |log₂(learned / true)| for the kurtosis of the innovations.

    The kurtosis is 3 for Gaussian and 6 for Laplace innovations. Sensor noise reduces it.
    """
    excess = replicate.separation.history["innovation_excess_kurtosis"]
    learned = 3.0 + excess[replicate.index, record, replicate.once(_latents)]
    laws = replicate.dataset.parameters["laws"]
    usual = next(kurtosis for law, kurtosis in INNOVATION_KURTOSIS.items() if law in laws)
    true = np.array(laws.get("innovation_kurtosis", usual))
    return float(np.abs(np.log2(learned / true)).mean())


def _comparable(parameter: str, laws: Iterable[str]) -> Callable[[Dataset, Separation], bool]:
    """Return a condition: the prior has this parameter, and its true value is known."""

    def applies(dataset: Dataset, separation: Separation) -> bool:
        # Length-scales of different kernels are not comparable.
        alike = parameter != "length_scale" or (
            separation.diagnostics.get("kernel") == "squared-exponential"
        )
        own = dataset.parameters.get("laws", {})
        return alike and parameter in separation.history and any(law in own for law in laws)

    return applies


def _score(
    name: str, error: Callable[..., float], position: int, **said: Any
) -> tuple[Score, Score]:
    """Return the score after training and the same score before it, which claims compare."""
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
