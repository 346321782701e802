"""Picard (Ablin et al., 2018), by its authors' package."""

from dataclasses import dataclass

from bssbench.methods.classical._picard import MaximumLikelihoodMethod


@dataclass(frozen=True)
class Method(MaximumLikelihoodMethod):
    """Picard, orthogonal and extended (python-picard): maximum-likelihood ICA, well converged."""

    orthogonal = True
