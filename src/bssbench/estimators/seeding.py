"""Conversion of scikit-learn's ``random_state`` to the seed of a method."""

from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from bssbench.randomness import seed_sequence

__all__ = ["seed_of"]


def seed_of(random_state: Any) -> np.random.SeedSequence:
    """Return the seed for a `random_state`.

    An integer gives the seed of ``bssbench separate`` with the same ``--seed``. None gives a new
    seed each time.
    """
    if random_state is None:
        return np.random.SeedSequence()
    if isinstance(random_state, np.random.SeedSequence):
        return random_state
    if isinstance(random_state, np.random.Generator):
        return np.random.SeedSequence(int(random_state.integers(2**63)))
    generator = check_random_state(random_state)
    if isinstance(random_state, np.random.RandomState):
        return np.random.SeedSequence(generator.randint(2**31, size=4).tolist())
    return seed_sequence(0, "recording", "initialisation", int(random_state))
