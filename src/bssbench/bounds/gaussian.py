"""The bound for stationary Gaussian sources with sensor noise, after Whittle (1953)."""

import numpy as np

__all__ = ["gaussian_bound"]

# Relative eigenvalue below which a direction has no information, for parameters scaled to unit
# Fisher information.
_NO_INFORMATION = 1e-11
# Share of a parameter in directions without information above which it cannot be estimated.
_PART = 1e-9


def gaussian_bound(spectra: np.ndarray, noise_covariance: np.ndarray, length: int) -> np.ndarray:
    """Return the minimum variance of each entry of a relative mixing matrix.

    After applying the inverse of the mixing matrix, the observations are y = (I + E) s + n. At
    E = 0 their spectral density is S(ω) = diag f(ω) + Σ. Its derivative with respect to E_kl is
    D_kl = f_l (e_k e_lᵀ + e_l e_kᵀ), and the Fisher information of two entries under Whittle's
    likelihood is

        F_ij = ½ Σ_ω tr(S⁻¹ D_i S⁻¹ D_j).

    The sum is over the Fourier frequencies except zero, because the mean is unknown. Entry (k, l)
    of the result is the diagonal entry of F⁻¹ for E_kl: the power of source l in the estimate of
    source k, both with unit power. The diagonal of E, which scales the sources, is a nuisance
    parameter. Spectra and noise are assumed known; a method that has to estimate them cannot do
    better.

    Parameters
    ----------
    spectra : numpy.ndarray
        Shape (source, frequency). Power spectral densities of sources of unit variance, with mean 1
        over all frequencies, at ω = 2π j / length for j from 1 to length // 2.
    noise_covariance : numpy.ndarray
        Shape (source, source). Covariance Σ of the white noise.
    length : int
        Number of samples.

    Returns
    -------
    numpy.ndarray
        Shape (source, source); infinite where two sources are not identifiable.
    """
    n = len(spectra)
    # For an even length, the last frequency has no negative counterpart.
    weights = np.full(spectra.shape[1], 2.0)
    if length % 2 == 0:
        weights[-1] = 1.0
    density = np.einsum("kf,kl->fkl", spectra, np.eye(n)) + noise_covariance
    inverse = np.linalg.inv(density)
    # tr(S⁻¹ D_kl S⁻¹ D_mn) / 2 = f_l f_n (G_lm G_nk + G_ln G_mk) with G = S⁻¹.
    scaled = np.einsum("f,flm,lf->lmf", weights, inverse, spectra)
    other = np.einsum("fnk,nf->nkf", inverse, spectra)
    information = np.einsum("lmf,nkf->klmn", scaled, other, optimize=True)
    paired = np.einsum("f,fln,lf,nf->lnf", weights, inverse, spectra, spectra)
    information += np.einsum("lnf,fmk->klmn", paired, inverse, optimize=True)
    return _diagonal_of_inverse(information.reshape(n * n, n * n)).reshape(n, n)


def _diagonal_of_inverse(information: np.ndarray) -> np.ndarray:
    """Return the diagonal of the inverse, infinite for parameters without information."""
    scale = np.sqrt(np.diagonal(information))
    values, vectors = np.linalg.eigh(information / np.outer(scale, scale))
    without = values < _NO_INFORMATION * values[-1]
    shares = vectors**2
    variances = (shares[:, ~without] / values[~without]).sum(axis=1) / scale**2
    return np.where((shares[:, without] > _PART).any(axis=1), np.inf, variances)
