"""The scale of the latents in prior and decoder: free or closed.

Multiplying a latent by a constant and dividing the decoder's column by it does not change the
reconstruction. The latents of a VAE therefore adapt their scales to their priors. If all latents
share one prior, the scale is still a separate parameter of each latent: N(0, K) for c_i z_i is
N(0, K / c_i²) for z_i, that is, a different residual variance for each. To test what a truly shared
prior can separate, the scale is closed: each latent is divided by its standard deviation over time
and posterior draws. Prior, decoder and entropy all use this standardised posterior.

*With a closed scale, a Gaussian prior shared by all latents is invariant under rotations of
uncorrelated latents.* Let the observations be centred and white over time, X Xᵀ = T. Let the means
of the latents be uncorrelated with equal variances, M = c W X with W Wᵀ = 1, and let all posterior
variances be s². A rotation G maps M to G M and the decoder's matrix A to A Gᵀ.

- The variance of a latent over time and draws is c² + s² before and after the rotation, because
  G W (G W)ᵀ = 1. The divisor is thus equal for all latents and commutes with G.
- ‖X − A M‖² is unchanged, as is the variance T s² tr(A Aᵀ) that the decoder adds.
- The divergence from N(0, K) is ½ [tr(K⁻¹ Mᵀ M) + n s² tr K⁻¹] plus constants, and
  Mᵀ Gᵀ G M = Mᵀ M.

An autoregression with normal innovations is such a prior, with a banded K⁻¹. (Its divergence is
estimated from posterior draws, which are rotated as well.) The kernel regression with one bandwidth
and one residual variance has Σ_i ‖μ_i − R μ_i‖² = tr[(1 − R)ᵀ (1 − R) Mᵀ M] instead of the first
term. Its penalty and the divergence from N(0, I) depend only on the covariance of the means, which
is unchanged. The objective is therefore equal at the sources and at every rotation of them. A
non-Gaussian prior is not invariant: it separates non-Gaussian sources even if all latents share it,
as in independent component analysis.

*Unequal posterior variances* have little effect. With the optimal decoder, a latent of unit
variance contributes s_i²/2v + ½ (1 − s_i²) q_i + ½ s_i² κ − ½ (1 + λ) log s_i² to the objective.
Here v is the decoder's variance, q_i = u_iᵀ K⁻¹ u_i / T the energy of the latent's mean u_i at unit
variance, κ = tr K⁻¹ / T and λ = 0. For the regression, q_i is the residual variance over σ²,
κ = 1/σ², and λ is the weight of N(0, I). The optimum, s_i² = (1 + λ) / (1/v + κ − q_i), is equal
for all latents to first order in v. A rotation does not change Σ q_i, so that the remaining
preference for unequal q_i is ¼ (1 + λ) Σ (q_i − q̄)² / (1/v + κ − q̄)², about 1e-4 nats per time
point for v = 0.01.

*The optimum is not uncorrelated either.* The divergence is smallest if all latents, each with unit
variance, contain the signal that the prior predicts best. With shared parameters, only the
reconstruction prevents this. Trained ablations are therefore mixtures rather than random rotations,
and have lower scores than these.
"""

from dataclasses import replace

import torch

from bssbench.models.posterior import Posterior

__all__ = ["deviation", "standardised"]


def deviation(posterior: Posterior) -> torch.Tensor:
    """Return the standard deviation of each latent over time and posterior draws.

    Parameters
    ----------
    posterior : Posterior
        The posterior.

    Returns
    -------
    torch.Tensor
        Shape (replicate, latent, 1).
    """
    variance = posterior.mean.var(-1, correction=0, keepdim=True)
    return (variance + (posterior.std**2).mean(-1, keepdim=True)).sqrt()


def standardised(posterior: Posterior) -> Posterior:
    """Return the posterior of each latent divided by its standard deviation over time and draws.

    The variance over both is the variance of the mean over time plus the mean posterior variance.

    Parameters
    ----------
    posterior : Posterior
        The posterior.

    Returns
    -------
    Posterior
        With unit variance of each latent.
    """
    by = deviation(posterior)
    return replace(posterior, mean=posterior.mean / by, diagonal=posterior.diagonal / by)
