"""The bound for stationary Gaussian sources, with the sensors' noise, after Whittle (1953)."""

import numpy as np

__all__ = ["gaussian_bound"]

# Of a Fisher information whose parameters are scaled to unit information: what is less is none.
_NO_INFORMATION = 1e-11
# The share that a parameter has in a direction without information, from which on it is lost.
_PART = 1e-9


def gaussian_bound(spectra: np.ndarray, noise_covariance: np.ndarray, length: int) -> np.ndarray:
    """Return the least variance of each entry of a relative mixing matrix, shape (source, source).

    Seen through the inverse of the mixing matrix the observations are y = (I + E) s + n. At E = 0
    their spectral density is S(ω) = diag f(ω) + Σ, whose derivative with respect to E_kl is
    D_kl = f_l (e_k e_lᵀ + e_l e_kᵀ), and by Whittle's likelihood the Fisher information of two
    entries is

        F_ij = ½ Σ_ω tr(S⁻¹ D_i S⁻¹ D_j),

    over the Fourier frequencies but zero, for the mean is not known. Entry (k, l) of the result is
    that of F⁻¹: the power of source l that is left in the estimate of source k, both of unit power.
    The diagonal of E, the scale of each source, is a nuisance. The sources' spectra and the noise
    are taken as known, so that who has to learn them has no less left.

    Parameters
    ----------
    spectra : numpy.ndarray
        Shape (source, frequency), power spectral densities of sources of unit variance, of mean 1
        over all frequencies, at ω = 2π j / length for j from 1 to length // 2.
    noise_covariance : numpy.ndarray
        Shape (source, source): Σ, of white noise.
    length : int
        Number of samples.

    Returns
    -------
    numpy.ndarray
        Infinite where two sources can't be told apart.
    """
    n = len(spectra)
    # Of an even length the last frequency has no mirror image.
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
    """Return the diagonal of the inverse, infinite where the information has none."""
    scale = np.sqrt(np.diagonal(information))
    values, vectors = np.linalg.eigh(information / np.outer(scale, scale))
    without = values < _NO_INFORMATION * values[-1]
    shares = vectors**2
    variances = (shares[:, ~without] / values[~without]).sum(axis=1) / scale**2
    return np.where((shares[:, without] > _PART).any(axis=1), np.inf, variances)
