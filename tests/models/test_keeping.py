"""What is kept of a VAE says the same as the VAE itself, with torch and without."""

import numpy as np
import pytest
import torch

from bssbench.methods import Problem, load_method
from bssbench.models.demixing import NetworkDemixing
from bssbench.models.vae import BatchedVAE
from bssbench.priors.base import Batch


@pytest.mark.parametrize("scale", ["free", "closed"])
def test_the_maps_without_torch_are_those_of_the_model(scale, rng):
    observations = rng.laplace(size=(2, 150, 3)) @ rng.normal(size=(3, 3)) + 5.0
    method = load_method("pdgmm-vae", {"steps": 30, "restarts": 2, "scale": scale})
    seeds = [np.random.SeedSequence(index) for index in range(2)]
    problem = Problem(observations, 2, seeds, nonlinear=True, keep=True)
    separation = method.separate(problem)
    for replicate, kept in enumerate(separation.kept):
        batch = Batch(1, 2, 150, 150, 1, np.ones((1, 2)), nonlinear=True)
        form = method.recipe(problem.size).form
        model = BatchedVAE.of(batch, 3, seeds[:1], method.prior, form)
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                parameter.copy_(torch.tensor(kept.arrays[f"model/{name}"][None]))
            maps = NetworkDemixing.of(kept.arrays)
            sources = maps.demix(observations[replicate])
            np.testing.assert_allclose(sources, separation.sources[replicate], atol=1e-4)
            whitened = maps.whitening @ (observations[replicate] - maps.mean).T
            posterior = model.posterior(torch.tensor(whitened[None], dtype=torch.float32))
            means = posterior.mean[0].T.double().numpy()
            if scale == "closed":
                spread = np.sqrt(means.var(0) + (posterior.std[0] ** 2).mean(-1).numpy())
                np.testing.assert_allclose(maps.scale[:, 0], spread, rtol=1e-4)
            decoded = model.reconstruction(
                torch.tensor((means.T / maps.scale)[None], dtype=torch.float32)
            )
            expected = np.linalg.inv(maps.whitening) @ decoded[0].numpy()
            np.testing.assert_allclose(
                maps.remix(means), expected.T + maps.mean, atol=1e-4 * np.ptp(observations)
            )


def test_nothing_is_kept_unless_it_is_asked_for(rng):
    problem = Problem(rng.laplace(size=(1, 100, 2)), 2, [np.random.SeedSequence(0)])
    assert load_method("vae", {"steps": 2}).separate(problem).kept == ()
