"""How much white noise the observations leave room for, read off the observations alone."""

import numpy as np

from bssbench.models.time_scales import lag_spacings

__all__ = ["white_floor"]

_WELCH_SEGMENT, _SHORTEST_SEGMENT = 64, 8


def white_floor(components: np.ndarray) -> np.ndarray:
    """Return the largest variance that white noise can have in any one of the components.

    White noise has the same power at every frequency, so a component can't have more of it than its
    spectrum has where it is lowest. Whitening amplifies the noise most in the components that the
    mixture has least of, of which there are the more, the more sources there are. Where the sources
    themselves fill the band this is a bound and no estimate.

    Of a series sampled faster than it varies, what counts is the band that it has: seen are samples
    one spacing apart (`bssbench.models.time_scales.lag_spacings`). The lowest of some thirty
    estimates of one density lies below it, of white noise by a fifth to a third for 3,000 to 1,000
    samples.

    Parameters
    ----------
    components : numpy.ndarray
        Shape (replicate, component, time), whitened.

    Returns
    -------
    numpy.ndarray
        Shape (replicate,), of the components' unit variance; 0 for series too short to tell.
    """
    pairs = zip(components, lag_spacings(components), strict=True)
    return np.array([_floor(one[:, ::spacing]) for one, spacing in pairs])


def _floor(components: np.ndarray) -> float:
    """Return what `white_floor` does for one replicate, shape (component, time)."""
    # Imported here: scipy.signal takes most of a second to import.
    from scipy.signal import welch

    segment = min(_WELCH_SEGMENT, components.shape[-1])
    if segment < _SHORTEST_SEGMENT:
        return 0.0
    _, spectra = welch(components, nperseg=segment, axis=-1)
    # A density over frequencies from zero to one half: of white noise, twice its variance. Not so
    # at the ends, which have no negative frequency to count for, and the mean is taken away.
    return float(0.5 * spectra[:, 2:-1].min(axis=-1).max())
