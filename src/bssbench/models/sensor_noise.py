"""How much white noise the observations leave room for, read off the observations alone."""

import numpy as np

__all__ = ["white_floor"]

_WELCH_SEGMENT = 64


def white_floor(components: np.ndarray) -> np.ndarray:
    """Return the largest variance that white noise can have in any one of the components.

    White noise has the same power at every frequency, so a component can't have more of it than its
    spectrum has where it is lowest. Whitening amplifies the noise most in the components that the
    mixture has least of, of which there are the more, the more sources there are. For sources with
    much power at all frequencies this is a bound and not an estimate.

    Parameters
    ----------
    components : numpy.ndarray
        Shape (replicate, component, time), whitened.

    Returns
    -------
    numpy.ndarray
        Shape (replicate,), of the components' unit variance.
    """
    # Imported here: scipy.signal takes most of a second to import.
    from scipy.signal import welch

    segment = min(_WELCH_SEGMENT, components.shape[-1])
    _, spectra = welch(components, nperseg=segment, axis=-1)
    # A density over frequencies from zero to one half: of white noise, twice its variance. The two
    # ends are half as well averaged as the others.
    floors = 0.5 * spectra[..., 1:-1].min(axis=-1)
    return np.asarray(floors.max(axis=-1))
