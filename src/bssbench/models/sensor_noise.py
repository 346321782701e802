"""How much white noise the observations leave room for, read off the observations alone."""

import numpy as np

__all__ = ["decoder_variances", "white_floor"]

_SMALLEST_VARIANCE, _LARGEST_VARIANCE = 0.01, 0.05
# Of a whitened component: with more white noise than that there would be little left to separate.
_SOURCES_FILL_THE_BAND = 0.25
_WELCH_SEGMENT, _SHORTEST_SEGMENT = 64, 8


def decoder_variances(components: np.ndarray, spacings: list[int], nonlinear: bool) -> np.ndarray:
    """Return the variance that each replicate's decoder should end with, of the components' one.

    It is 0.01; for linear mixing as much white noise as the observations leave room for, between
    0.01 and 0.05, unless that is more than 0.25: then the sources themselves fill the band, which
    says nothing of noise. The whitened components are (replicate, component, time), `spacings`
    those of `bssbench.models.time_scales.lag_spacings`.
    """
    if nonlinear:
        return np.full(len(components), _SMALLEST_VARIANCE)
    floor = white_floor(components, spacings)
    floor = np.where(floor > _SOURCES_FILL_THE_BAND, 0.0, floor)
    return np.clip(floor, _SMALLEST_VARIANCE, _LARGEST_VARIANCE)


def white_floor(components: np.ndarray, spacings: list[int]) -> np.ndarray:
    """Return the largest variance that white noise can have in any one of the components.

    White noise has the same power at every frequency, so a component can't have more of it than its
    spectrum has where it is lowest. Whitening amplifies the noise most in the components that the
    mixture has least of, of which there are the more, the more sources there are. Where the sources
    themselves fill the band this is a bound and no estimate.

    Of a series sampled faster than it varies, what counts is the band that it has: seen are samples
    one spacing apart. The lowest of some thirty estimates of one density lies below it, of white
    noise by a fifth to a third for 3,000 to 1,000 samples.

    Arguments are as for `decoder_variances`; one value for each replicate, of the components' unit
    variance, 0 for series too short to tell.
    """
    pairs = zip(components, spacings, strict=True)
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
