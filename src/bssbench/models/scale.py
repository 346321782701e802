"""The scale of the latents that prior and decoder are given: free, or closed.

Multiplying a latent by a constant and dividing the decoder's column by it changes nothing of what
is reconstructed, so a VAE's latents have the scales that suit their priors. With one prior for all
latents, every parameter shared, that scale is a parameter which each latent still has of its own:
N(0, K) for c_i z_i is N(0, K / c_i²) for z_i, another residual variance for each. To ask what one
prior for all can separate, the scale is closed: each latent is divided by its deviation over
posterior draws and the time that is seen. Prior and decoder are given that posterior, whose entropy
is its own.

*With the scale closed, one Gaussian prior for all latents is blind to rotations of uncorrelated
ones.* Let the observations be centred and white over time, X Xᵀ = T, the means of the latents
uncorrelated and of one variance, M = c W X with W Wᵀ = 1, and their posterior variances one s².
Turn them by G: M becomes G M, the decoder's matrix A becomes A Gᵀ.

- The variance of a latent over time and draws is c² + s² before and after, because
  G W (G W)ᵀ = 1: what it is divided by is the same for all and commutes with G.
- ‖X − A M‖² stays, and so does the spread T s² tr(A Aᵀ) that the decoder passes on.
- The divergence from N(0, K), ½ [tr(K⁻¹ Mᵀ M) + n s² tr K⁻¹] and constants, has Mᵀ Gᵀ G M = Mᵀ M.

An autoregression with normal innovations is such a prior, with a banded K⁻¹ (its draws turn too).
The kernel regression of one bandwidth and residual variance has Σ_i ‖μ_i − R μ_i‖², which is
tr[(1 − R)ᵀ (1 − R) Mᵀ M], in place of the first term; its penalty and the divergence from N(0, I)
depend on the means' covariance alone, which stays. So the objective is the same at the sources and
at every rotation of them. A prior that is not Gaussian is not blind: it tells non-Gaussian sources
apart, one for all or not, as independent component analysis does.

*Of posterior variances that differ* little is left to see. With the best decoder a latent that is
given a variance of one contributes s_i²/2v + ½ (1 − s_i²) q_i + ½ s_i² κ − ½ (1 + λ) log s_i². Here
v is the decoder's variance, q_i = u_iᵀ K⁻¹ u_i / T the prior's view of the latent's mean u_i at
unit variance, κ = tr K⁻¹ / T and λ = 0; for the regression q_i is the residual variance over σ²,
κ = 1/σ², and λ the weight of N(0, I). Its optimum is s_i² = (1 + λ) / (1/v + κ − q_i): one for all
to first order in v. As Σ q_i does not change by a rotation, what the objective still prefers of
unequal q_i is ¼ (1 + λ) Σ (q_i − q̄)² / (1/v + κ − q̄)², some 1e-4 nats per time point for v = 0.01.

*Nor is the optimum uncorrelated.* The prior is cheapest where all latents take part of what it
foretells best, each with a variance of one, and without parameters of their own nothing but the
reconstruction keeps them from that. So trained ablations are mixtures, rather than rotations by
chance, and score below these.
"""

from dataclasses import replace

import torch

from bssbench.models.posterior import Posterior

__all__ = ["deviation", "standardised"]


def deviation(posterior: Posterior) -> torch.Tensor:
    """Return each latent's deviation over time and draws, (replicate, latent, 1)."""
    variance = posterior.mean.var(-1, correction=0, keepdim=True)
    return (variance + (posterior.std**2).mean(-1, keepdim=True)).sqrt()


def standardised(posterior: Posterior) -> Posterior:
    """Return the posterior of each latent divided by its deviation over time and draws.

    Its variance over both is that of its mean over time, and the mean of its posterior variance.
    """
    by = deviation(posterior)
    return replace(posterior, mean=posterior.mean / by, diagonal=posterior.diagonal / by)
