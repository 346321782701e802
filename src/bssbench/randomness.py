"""Random streams derived from named axes, so that they are independent of each other."""

import hashlib

import numpy as np

__all__ = ["child", "generator", "random_rotation", "seed_sequence"]


def seed_sequence(root_seed: int, dataset: str, axis: str, seed: int) -> np.random.SeedSequence:
    """Derive the seed sequence of one axis of one replicate.

    Each data set has its own streams, so that adding a data set does not change the others. Each
    axis has its own stream, so that a method cannot change the data.

    Parameters
    ----------
    root_seed : int
        The experiment's seed, nonnegative.
    dataset : str
        The data set's id.
    axis : str
        For example ``sources``, ``mixing``, ``noise`` or ``initialisation``.
    seed : int
        The replicate's seed, nonnegative.

    Returns
    -------
    numpy.random.SeedSequence
        The seed sequence.
    """
    # SHA-256, because Python's hash() differs between processes.
    digest = hashlib.sha256(f"{dataset}/{axis}".encode()).digest()
    words = np.frombuffer(digest[:16], dtype="<u4")
    return np.random.SeedSequence([root_seed, *(int(word) for word in words), seed])


def generator(root_seed: int, dataset: str, axis: str, seed: int) -> np.random.Generator:
    """Return a generator for the stream of `seed_sequence`.

    Parameters
    ----------
    root_seed, dataset, axis, seed
        As for `seed_sequence`.

    Returns
    -------
    numpy.random.Generator
        The generator.
    """
    return np.random.default_rng(seed_sequence(root_seed, dataset, axis, seed))


def child(seed: np.random.SeedSequence, index: int) -> np.random.SeedSequence:
    """Derive a child of a seed sequence without changing it, unlike ``seed.spawn``.

    Parameters
    ----------
    seed : numpy.random.SeedSequence
        The parent.
    index : int
        Index of the child.

    Returns
    -------
    numpy.random.SeedSequence
        The child.
    """
    return np.random.SeedSequence(seed.entropy, spawn_key=(*seed.spawn_key, index))


def random_rotation(generator: np.random.Generator, size: int) -> np.ndarray:
    """Draw an orthogonal matrix from the uniform (Haar) distribution.

    The signs make the QR decomposition unique; otherwise Q would not be uniform (Mezzadri, 2007).

    Parameters
    ----------
    generator : numpy.random.Generator
        Source of randomness.
    size : int
        Number of rows.

    Returns
    -------
    numpy.ndarray
        Shape (size, size).
    """
    q, r = np.linalg.qr(generator.standard_normal((size, size)))
    return np.asarray(q * np.sign(np.diagonal(r)))
