import math

import numpy as np
import pytest
import torch
from torch.distributions import MultivariateNormal, Normal
from torch.distributions import kl_divergence as torch_divergence

from bssbench.models.posterior import Posterior
from bssbench.models.recipe import Form
from bssbench.models.vae import BatchedVAE
from bssbench.priors.kernel_regression import KernelRegressionPrior
from bssbench.priors.laplace_increments import LaplaceIncrementsPrior
from bssbench.priors.standard_normal import StandardNormalPrior

REPLICATES, LATENTS, LENGTH = 2, 3, 4


@pytest.fixture(params=[1, LENGTH], ids=["one covariance", "one for each time"])
def posterior(request):
    generator = torch.Generator().manual_seed(0)

    def drawn(size):
        return torch.randn(REPLICATES, size, request.param, generator=generator)

    mean = torch.randn(REPLICATES, LATENTS, LENGTH, generator=generator)
    return Posterior(mean, torch.exp(0.3 * drawn(LATENTS)), drawn(3))


def factors(posterior):
    """Return L = D (1 + B) of each replicate and time, (replicate, time, latent, latent)."""
    below = posterior.below.mT
    lower = torch.eye(LATENTS).to(below).repeat(*below.shape[:2], 1, 1)
    lower[..., [1, 2, 2], [0, 0, 1]] = below
    whole = posterior.diagonal.mT[..., None] * lower
    return whole.expand(-1, LENGTH, -1, -1)


def test_draws_have_the_stated_mean_and_covariance(posterior):
    generator = torch.Generator().manual_seed(1)
    noise = torch.randn(20_000, *posterior.mean.shape, generator=generator)
    draws = torch.stack([posterior.sample(one) for one in noise])
    lower = factors(posterior)
    covariance = lower @ lower.mT
    centred = (draws - posterior.mean).movedim(-1, 2)
    sampled = torch.einsum("krti,krtj->rtij", centred, centred) / len(draws)
    scale = covariance.diagonal(dim1=-2, dim2=-1).sqrt()
    allowed = 0.05 * scale[..., None] * scale[..., None, :]
    assert ((sampled - covariance).abs() < allowed).all()
    assert (centred.mean(0).abs() < 0.04 * scale).all()
    torch.testing.assert_close(posterior.std.expand(-1, -1, LENGTH), scale.mT)


def test_the_total_correlation_is_the_divergence_from_the_marginals_product(posterior):
    joint = MultivariateNormal(posterior.mean.mT, scale_tril=factors(posterior))
    apart = torch.diag_embed(joint.variance)
    expected = torch_divergence(joint, MultivariateNormal(joint.mean, apart)).sum(1)
    torch.testing.assert_close(posterior.total_correlation(), expected)


@pytest.mark.parametrize("correlated", [True, False])
def test_the_squared_distance_that_a_map_passes_on_is_the_trace_of_its_covariance(correlated):
    generator = torch.Generator().manual_seed(0)
    mean = torch.randn(REPLICATES, LATENTS, LENGTH, generator=generator)
    diagonal = torch.rand(REPLICATES, LATENTS, 1, generator=generator)
    below = torch.randn(REPLICATES, 3, 1, generator=generator) * correlated
    posterior = Posterior(mean, diagonal, below if correlated else None)
    weight = torch.randn(REPLICATES, 5, LATENTS, generator=generator)
    lower = factors(Posterior(mean, diagonal, below))[:, 0]
    covariance = weight @ lower @ lower.mT @ weight.mT
    expected = covariance.diagonal(dim1=-2, dim2=-1).sum(-1)
    torch.testing.assert_close(posterior.squared_distance(weight), expected)


