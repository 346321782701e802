"""Extended Infomax (Bell and Sejnowski, 1995; Lee et al., 1999), by python-picard."""

from dataclasses import dataclass

from bssbench.methods.classical._picard import MaximumLikelihoodMethod


@dataclass(frozen=True)
class Method(MaximumLikelihoodMethod):
    """Extended Infomax (python-picard): maximum-likelihood ICA, sources not forced uncorrelated.

    The objective and its stationary points are those of Lee et al.; they are reached by
    preconditioned L-BFGS in place of stochastic natural-gradient steps, whose step sizes and
    stopping rule would be choices of their own. It starts from ten iterations of FastICA: from a
    random rotation it ends, now and then, in a poor local maximum. A source that is hardly heavier-
    or lighter-tailed than a Gaussian can change its density to and fro for ever, and then the
    diagnostics say that it has not converged.
    """

    orthogonal = False
    first_iterations = 10
