"""Upper limit of white noise, estimated from the observations."""

import numpy as np

__all__ = ["decoder_variances", "white_floor"]

_SMALLEST_VARIANCE, _LARGEST_VARIANCE = 0.01, 0.05
# Variance of a whitened component above which the floor cannot be noise only, since little would be
# left to separate.
_SOURCES_FILL_THE_BAND = 0.25
_WELCH_SEGMENT, _SHORTEST_SEGMENT = 64, 8


def decoder_variances(components: np.ndarray, spacings: list[int], nonlinear: bool) -> np.ndarray:
    """Return the final variance of each replicate's decoder, for components of unit variance.

    It is 0.01 for nonlinear mixing. For linear mixing, it is the `white_floor`, limited to the
    range from 0.01 to 0.05. A floor above 0.25 is ignored: the sources then fill the band, and the
    floor contains no information about the noise.

    Parameters
    ----------
    components : numpy.ndarray
        Shape (replicate, component, time), whitened.
    spacings : list of int
        From `bssbench.models.time_scales.lag_spacings`.
    nonlinear : bool
        Whether the mixing is nonlinear.

    Returns
    -------
    numpy.ndarray
        Shape (replicate,).
    """
    if nonlinear:
        return np.full(len(components), _SMALLEST_VARIANCE)
    floor = white_floor(components, spacings)
    floor = np.where(floor > _SOURCES_FILL_THE_BAND, 0.0, floor)
    return np.clip(floor, _SMALLEST_VARIANCE, _LARGEST_VARIANCE)


def white_floor(components: np.ndarray, spacings: list[int]) -> np.ndarray:
    """Return the largest variance that white noise can have in any of the components.

    White noise has equal power at all frequencies, so that its power in a component cannot exceed
    the minimum of the component's spectrum. Whitening amplifies the noise in the weakest components
    most; there are more of these with more sources. If the sources fill the band, the result is
    only an upper bound.

    For a series sampled faster than it varies, only its own band counts, so that samples are taken
    one spacing apart. The minimum over about thirty spectral estimates is biased downwards: for
    white noise by a fifth (3,000 samples) to a third (1,000 samples).

    Parameters
    ----------
    components : numpy.ndarray
        Shape (replicate, component, time), whitened.
    spacings : list of int
        From `bssbench.models.time_scales.lag_spacings`.

    Returns
    -------
    numpy.ndarray
        Shape (replicate,), relative to the components' unit variance; 0 for series that are too
        short.
    """
    pairs = zip(components, spacings, strict=True)
    return np.array([_floor(one[:, ::spacing]) for one, spacing in pairs])


def _floor(components: np.ndarray) -> float:
    """Return `white_floor` for one replicate, of shape (component, time)."""
    # Imported here because importing scipy.signal takes most of a second.
    from scipy.signal import welch

    segment = min(_WELCH_SEGMENT, components.shape[-1])
    if segment < _SHORTEST_SEGMENT:
        return 0.0
    _, spectra = welch(components, nperseg=segment, axis=-1)
    # The one-sided density of white noise is twice its variance. The ends are left out: they have
    # no negative counterpart, and the mean is removed.
    return float(0.5 * spectra[:, 2:-1].min(axis=-1).max())
