"""The bound for sources that are linear filters of independent innovations, without noise."""

import numpy as np

__all__ = ["innovation_bound"]


def innovation_bound(spectra: np.ndarray, information: np.ndarray, length: int) -> np.ndarray:
    """Return the minimum variance of each entry of a relative mixing matrix.

    Without noise, y = (I + E) s. Let the filter h_k whiten source k, so that its output is the
    innovations e_k with density p_k. To first order in E, the log-likelihood of a sample is
    ``log |det (I − E)| + Σ_k log p_k(h_k ∗ ((I − E) y)_k)``.

    With ψ_k = −(log p_k)′, its derivative with respect to E_kl, k ≠ l, is ψ_k(e_k) (h_k ∗ s_l). The
    two factors are independent, so that the variance of the derivative is κ_k φ_kl. Here
    κ_k = E[ψ_k²] for innovations of unit variance, and φ_kl = (1/2π) ∫ f_l / f_k dω is the power of
    source l after the filter h_k, in units of the power of e_k.

    The derivatives for (k, l) and (l, k) have a covariance of 1, because E[ψ_k(e_k) e_k] = 1 and
    the past of one source is independent of the present of the other. The derivatives for all other
    pairs of entries, including the diagonal, are uncorrelated. The inverse of the resulting 2 × 2
    matrix gives

        var E_kl ≥ (1/T) κ_l φ_lk / (κ_k φ_kl κ_l φ_lk − 1)

    (Dégerine and Zaïdi, 2004). For Gaussian innovations, κ = 1, and the bound is that of Whittle's
    likelihood without noise. The bound also holds with noise, because noise adds no information
    about E. No method attains it then.

    Parameters
    ----------
    spectra : numpy.ndarray
        Shape (source, frequency). Power spectral densities of sources of unit variance, with mean 1
        over all frequencies, at ω = 2π j / length for j from 1 to length // 2.
    information : numpy.ndarray
        Shape (source,). Fisher information κ: 1 for a Gaussian distribution, larger for others.
    length : int
        Number of samples.

    Returns
    -------
    numpy.ndarray
        Shape (source, source); zero on the diagonal, infinite where two sources are not
        identifiable.
    """
    weights = np.full(spectra.shape[1], 2.0)
    if length % 2 == 0:
        weights[-1] = 1.0
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        # Entry (k, l): power of source l after the filter that whitens source k.
        filtered = (spectra[None] / spectra[:, None]) @ weights / weights.sum()
        seen = information[:, None] * filtered
        # The fraction above, rearranged to avoid overflow.
        told_apart = seen * seen.T > 1.0 + 1e-12
        variances = np.where(told_apart, 1.0 / (length * (seen - 1.0 / seen.T)), np.inf)
    np.fill_diagonal(variances, 0.0)
    return variances
