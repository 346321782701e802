"""Sources of five kinds at once: no single cue separates them all."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bssbench.datasets.families import (
    SourceFamily,
    ar_laplace_distinct,
    gp_distinct,
    iid_nongaussian,
    regime_ar,
    waveforms,
)

# In turn. The fastest Gaussian process and the least coefficient are the only ones of five sources,
# and neither is to be nearly white beside sources that are.
_KINDS: tuple[SourceFamily, ...] = (
    gp_distinct.Family(shortest_length_scale=5.0),
    ar_laplace_distinct.Family(smallest_coefficient=0.5, largest_coefficient=0.9),
    waveforms.Family(),
    regime_ar.Family(),
    iid_nongaussian.Family(),
)


@dataclass(frozen=True)
class Family(SourceFamily):
    """Gaussian process, Laplace AR(1), waveform, AR that switches, white noise, then again.

    The n-th source of a kind is the n-th of its family: ``gp-distinct`` with length-scales
    geometric from 5 to 40 samples, ``ar-laplace-distinct`` with coefficients from 0.5 to 0.9,
    ``waveforms`` (a sine first), ``regime-ar``, and ``iid-nongaussian`` (a Laplace distribution
    first). Of two sources of one kind at most, as in ``mixed-8``, no two have one law but those
    that switch, which differ in when they do.
    """

    default_n_sources = 5

    def laws(self, n_sources: int) -> dict[str, list[float]]:
        """Return nothing: the laws differ in kind.

        Raises
        ------
        ValueError
            If a kind has not so many sources.
        """
        for kind, count in _counts(n_sources):
            kind.laws(count)
        return {}

    def sample(self, generator: np.random.Generator, n_sources: int, length: int) -> np.ndarray:
        """Draw sources of shape (source, time)."""
        drawn = [kind.sample(generator, count, length) for kind, count in _counts(n_sources)]
        return np.stack([drawn[i % len(_KINDS)][i // len(_KINDS)] for i in range(n_sources)])


def _counts(n_sources: int) -> Iterator[tuple[SourceFamily, int]]:
    """Yield the kinds that so many sources have, and how many are of each."""
    for position, kind in enumerate(_KINDS[:n_sources]):
        yield kind, len(range(position, n_sources, len(_KINDS)))
