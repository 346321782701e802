"""The scale of the latents in prior and decoder: free or closed.

The reconstruction does not change if a latent is multiplied by a constant and the decoder's column
is divided by it. Each latent of a VAE therefore adapts its scale to its prior. This makes even a
prior that all latents share different for each of them: N(0, K) for c_i z_i is N(0, K / c_i²) for
z_i, so that each latent has its own residual variance. This is the *free* scale.

The *closed* scale shows what a truly shared prior can separate. Each latent is divided by its
standard deviation over time and posterior draws. Prior, decoder and entropy all use this
standardised posterior.

*With a closed scale, a Gaussian prior shared by all latents is invariant under rotations of
uncorrelated latents.* Let the T observations be centred and whitened, X Xᵀ = T I. Let the means of
the latents be uncorrelated with equal variances, M = c W X with W Wᵀ = I. Let all posterior
variances be s². A rotation G maps M to G M and the decoder's matrix A to A Gᵀ.

- The variance of a latent over time and draws is c² + s² before and after the rotation, because
  G W (G W)ᵀ = I. The divisor is thus equal for all latents and commutes with G.
- ‖X − A M‖² is unchanged, as is the variance T s² tr(A Aᵀ) that the decoder adds.
- The divergence from N(0, K) is ½ [tr(K⁻¹ Mᵀ M) + n s² tr K⁻¹] plus constants, and
  Mᵀ Gᵀ G M = Mᵀ M.

The objective is therefore equal at the sources and at every rotation of them. This includes two
other priors:

- An autoregression with normal innovations is a Gaussian prior with a banded K⁻¹. Its divergence is
  estimated from posterior draws, which are rotated as well.
- The kernel regression with one bandwidth and one residual variance replaces the first term of the
  divergence by Σ_i ‖μ_i − R μ_i‖² = tr[(I − R)ᵀ (I − R) Mᵀ M]. Its penalty and the divergence from
  N(0, I) depend only on the covariance of the means, which is unchanged.

A non-Gaussian prior is not invariant. It separates non-Gaussian sources even if all latents share
it, as in independent component analysis.

*Unequal posterior variances* have little effect. With the optimal decoder, a latent of unit
variance contributes s_i²/2v + ½ (1 − s_i²) q_i + ½ s_i² κ − ½ (1 + λ) log s_i² to the objective.
Here v is the decoder's variance, q_i = u_iᵀ K⁻¹ u_i / T the energy of the latent's mean u_i at unit
variance, κ = tr K⁻¹ / T and λ = 0. For the regression, q_i is the residual variance over σ²,
κ = 1/σ², and λ is the weight of N(0, I). The optimum, s_i² = (1 + λ) / (1/v + κ − q_i), is equal
for all latents to first order in v. A rotation does not change Σ q_i. The objective therefore
prefers unequal q_i by only ¼ (1 + λ) Σ (q_i − q̄)² / (1/v + κ − q̄)², which is about 1e-4 nats per
time point for v = 0.01.

*The optimum is not uncorrelated either.* The divergence is smallest if all latents, each with unit
variance, contain the signal that the prior predicts best. With shared parameters, only the
reconstruction prevents this. Ablations with a shared prior therefore return correlated mixtures of
the sources, which have lower scores than random rotations.
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
