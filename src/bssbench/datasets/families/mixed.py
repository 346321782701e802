"""Sources of five kinds, which no single property separates."""

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

# Five sources have one of each kind. The shortest length-scale and the smallest coefficient are
# larger than in the families themselves, so that these two are not nearly white.
_KINDS: tuple[SourceFamily, ...] = (
    gp_distinct.Family(shortest_length_scale=5.0),
    ar_laplace_distinct.Family(smallest_coefficient=0.5, largest_coefficient=0.9),
    waveforms.Family(),
    regime_ar.Family(),
    iid_nongaussian.Family(),
)


@dataclass(frozen=True)
class Family(SourceFamily):
    """Gaussian process, Laplace AR(1), waveform, switching AR and white noise, repeated.

    The n-th source of a kind is the n-th of its family: ``gp-distinct`` with length-scales
    geometric from 5 to 40 samples, ``ar-laplace-distinct`` with coefficients from 0.5 to 0.9,
    ``waveforms`` (first a sine), ``regime-ar``, and ``iid-nongaussian`` (first a Laplace
    distribution). With up to two sources of each kind, as in ``mixed-8``, all distributions differ
    except those of the switching autoregressions, which switch at different times.
    """

    default_n_sources = 5

    def laws(self, n_sources: int) -> dict[str, list[float]]:
        """Return an empty dictionary, since the distributions differ in kind.

        Raises
        ------
        ValueError
            If a family does not provide this many sources.
        """
        for kind, count in _counts(n_sources):
            kind.laws(count)
        return {}

    def sample(self, generator: np.random.Generator, n_sources: int, length: int) -> np.ndarray:
        """Draw sources of shape (source, time)."""
        drawn = [kind.sample(generator, count, length) for kind, count in _counts(n_sources)]
        return np.stack([drawn[i % len(_KINDS)][i // len(_KINDS)] for i in range(n_sources)])


def _counts(n_sources: int) -> Iterator[tuple[SourceFamily, int]]:
    """Yield each kind with its number of sources."""
    for position, kind in enumerate(_KINDS[:n_sources]):
        yield kind, len(range(position, n_sources, len(_KINDS)))
