"""Random numbers derived from named axes, so that no stream depends on another."""

import hashlib

import numpy as np

__all__ = ["generator", "seed_sequence"]


def seed_sequence(root_seed: int, dataset: str, axis: str, seed: int) -> np.random.SeedSequence:
    """Derive the seed sequence of one axis of one replicate.

    Parameters
    ----------
    root_seed : int
        The experiment's seed, non-negative.
    dataset : str
        Data set, so that a new data set changes no other's numbers.
    axis : str
        What the numbers are for (``sources``, ``mixing``, ``noise``, ``initialisation``), so that a
        method never changes the data.
    seed : int
        The replicate, non-negative.
    """
    # Python's own hash() changes from one process to the next; SHA-256 does not.
    digest = hashlib.sha256(f"{dataset}/{axis}".encode()).digest()
    words = np.frombuffer(digest[:16], dtype="<u4")
    return np.random.SeedSequence([root_seed, *(int(word) for word in words), seed])


def generator(root_seed: int, dataset: str, axis: str, seed: int) -> np.random.Generator:
    """Return a generator on the stream of `seed_sequence` with the same arguments."""
    return np.random.default_rng(seed_sequence(root_seed, dataset, axis, seed))
