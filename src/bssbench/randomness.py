"""Random numbers derived from named axes, so that no stream depends on another."""

import hashlib

import numpy as np

__all__ = ["child", "generator", "random_rotation", "seed_sequence"]


def seed_sequence(root_seed: int, dataset: str, axis: str, seed: int) -> np.random.SeedSequence:
    """Derive the seed sequence of one axis of one replicate.

    Each data set has streams of its own, so that a new one changes no other's numbers; so has each
    axis (``sources``, ``mixing``, ``noise``, ``initialisation``), so that no method changes data.
    The experiment's `root_seed` and `seed`, the replicate, are non-negative.
    """
    # Python's own hash() changes from one process to the next; SHA-256 does not.
    digest = hashlib.sha256(f"{dataset}/{axis}".encode()).digest()
    words = np.frombuffer(digest[:16], dtype="<u4")
    return np.random.SeedSequence([root_seed, *(int(word) for word in words), seed])


def generator(root_seed: int, dataset: str, axis: str, seed: int) -> np.random.Generator:
    """Return a generator on the stream of `seed_sequence` with the same arguments."""
    return np.random.default_rng(seed_sequence(root_seed, dataset, axis, seed))


def child(seed: np.random.SeedSequence, index: int) -> np.random.SeedSequence:
    """Derive a seed sequence; `seed.spawn` would also change the one that the caller holds."""
    return np.random.SeedSequence(seed.entropy, spawn_key=(*seed.spawn_key, index))


def random_rotation(generator: np.random.Generator, size: int) -> np.ndarray:
    """Draw an orthogonal matrix uniformly, by Haar's measure; shape (size, size).

    The signs make the QR decomposition unique, without which its Q is not uniform (Mezzadri, 2007).
    """
    q, r = np.linalg.qr(generator.standard_normal((size, size)))
    return np.asarray(q * np.sign(np.diagonal(r)))
