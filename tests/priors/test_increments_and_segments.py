import math

import pytest
import torch
from scipy.stats import foldnorm
from torch.distributions import Laplace, Normal
from torch.distributions import kl_divergence as torch_divergence

from bssbench.priors.laplace_increments import LaplaceIncrementsPrior, expected_absolute_value
from bssbench.priors.segmentwise_normal import SegmentwiseNormalPrior

REPLICATES, LATENTS, LENGTH = 3, 2, 40
DRAWS = 2000


@pytest.fixture
def posterior():
    generator = torch.Generator().manual_seed(0)
    mean = 0.3 * torch.randn(REPLICATES, LATENTS, LENGTH, generator=generator)
    return mean, 0.1 + 0.3 * torch.rand(REPLICATES, LATENTS, LENGTH, generator=generator)


def test_the_expected_distance_is_the_folded_normals_mean():
    mean = torch.linspace(-3, 3, 13, dtype=torch.float64)[:, None]
    std = torch.tensor([0.01, 0.5, 2.0], dtype=torch.float64)
    expected = foldnorm.mean((mean.abs() / std).numpy(), scale=std.numpy())
    torch.testing.assert_close(expected_absolute_value(mean, std), torch.tensor(expected))


def test_the_chains_divergence_agrees_with_monte_carlo(posterior):
    mean, std = posterior
    prior = LaplaceIncrementsPrior(
        REPLICATES, LATENTS, rate=4.0, transition_weight=1.0, marginal_weight=0.0
    )
    noise = torch.randn(DRAWS, *mean.shape, generator=torch.Generator().manual_seed(1))
    paths = mean + std * noise
    log_q = Normal(mean, std).log_prob(paths).sum((2, 3))
    first = Normal(0.0, 1.0).log_prob(paths[..., 0]).sum(2)
    log_p = first + Laplace(0.0, 0.25).log_prob(paths.diff(dim=-1)).sum((2, 3))
    estimates = log_q - log_p
    error = estimates.std(0) / math.sqrt(DRAWS)
    assert ((estimates.mean(0) - prior.divergence(mean, std)).abs() < 4 * error).all()


def test_the_weights_are_those_of_their_parts(posterior):
    def weighted(transition, marginal):
        prior = LaplaceIncrementsPrior(
            REPLICATES, LATENTS, transition_weight=transition, marginal_weight=marginal
        )
        return prior.divergence(*posterior)

    every_sample = torch_divergence(Normal(*posterior), Normal(0.0, 1.0)).sum((1, 2))
    torch.testing.assert_close(weighted(0.0, 1.0), every_sample)
    transitions = weighted(1.0, 0.0) - weighted(0.0, 0.0)
    by_default = LaplaceIncrementsPrior(REPLICATES, LATENTS).divergence(*posterior)
    torch.testing.assert_close(by_default, every_sample + 10.0 * transitions, rtol=1e-4, atol=1e-2)


def test_samples_of_the_chain_have_laplace_increments():
    prior = LaplaceIncrementsPrior(200, 2, rate=6.0)
    paths = prior.sample(torch.Generator().manual_seed(0), 300)
    assert paths.shape == (200, 2, 300)
    assert paths[..., 0].std().item() == pytest.approx(1.0, rel=0.1)
    increments = paths.diff(dim=-1)
    assert increments.abs().mean().item() == pytest.approx(1 / 6, rel=0.02)
    assert increments.std().item() == pytest.approx(math.sqrt(2) / 6, rel=0.02)


@pytest.fixture(params=[True, False], ids=["means", "no means"])
def segments(request):
    """Seven segments of six samples, the last of four."""
    prior = SegmentwiseNormalPrior(REPLICATES, LATENTS, LENGTH, 7, learned_means=request.param)
    generator = torch.Generator().manual_seed(2)
    with torch.no_grad():
        for parameter in prior.parameters():
            parameter += torch.randn(parameter.shape, generator=generator)
    summary = prior.summary()
    segment = torch.arange(LENGTH) // 6
    std = summary["segment_std"][..., segment]
    mean = summary["segment_mean"][..., segment] if request.param else torch.zeros_like(std)
    return prior, Normal(mean.detach(), std.detach())


def test_the_segments_divergence_agrees_with_torch(segments, posterior):
    prior, given_segment = segments
    expected = torch_divergence(Normal(*posterior), given_segment).sum((1, 2))
    torch.testing.assert_close(prior.divergence(*posterior), expected, rtol=1e-4, atol=1e-3)


def test_samples_have_the_segments_moments(segments):
    prior, given_segment = segments
    generator = torch.Generator().manual_seed(3)
    paths = torch.stack([prior.sample(generator, LENGTH) for _ in range(DRAWS)])
    error = given_segment.stddev / math.sqrt(DRAWS)
    assert ((paths.mean(0) - given_segment.mean).abs() < 5 * error).all()
    torch.testing.assert_close(paths.std(0), given_segment.stddev, rtol=0.1, atol=0.0)


@pytest.mark.parametrize(("length", "asked", "made"), [(1000, 40, 40), (90, 40, 30), (16, 40, 16)])
def test_no_segment_is_without_a_sample(length, asked, made):
    prior = SegmentwiseNormalPrior(1, 1, length, asked)
    assert prior.log_variance.shape[-1] == made
    prior.divergence(torch.ones(1, 1, length), torch.ones(1, 1, 1)).sum().backward()
    assert (prior.log_variance.grad != 0).all()
