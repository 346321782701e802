"""Extended Infomax (Bell and Sejnowski, 1995; Lee et al., 1999), from python-picard."""

from dataclasses import dataclass

from bssbench.methods.classical._picard import MaximumLikelihoodMethod


@dataclass(frozen=True)
class Method(MaximumLikelihoodMethod):
    """Extended Infomax (python-picard): maximum-likelihood ICA without a whiteness constraint.

    The objective is that of Lee et al. It is maximised by preconditioned L-BFGS instead of
    stochastic natural-gradient steps, which would need a step size and a stopping rule. The
    optimisation starts from ten iterations of FastICA, because a random rotation occasionally leads
    to a poor local maximum. A source with nearly Gaussian tails can switch between the two
    densities indefinitely; the diagnostics then report that the method has not converged.
    """

    orthogonal = False
    first_iterations = 10
