"""Tests of the priors that VAE methods build."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
import torch

from bssbench.errors import NotApplicable
from bssbench.methods import load_method
from bssbench.priors.base import Batch, Prior, expected_negative_entropy
from bssbench.testing.options import of_kind
from bssbench.testing.problems import trains

_REPLICATES, _LATENTS, _LENGTH = 3, 2, 40
_HALF_DECAYS = np.array([[1.2, 8.0], [2.0, 12.0], [3.0, 5.0]])
_ALL = list(range(_REPLICATES))

_Posterior = tuple[torch.Tensor, torch.Tensor, torch.Tensor]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every test on every prior, or on every prior with a normalised density."""
    kinds = {"prior_name", "density_name"}.intersection(metafunc.fixturenames)
    if kinds:
        names = [name for name in of_kind(metafunc.config, "method") if trains(name)]
        if "density_name" in kinds:
            names = [name for name in names if _made(name, 1, [0]).normalised]
        metafunc.parametrize(kinds.pop(), names)


@pytest.fixture(params=[1, 3])
def spacing(request: pytest.FixtureRequest) -> int:
    """Return the `spacing` of the batch, in samples."""
    return int(request.param)


@pytest.fixture
def posterior() -> _Posterior:
    """Return the mean and standard deviation of a posterior, and a sample from it."""
    generator = torch.Generator().manual_seed(0)
    mean = torch.randn(_REPLICATES, _LATENTS, _LENGTH, generator=generator)
    std = 0.1 + torch.rand(_REPLICATES, _LATENTS, 1, generator=generator)
    noise = torch.randn(mean.shape, generator=generator)
    return mean, std, mean + std * noise


def _made(name: str, spacing: int, rows: Sequence[int] = _ALL, length: int = _LENGTH) -> Prior:
    """Return the prior with perturbed parameters, which differ between replicates."""
    own = np.array(rows) % _REPLICATES
    batch = Batch(len(rows), _LATENTS, length, length, spacing, _HALF_DECAYS[own])
    prior: Prior = load_method(name, {}).prior(batch)
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for parameter in prior.parameters():
            noise = torch.randn(_REPLICATES, *parameter.shape[1:], generator=generator)
            parameter.add_(0.2 * noise[own])
    return prior


def _log_density(prior: Prior, series: torch.Tensor) -> torch.Tensor:
    """Return the log density of a series, from the divergence of a very narrow posterior."""
    std = torch.full((*series.shape[:2], 1), 1e-3)
    entropy = expected_negative_entropy(std, series.shape[-1])
    with torch.no_grad():
        return entropy - prior.divergence(series, std, series)


def test_a_gradient_reaches_every_parameter_from_the_start(
    prior_name: str, spacing: int, posterior: _Posterior
) -> None:
    """Gradients are finite and nonzero for all parameters, the mean and the deviation."""
    half_decays = _HALF_DECAYS[_ALL]
    prior = load_method(prior_name, {}).prior(
        Batch(_REPLICATES, _LATENTS, _LENGTH, _LENGTH, spacing, half_decays)
    )
    mean, std, _ = (tensor.requires_grad_() for tensor in posterior)
    prior.advance(0)
    prior.divergence(mean, std, mean + 0.5 * std).sum().backward()
    for tensor in [mean, std, *prior.parameters()]:
        assert torch.isfinite(tensor.grad).all()
        # In every replicate, not only in some.
        assert (tensor.grad.flatten(1).abs().amax(1) > 0).all()


def test_a_batch_equals_its_members(prior_name: str, spacing: int, posterior: _Posterior) -> None:
    """The divergence of a replicate does not depend on the other replicates."""
    together = _made(prior_name, spacing).divergence(*posterior)
    assert together.shape == (_REPLICATES,)
    for i in _ALL:
        alone = _made(prior_name, spacing, [i]).divergence(*(tensor[[i]] for tensor in posterior))
        torch.testing.assert_close(alone[0], together[i], rtol=1e-5, atol=1e-4)


