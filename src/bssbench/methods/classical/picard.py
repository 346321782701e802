"""Picard (Ablin et al., 2018), from its authors' package."""

from dataclasses import dataclass

from bssbench.methods.classical._picard import MaximumLikelihoodMethod


@dataclass(frozen=True)
class Method(MaximumLikelihoodMethod):
    """Picard, extended (python-picard): maximum-likelihood ICA with a whiteness constraint."""

    orthogonal = True
