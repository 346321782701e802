"""Training cost: ten seeds in one batch, and how that compares with ten runs one after the other.

In the environment at hand: ``asv run --config benchmarks/asv.conf.json --python=same``.
"""

import os
import time

# Before numpy or torch is there: results and timings are of one thread.
os.environ.setdefault("OMP_NUM_THREADS", "1")

LENGTH = 1000
SEEDS = 10


def _separate(method, n_seeds, first=0, **parameters):
    from bssbench.datasets.catalogue import make_dataset
    from bssbench.methods import Problem, load_method
    from bssbench.randomness import seed_sequence

    seeds = list(range(first, first + n_seeds))
    dataset = make_dataset("gp-distinct", seeds, {"length": LENGTH})
    sequences = [seed_sequence(0, dataset.name, "initialisation", seed) for seed in seeds]
    problem = Problem(dataset.observations, dataset.n_sources, sequences)
    return load_method(method, {"restarts": 1, **parameters}).separate(problem)


class TrainingInBatches:
    """600 steps of linear models, T = 1,000, three sources, one restart."""

    params = ["skr-vae", "ar-flow-vae"]
    param_names = ["method"]
    timeout = 600
    number = 1
    repeat = (1, 3, 60.0)
    rounds = 1
    warmup_time = 0.0

    def setup(self, method):
        _separate(method, 1, steps=2)

    def time_ten_seeds_in_one_batch(self, method):
        _separate(method, SEEDS)

    def track_batch_over_sequential(self, method):
        """Time of one batch of ten over that of ten batches of one, interleaved in one run."""
        batch, sequential = [], []
        for _ in range(2):
            began = time.perf_counter()
            _separate(method, SEEDS)
            batch.append(time.perf_counter() - began)
            began = time.perf_counter()
            for seed in range(SEEDS):
                _separate(method, 1, first=seed)
            sequential.append(time.perf_counter() - began)
        return min(batch) / min(sequential)

    track_batch_over_sequential.unit = "ratio"
