"""The bound for sources that are filters of independent innovations, without noise."""

import numpy as np

__all__ = ["innovation_bound"]


def innovation_bound(spectra: np.ndarray, information: np.ndarray, length: int) -> np.ndarray:
    """Return the least variance of each entry of a relative mixing matrix, shape (source, source).

    Without noise y = (I + E) s. Source k is made of innovations e_k by a filter whose inverse is
    h_k, so that a sample's log-likelihood is log |det (I − E)| + Σ_k log p_k(h_k ∗ ((I − E) y)_k).
    With ψ_k = −(log p_k)′ its derivative with respect to E_kl, k ≠ l, is ψ_k(e_k) (h_k ∗ s_l). The
    two factors are independent, so its variance is κ_k φ_kl with κ_k = E[ψ_k²] of innovations of
    unit variance, and φ_kl = (1/2π) ∫ f_l / f_k dω the power of source l behind that filter, in
    those units. Of the entries (k, l) and (l, k) the covariance is 1, since E[ψ_k(e_k) e_k] = 1 and
    the past of one is independent of the present of the other. All other entries are apart, the
    scale of the sources too. The inverse of these two by two numbers is

        var E_kl ≥ (1/T) κ_l φ_lk / (κ_k φ_kl κ_l φ_lk − 1)

    (Dégerine and Zaïdi, 2004; for Gaussian innovations κ = 1, and it is what Whittle's likelihood
    gives without noise). A noisy observation tells no more of E than the same without noise, so
    that with noise it is a bound as well, though one that no method attains.

    Parameters
    ----------
    spectra : numpy.ndarray
        Shape (source, frequency), power spectral densities of sources of unit variance, of mean 1
        over all frequencies, at ω = 2π j / length for j from 1 to length // 2.
    information : numpy.ndarray
        Shape (source,): κ, from 1 of a Gaussian distribution to infinity.
    length : int
        Number of samples.

    Returns
    -------
    numpy.ndarray
        Zero on the diagonal; infinite where two sources can't be told apart.
    """
    weights = np.full(spectra.shape[1], 2.0)
    if length % 2 == 0:
        weights[-1] = 1.0
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        # (source k, source l): what is left of l behind the filter that whitens k.
        filtered = (spectra[None] / spectra[:, None]) @ weights / weights.sum()
        seen = information[:, None] * filtered
        # The same fraction, in which no term overflows where another is huge.
        told_apart = seen * seen.T > 1.0 + 1e-12
        variances = np.where(told_apart, 1.0 / (length * (seen - 1.0 / seen.T)), np.inf)
    np.fill_diagonal(variances, 0.0)
    return variances
