import numpy as np
import pytest
import torch

from bssbench.models.recipe import Form
from bssbench.models.rotation import Rotation
from bssbench.models.training import Schedule, train
from bssbench.models.vae import BatchedVAE
from bssbench.priors.kernel_regression import KernelRegressionPrior
from bssbench.priors.standard_normal import StandardNormalPrior

REPLICATES, LATENTS, LENGTH = 2, 4, 50


@pytest.fixture
def observations():
    generator = torch.Generator().manual_seed(0)
    return torch.randn(REPLICATES, LATENTS, LENGTH, generator=generator)


def turned(model):
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        angles = model.rotation.angles
        angles += torch.randn(angles.shape, generator=generator)
    return model


def make_model(prior, nonlinear=False):
    generators = [np.random.default_rng(seed) for seed in range(REPLICATES)]
    return BatchedVAE(LATENTS, LATENTS, generators, prior, nonlinear)


def test_it_is_a_rotation_that_starts_unturned():
    rotation = Rotation(REPLICATES, LATENTS)
    identity = torch.eye(LATENTS).expand(REPLICATES, -1, -1)
    torch.testing.assert_close(rotation(), identity)
    with torch.no_grad():
        rotation.angles.copy_(torch.linspace(-9.0, 9.0, 12).reshape(rotation.angles.shape))
    turn = rotation()
    assert (turn - identity).abs().amax() > 0.5
    torch.testing.assert_close(turn @ turn.mT, identity, rtol=0, atol=1e-5)
    torch.testing.assert_close(torch.linalg.det(turn), torch.ones(REPLICATES))


def test_small_angles_are_angles_in_radians():
    rotation = Rotation(1, 2)
    with torch.no_grad():
        rotation.angles.fill_(0.02)
    expected = torch.tensor([[np.cos(0.02), -np.sin(0.02)], [np.sin(0.02), np.cos(0.02)]])
    torch.testing.assert_close(rotation()[0], expected.float(), rtol=0, atol=2e-6)


def test_one_latent_is_never_turned():
    torch.testing.assert_close(Rotation(REPLICATES, 1)(), torch.ones(REPLICATES, 1, 1))


@pytest.mark.parametrize("nonlinear", [False, True])
def test_turning_the_latents_changes_nothing_of_what_is_reconstructed(nonlinear, observations):
    model = make_model(StandardNormalPrior(REPLICATES, LATENTS), nonlinear)
    latents, before = model.latents(observations), model.reconstruction(model.latents(observations))
    turned(model)
    assert (model.latents(observations) - latents).abs().amax() > 0.5
    torch.testing.assert_close(model.reconstruction(model.latents(observations)), before)


def test_what_demixes_is_the_turned_encoder(observations):
    model = turned(make_model(StandardNormalPrior(REPLICATES, LATENTS)))
    demixed = model.unmixing_matrix() @ observations
    torch.testing.assert_close(model.latents(observations), demixed)
    torch.testing.assert_close(model.posterior(observations).mean, demixed)


@pytest.fixture
def two_speeds():
    """Whitened, two sources of nearly one speed: what is left to find is how far to turn them."""
    generator, lags = np.random.default_rng(0), np.arange(-12, 13)
    kernels = [np.exp(-0.5 * (lags / width) ** 2) for width in (1.0, 1.05)]
    sources = np.stack([np.convolve(generator.standard_normal(2000), k, "same") for k in kernels])
    sources /= sources.std(axis=1, keepdims=True)
    sources += 0.1 * generator.standard_normal(sources.shape)
    centred = sources - sources.mean(axis=1, keepdims=True)
    _, _, right = np.linalg.svd(centred, full_matrices=False)
    return torch.tensor(np.sqrt(2000) * right, dtype=torch.float32)


def test_where_it_is_not_wanted_it_stays_unturned(observations):
    generators = [np.random.default_rng(seed) for seed in range(REPLICATES)]
    prior = KernelRegressionPrior(torch.tensor([[1.0, 2.0, 3.0, 4.0]] * REPLICATES), LENGTH)
    form = Form(rotation=False)
    model = BatchedVAE(LATENTS, LATENTS, generators, prior, False, form=form)
    before = model.unmixing_matrix().detach()
    train(model, observations, [0, 1], Schedule(5, 3e-2, 0.01))
    assert (model.unmixing_matrix() != before).all()
    assert (model.rotation() == torch.eye(LATENTS)).all()


@pytest.mark.slow
@pytest.mark.parametrize("shared", [True, False])
def test_training_arrives_where_the_priors_hardly_tell_which_way_to_turn(shared, two_speeds):
    """Without the shared rotation it stops somewhere, by the start's chance."""
    starts = 6
    observations = two_speeds.repeat(starts, 1, 1)
    prior = KernelRegressionPrior(torch.tensor([[1.0, 1.02]]).repeat(starts, 1), 2000)
    generators = [np.random.default_rng(seed) for seed in range(starts)]
    model = BatchedVAE(2, 2, generators, prior, False, form=Form(rotation=shared))
    train(model, observations, list(range(starts)), Schedule(600, 3e-2, 0.01))
    turns = torch.linspace(-0.6, 0.6, 61)
    with torch.no_grad():
        trained = model.rotation.angles.clone()
        objectives = []
        for turn in turns:
            model.rotation.angles.copy_(trained + turn)
            objectives.append(model.objective(observations, 0.01, None))
    left = turns[torch.stack(objectives).argmin(0)].abs().max()
    assert left < 0.05 if shared else left > 0.15
