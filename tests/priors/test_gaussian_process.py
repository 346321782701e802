import math

import pytest
import torch
from torch.distributions import MultivariateNormal
from torch.distributions import kl_divergence as torch_divergence

from bssbench.priors.gaussian_process import GaussianProcessPrior

REPLICATES, LATENTS, LENGTH = 3, 2, 40
SCALES = torch.tensor([[0.7, 5.0], [1.0, 8.0], [2.0, 3.0]])


@pytest.fixture
def posterior():
    generator = torch.Generator().manual_seed(0)
    mean = torch.randn(REPLICATES, LATENTS, LENGTH, generator=generator)
    return mean, 0.1 + torch.rand(REPLICATES, LATENTS, 1, generator=generator)


def test_the_divergence_agrees_with_torch(posterior):
    mean, std = posterior
    prior = GaussianProcessPrior(SCALES, LENGTH)
    q = MultivariateNormal(mean.double(), torch.diag_embed((std**2).double().expand(mean.shape)))
    p = MultivariateNormal(torch.zeros_like(mean).double(), prior.covariance(LENGTH))
    expected = torch_divergence(q, p).sum(1)
    torch.testing.assert_close(prior.divergence(mean, std).double(), expected, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("core", ["cholesky", "toeplitz", "inducing", "gpytorch-cholesky"])
def test_every_core_teaches_the_length_scales_the_same(core, posterior):
    """Through the prior; `inducing` has as many points as there are samples."""
    mean, std = posterior
    prior = GaussianProcessPrior(SCALES, LENGTH, core=core)
    prior.divergence(mean, std).sum().backward()
    scales = torch.log(SCALES.double()).requires_grad_()
    time = torch.arange(LENGTH, dtype=torch.float64)
    exponent = -0.5 * ((time[:, None] - time) / torch.exp(scales)[..., None, None]) ** 2
    covariance = torch.exp(exponent) + 0.01 * torch.eye(LENGTH)
    q = MultivariateNormal(mean.double(), torch.diag_embed((std**2).double().expand(mean.shape)))
    p = MultivariateNormal(torch.zeros_like(mean).double(), covariance)
    (expected,) = torch.autograd.grad(torch_divergence(q, p).sum(), scales)
    torch.testing.assert_close(prior.log_length_scale.grad.double(), expected, rtol=2e-3, atol=1e-2)


def test_samples_of_a_process_have_its_correlation():
    prior = GaussianProcessPrior(torch.full((1, 1), 10.0), LENGTH, kernel="matern-1/2")
    generator = torch.Generator().manual_seed(0)
    paths = torch.stack([prior.sample(generator, LENGTH)[0, 0] for _ in range(2000)])
    correlation = (paths[:, 0] * paths[:, 5]).mean().item()
    assert correlation == pytest.approx(math.exp(-0.5), abs=0.08)


def test_length_scales_move_at_every_kth_step_only(posterior):
    mean, std = posterior
    prior = GaussianProcessPrior(SCALES, LENGTH, update_every=2)
    moved = []
    for step in range(5):
        prior.advance(step)
        prior.zero_grad()
        value = prior.divergence(mean, std).sum()
        value.backward() if value.requires_grad else None
        gradient = prior.log_length_scale.grad
        moved.append(gradient is not None and bool(gradient.abs().max() > 0))
    assert moved == [True, False, True, False, True]


@pytest.mark.parametrize("core", ["toeplitz", "gpytorch-cholesky"])
def test_between_two_moves_the_factor_is_kept_and_evaluation_leaves_it_alone(core, posterior):
    """Whether or not the core keeps anything."""
    mean, std = posterior
    prior = GaussianProcessPrior(SCALES, LENGTH, core=core, update_every=2)
    prior.advance(0)
    at_first = prior.divergence(mean, std)
    with torch.no_grad():
        prior.log_length_scale.add_(0.3)
    prior.advance(1)
    kept = prior.divergence(mean, std)
    evaluated = prior.resized(LENGTH).divergence(mean, std)
    moved = GaussianProcessPrior(SCALES * math.exp(0.3), LENGTH, core=core).divergence(mean, std)
    torch.testing.assert_close(evaluated, moved, rtol=1e-4, atol=1e-3)
    torch.testing.assert_close(
        kept, at_first if core == "toeplitz" else moved, rtol=1e-4, atol=1e-3
    )
    assert torch.equal(prior.divergence(mean, std), kept)


@pytest.mark.parametrize("length_scale", [0.3, 1.0, LENGTH / 2])
def test_extreme_length_scales_stay_finite(length_scale, posterior):
    scales = torch.full((REPLICATES, LATENTS), length_scale)
    prior = GaussianProcessPrior(scales, LENGTH)
    value = prior.divergence(*posterior)
    value.sum().backward()
    assert torch.isfinite(value).all()
    assert torch.isfinite(prior.log_length_scale.grad).all()