def test_one_deviation_for_all_times_is_a_special_case_of_many(
    prior_name: str, spacing: int, posterior: _Posterior
) -> None:
    """A deviation given once is equivalent to the same value at every time."""
    mean, std, sample = posterior
    prior = _made(prior_name, spacing)
    one = prior.divergence(mean, std, sample)
    many = prior.divergence(mean, std.expand(mean.shape), sample)
    torch.testing.assert_close(one, many, rtol=1e-5, atol=1e-4)


def test_a_resized_prior_is_the_one_made_for_that_length(
    prior_name: str, spacing: int, posterior: _Posterior
) -> None:
    """It shares the parameters; a prior that cannot be resized raises `NotApplicable`."""
    mean, std, sample = posterior
    prior = _made(prior_name, spacing)
    prior.advance(0)
    before = prior.divergence(mean, std, sample)
    if load_method(prior_name, {}).has_held_out_objective:
        resized, short = prior.resized(25), (mean[..., :25], std, sample[..., :25])
        assert list(resized.parameters()) == list(prior.parameters()), "they learn together"
        expected = _made(prior_name, spacing, length=25).divergence(*short)
        torch.testing.assert_close(resized.divergence(*short), expected)
    else:
        with pytest.raises(NotApplicable):
            prior.resized(25)
    # Resizing did not change the prior itself.
    torch.testing.assert_close(prior.divergence(mean, std, sample), before, rtol=0.0, atol=0.0)


def test_a_resized_prior_is_as_the_parameters_are_now(
    prior_name: str, spacing: int, posterior: _Posterior
) -> None:
    """A resized prior uses current parameters, even if the prior caches results in training."""
    prior = _made(prior_name, spacing)
    prior.advance(0)
    with torch.no_grad():
        for parameter in prior.parameters():
            parameter.add_(0.1)
        fresh = _made(prior_name, spacing)
        for parameter in fresh.parameters():
            parameter.add_(0.1)
    expected = fresh.divergence(*posterior)
    torch.testing.assert_close(prior.resized(_LENGTH).divergence(*posterior), expected)


def test_summaries_are_for_each_replicate_and_latent(prior_name: str, spacing: int) -> None:
    """Every summary has an entry per replicate and latent, and all are finite."""
    for value in _made(prior_name, spacing).summary().values():
        assert value.shape[:2] == (_REPLICATES, _LATENTS)
        assert torch.isfinite(value).all()


def test_the_divergence_agrees_with_monte_carlo(
    density_name: str, spacing: int, posterior: _Posterior
) -> None:
    """The divergence is the expectation of log q − log p under q."""
    mean, std, _ = posterior
    prior = _made(density_name, spacing).resized(_LENGTH)
    generator = torch.Generator().manual_seed(1)
    differences = []
    for _ in range(300):
        noise = torch.randn(mean.shape, generator=generator)
        sample = mean + std * noise
        log_q = (-0.5 * noise**2 - torch.log(std) - 0.5 * math.log(2.0 * math.pi)).sum((1, 2))
        with torch.no_grad():
            divergence = prior.divergence(mean, std, sample)
        differences.append(log_q - _log_density(prior, sample) - divergence)
    drawn = torch.stack(differences)
    error = drawn.std(0) / math.sqrt(len(drawn))
    assert (drawn.mean(0).abs() < 4.5 * error + 1e-2).all()


def test_samples_have_the_density_that_the_divergence_assumes(
    density_name: str, spacing: int
) -> None:
    """If z is drawn from p, the mean of p(a z) aⁿ / p(z) is 1 for every a > 0."""
    rows = list(range(900))
    prior = _made(density_name, spacing, rows).resized(_LENGTH)
    try:
        series = prior.sample(torch.Generator().manual_seed(2), _LENGTH)
    except NotApplicable:
        pytest.skip("the prior can't be sampled")
    assert series.shape == (len(rows), _LATENTS, _LENGTH)
    factor = 1.03
    volume = _LATENTS * _LENGTH * math.log(factor)
    log_ratio = _log_density(prior, factor * series) - _log_density(prior, series) + volume
    ratio = torch.exp(log_ratio)
    error = ratio.std() / math.sqrt(len(rows))
    assert error < 0.03, "the estimate is too inaccurate to test"
    assert (ratio.mean() - 1.0).abs() < 4.5 * error
