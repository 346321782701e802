"""Laws of the priors that the VAE methods build, whichever there are."""

import math

import numpy as np
import pytest
import torch

from bssbench.errors import NotApplicable
from bssbench.methods import load_method, method_names
from bssbench.methods.vae._variational import VariationalMethod
from bssbench.priors.base import Batch, expected_negative_entropy

REPLICATES, LATENTS, LENGTH = 3, 2, 40
HALF_DECAYS = np.array([[1.2, 8.0], [2.0, 12.0], [3.0, 5.0]])
ALL = list(range(REPLICATES))

METHODS = {name: load_method(name, {}) for name in method_names()}
VAES = {name: one for name, one in METHODS.items() if isinstance(one, VariationalMethod)}
DENSITIES = [
    name
    for name, method in VAES.items()
    if method.prior(Batch(1, 1, 9, 9, 1, HALF_DECAYS[:1])).normalised
]
every_prior = pytest.mark.parametrize("name", VAES)
every_density = pytest.mark.parametrize("name", DENSITIES)


@pytest.fixture(params=[1, 3])
def spacing(request):
    return request.param


def made(name, spacing, rows=ALL, length=LENGTH):
    """Return the prior with other parameters than it starts with, each replicate's its own."""
    half_decays = HALF_DECAYS[np.array(rows) % REPLICATES]
    prior = VAES[name].prior(Batch(len(rows), LATENTS, length, length, spacing, half_decays))
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for parameter in prior.parameters():
            noise = torch.randn(REPLICATES, *parameter.shape[1:], generator=generator)
            parameter += 0.2 * noise[np.array(rows) % REPLICATES]
    return prior


@pytest.fixture
def posterior():
    generator = torch.Generator().manual_seed(0)
    mean = torch.randn(REPLICATES, LATENTS, LENGTH, generator=generator)
    std = 0.1 + torch.rand(REPLICATES, LATENTS, 1, generator=generator)
    noise = torch.randn(mean.shape, generator=generator)
    return mean, std, mean + std * noise


def log_density(prior, series):
    """Return log p of (replicate, latent, time): what all but the entropy says of a point."""
    std = torch.full((*series.shape[:2], 1), 1e-3)
    entropy = expected_negative_entropy(std, series.shape[-1])
    with torch.no_grad():
        return entropy - prior.divergence(series, std, series)


@every_prior
def test_a_gradient_reaches_every_parameter_from_the_start(name, spacing, posterior):
    half_decays = HALF_DECAYS[ALL]
    prior = VAES[name].prior(Batch(REPLICATES, LATENTS, LENGTH, LENGTH, spacing, half_decays))
    mean, std, _ = (tensor.requires_grad_() for tensor in posterior)
    prior.advance(0)
    prior.divergence(mean, std, mean + 0.5 * std).sum().backward()
    for tensor in [mean, std, *prior.parameters()]:
        assert torch.isfinite(tensor.grad).all()
        # In every replicate, not only in some.
        assert (tensor.grad.flatten(1).abs().amax(1) > 0).all()


@every_prior
def test_a_batch_equals_its_members(name, spacing, posterior):
    together = made(name, spacing).divergence(*posterior)
    assert together.shape == (REPLICATES,)
    for i in ALL:
        alone = made(name, spacing, [i]).divergence(*(tensor[[i]] for tensor in posterior))
        torch.testing.assert_close(alone[0], together[i], rtol=1e-5, atol=1e-4)


@every_prior
def test_one_deviation_for_all_times_is_a_special_case_of_many(name, spacing, posterior):
    mean, std, sample = posterior
    prior = made(name, spacing)
    one = prior.divergence(mean, std, sample)
    many = prior.divergence(mean, std.expand(mean.shape), sample)
    torch.testing.assert_close(one, many, rtol=1e-5, atol=1e-4)


@every_prior
def test_a_resized_prior_is_the_one_made_for_that_length(name, spacing, posterior):
    mean, std, sample = posterior
    prior = made(name, spacing)
    prior.advance(0)
    before = prior.divergence(mean, std, sample)
    if VAES[name].has_held_out_objective:
        resized, short = prior.resized(25), (mean[..., :25], std, sample[..., :25])
        assert list(resized.parameters()) == list(prior.parameters()), "they learn together"
        expected = made(name, spacing, length=25).divergence(*short)
        torch.testing.assert_close(resized.divergence(*short), expected)
    else:
        with pytest.raises(NotApplicable):
            prior.resized(25)
    # And the prior itself still is what it was.
    torch.testing.assert_close(prior.divergence(mean, std, sample), before, rtol=0.0, atol=0.0)


@every_prior
def test_a_resized_prior_is_as_the_parameters_are_now(name, spacing, posterior):
    """Whatever the prior keeps while it is trained."""
    prior = made(name, spacing)
    prior.advance(0)
    with torch.no_grad():
        for parameter in prior.parameters():
            parameter.add_(0.1)
        fresh = made(name, spacing)
        for parameter in fresh.parameters():
            parameter.add_(0.1)
    expected = fresh.divergence(*posterior)
    torch.testing.assert_close(prior.resized(LENGTH).divergence(*posterior), expected)


@every_prior
def test_summaries_are_for_each_replicate_and_latent(name, spacing):
    for value in made(name, spacing).summary().values():
        assert value.shape[:2] == (REPLICATES, LATENTS)
        assert torch.isfinite(value).all()


@every_density
def test_the_divergence_agrees_with_monte_carlo(name, spacing, posterior):
    mean, std, _ = posterior
    prior = made(name, spacing).resized(LENGTH)
    generator = torch.Generator().manual_seed(1)
    differences = []
    for _ in range(300):
        noise = torch.randn(mean.shape, generator=generator)
        sample = mean + std * noise
        log_q = (-0.5 * noise**2 - torch.log(std) - 0.5 * math.log(2.0 * math.pi)).sum((1, 2))
        with torch.no_grad():
            divergence = prior.divergence(mean, std, sample)
        differences.append(log_q - log_density(prior, sample) - divergence)
    differences = torch.stack(differences)
    error = differences.std(0) / math.sqrt(len(differences))
    assert (differences.mean(0).abs() < 4.5 * error + 1e-2).all()


@every_density
def test_samples_have_the_density_that_the_divergence_assumes(name, spacing):
    """Under p, p(a z) a^n / p(z) is one on average, for every a."""
    rows = list(range(900))
    prior = made(name, spacing, rows).resized(LENGTH)
    try:
        series = prior.sample(torch.Generator().manual_seed(2), LENGTH)
    except NotApplicable:
        pytest.skip("there is nothing to draw from")
    assert series.shape == (len(rows), LATENTS, LENGTH)
    factor = 1.03
    volume = LATENTS * LENGTH * math.log(factor)
    log_ratio = log_density(prior, factor * series) - log_density(prior, series) + volume
    ratio = torch.exp(log_ratio)
    error = ratio.std() / math.sqrt(len(rows))
    assert error < 0.03, "or it would say little"
    assert (ratio.mean() - 1.0).abs() < 4.5 * error
