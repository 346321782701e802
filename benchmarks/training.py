"""Training cost: ten seeds in one batch, and how that compares with ten runs one after the other.

In the environment at hand: ``asv run --config benchmarks/asv.conf.json --python=same``.
"""

import os
import time

# Before numpy or torch is there: results and timings are of one thread.
os.environ.setdefault("OMP_NUM_THREADS", "1")

SEEDS = 10


def _separate(method, n_seeds, first=0, **parameters):
    from bssbench.datasets.catalogue import make_dataset
    from bssbench.methods import Problem, load_method
    from bssbench.randomness import seed_sequence

    seeds = list(range(first, first + n_seeds))
    dataset = make_dataset("gp-distinct", seeds, {})
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


class TrainingStep:
    """One step of each VAE on ten seeds of gp-distinct: objective, gradient, update."""

    params = [
        [
            "skr-vae",
            "gp-vae",
            "gp-vae-matern",
            "gp-vae-spectral",
            "gp-vae-inducing",
            "ar-flow-vae",
            "vae",
        ],
        [500, 1000, 2000, 4000],
    ]
    param_names = ["method", "length"]
    timeout = 600
    number = 1
    repeat = (3, 10, 5.0)
    rounds = 1
    warmup_time = 0.0

    def setup(self, method, length):
        import numpy as np
        import torch

        from bssbench.datasets.catalogue import make_dataset
        from bssbench.datasets.identifier import Identifier
        from bssbench.methods import load_method
        from bssbench.models.time_scales import half_decay_lags, lag_spacings
        from bssbench.models.vae import BatchedVAE
        from bssbench.models.whitening import whiten
        from bssbench.priors.base import Batch

        torch.set_num_threads(1)
        torch.set_flush_denormal(True)
        name = str(Identifier("gp-distinct", length=length).canonical())
        dataset = make_dataset(name, list(range(SEEDS)), {})
        components = whiten(dataset.observations, 3).components
        batch = Batch(
            replicates=SEEDS,
            latents=3,
            length=length,
            whole_length=length,
            lag_spacing=lag_spacings(components)[0],
            half_decay_lags=half_decay_lags(components),
        )
        prior = load_method(method, {}).prior(batch)
        generators = [np.random.default_rng(seed) for seed in range(SEEDS)]
        self.model = BatchedVAE(3, 3, generators, prior, nonlinear=False)
        self.observations = torch.tensor(components, dtype=torch.float32)
        self.noise = torch.randn(SEEDS, 3, length, generator=torch.Generator().manual_seed(0))
        self.optimiser = torch.optim.Adam(self.model.parameters(), foreach=True)
        self._step(0)

    def _step(self, step):
        self.model.prior.advance(step)
        noise = self.noise if self.model.needs_noise else None
        loss = self.model.objective(self.observations, 0.1, noise).sum()
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.optimiser.step()

    def time_step_with_the_kernel_renewed(self, method, length):
        """What every k-th step costs, or each, where the kernel is learned at every step."""
        self._step(0)

    def time_step_with_the_kernel_kept(self, method, length):
        self._step(1)

    def peakmem_step(self, method, length):
        self._step(0)