def test_uncorrelated_latents_have_no_total_correlation(posterior):
    zero = torch.zeros_like(posterior.below)
    apart = Posterior(posterior.mean, posterior.diagonal, zero)
    assert (apart.total_correlation() == 0).all()
    torch.testing.assert_close(apart.std, posterior.diagonal)
    plain = Posterior(posterior.mean, posterior.diagonal)
    assert plain.total_correlation() == 0
    noise = torch.randn(posterior.mean.shape, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(plain.sample(noise), apart.sample(noise))


def make_model(prior, nonlinear=True, latents=LATENTS, covariance="rule"):
    """Return a model whose posterior is not as it is at the start, where errors don't correlate."""
    generators = [np.random.default_rng(seed) for seed in range(REPLICATES)]
    form = Form(posterior=covariance)
    model = BatchedVAE(LATENTS, latents, generators, prior, nonlinear, form=form)
    generator = torch.Generator().manual_seed(2)
    with torch.no_grad():
        for parameter in model.encoder.parameters():
            parameter += 0.2 * torch.randn(parameter.shape, generator=generator)
    return model


@pytest.fixture
def observations():
    generator = torch.Generator().manual_seed(3)
    return torch.randn(REPLICATES, LATENTS, LENGTH, generator=generator)


def test_the_objective_is_the_negative_evidence_lower_bound(observations):
    """With correlated errors, by densities alone; equal on average over the same draws."""
    model, variance, draws = make_model(StandardNormalPrior(REPLICATES, LATENTS)), 0.3, 300
    posterior = model.posterior(observations)
    q = MultivariateNormal(posterior.mean.mT, scale_tril=factors(posterior))
    assert (posterior.total_correlation() > 0.05).all()
    generator = torch.Generator().manual_seed(4)
    differences = []
    for _ in range(draws):
        noise = torch.randn(observations.shape, generator=generator)
        z = posterior.sample(noise)
        of_data = (
            Normal(model.reconstruction(z), math.sqrt(variance)).log_prob(observations).sum((1, 2))
        )
        of_latents = Normal(0.0, 1.0).log_prob(z).sum((1, 2)) - q.log_prob(z.mT).sum(1)
        ours = model.objective(observations, variance, noise)
        differences.append((ours + (of_data + of_latents) / LENGTH).detach())
    differences = torch.stack(differences)
    assert (differences.mean(0).abs() < 4 * differences.std(0) / math.sqrt(draws)).all()


def test_errors_correlate_where_the_map_is_nonlinear_and_the_prior_supports_it(observations):
    density = StandardNormalPrior(REPLICATES, LATENTS)
    regression = KernelRegressionPrior(torch.ones(REPLICATES, LATENTS), LENGTH)
    increments = LaplaceIncrementsPrior(REPLICATES, LATENTS)
    for prior in (density, regression):
        assert make_model(prior).posterior(observations).below.shape == (REPLICATES, 3, LENGTH)
    for model in (make_model(density, nonlinear=False), make_model(increments)):
        posterior = model.posterior(observations)
        assert posterior.below is None
        assert posterior.std.shape == (REPLICATES, LATENTS, 1)


def test_what_is_asked_for_goes_before_the_rule(observations):
    increments = LaplaceIncrementsPrior(REPLICATES, LATENTS)
    full = make_model(increments, covariance="full").posterior(observations)
    assert full.below.shape == (REPLICATES, 3, LENGTH)
    diagonal = make_model(StandardNormalPrior(REPLICATES, LATENTS), covariance="diagonal")
    assert diagonal.posterior(observations).below is None
    linear = make_model(StandardNormalPrior(REPLICATES, LATENTS), False, covariance="full")
    assert linear.posterior(observations).below.shape == (REPLICATES, 3, 1)


def test_the_best_full_covariance_of_a_linear_decoder_is_the_exact_posteriors(observations):
    """p(z | x) of a normal z and a linear x, which a diagonal one can't be."""
    variance = 0.3
    model = make_model(StandardNormalPrior(REPLICATES, LATENTS), False, covariance="full").double()
    mixing = torch.tensor([[1.0, 0.8, 0.0], [0.0, 1.0, 0.5], [0.3, 0.0, 1.0]]).double()
    model.decoder.weight.data = mixing.repeat(REPLICATES, 1, 1)
    free = [model.log_std, model.below]
    optimiser = torch.optim.LBFGS(free, max_iter=300, tolerance_grad=1e-10)

    def step():
        optimiser.zero_grad()
        loss = model.objective(observations.double(), variance, None).sum()
        loss.backward()
        return loss

    optimiser.step(step)
    lower = factors(model.posterior(observations.double()))[:, 0].detach()
    exact = torch.linalg.inv(torch.eye(LATENTS).double() + mixing.mT @ mixing / variance)
    torch.testing.assert_close(
        lower @ lower.mT, exact.expand(REPLICATES, -1, -1), rtol=1e-4, atol=1e-5
    )


def test_a_single_latent_has_nothing_to_correlate_with(observations):
    model = make_model(StandardNormalPrior(REPLICATES, 1), latents=1)
    posterior = model.posterior(observations)
    assert posterior.std.shape == (REPLICATES, 1, LENGTH)
    assert posterior.total_correlation() == 0
    assert torch.isfinite(
        model.objective(observations, 0.1, torch.ones(posterior.mean.shape))
    ).all()
