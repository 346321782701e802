import numpy as np
import pytest
import torch
from torch.distributions import Normal
from torch.distributions import kl_divergence as torch_divergence

from bssbench.errors import NotApplicable
from bssbench.priors.kernel_regression import KernelRegressionPrior

REPLICATES, LATENTS, LENGTH = 3, 2, 40
SCALES = torch.tensor([[0.7, 5.0], [1.0, 8.0], [2.0, 3.0]])


@pytest.fixture
def posterior():
    generator = torch.Generator().manual_seed(0)
    mean = torch.randn(REPLICATES, LATENTS, LENGTH, generator=generator)
    return mean, 0.1 + torch.rand(REPLICATES, LATENTS, 1, generator=generator)


def correlation_penalty(mean):
    """Return −½ T log det of the correlations between latents, by NumPy."""
    matrices = [np.corrcoef(one.numpy(force=True).astype(float)) for one in mean]
    # Off the diagonal by a ten-thousandth less, which keeps the determinant off zero.
    damped = [0.9999 * matrix + 0.0001 * np.eye(len(matrix)) for matrix in matrices]
    values = [-0.5 * mean.shape[-1] * np.linalg.slogdet(matrix)[1] for matrix in damped]
    return torch.tensor(values, dtype=mean.dtype)


def test_it_agrees_with_its_formula(posterior):
    mean, std = (tensor.double() for tensor in posterior)
    prior = KernelRegressionPrior(SCALES, LENGTH, regularisation=0.5, dtype=torch.float64)
    with torch.no_grad():
        prior.log_variance += torch.randn(prior.log_variance.shape)
    time = torch.arange(LENGTH, dtype=torch.float64)
    weights = torch.exp(-0.5 * ((time[:, None] - time) / SCALES.double()[..., None, None]) ** 2)
    weights = weights - torch.diag_embed(torch.diagonal(weights, dim1=-2, dim2=-1))
    regression = (weights @ mean[..., None])[..., 0] / weights.sum(-1)
    variance = torch.exp(prior.log_variance)[..., None]
    local = ((mean - regression) ** 2 + std**2) / variance - torch.log(std**2 / variance) - 1
    q = Normal(mean, std.expand(mean.shape))
    penalty = torch_divergence(q, Normal(torch.zeros_like(mean), torch.ones_like(mean)))
    expected = (0.5 * local + 0.5 * penalty).sum((1, 2)) + correlation_penalty(mean)
    torch.testing.assert_close(prior.divergence(mean, std), expected)


def test_copies_and_constants_are_penalised_within_bounds(posterior):
    mean, std = posterior
    apart = KernelRegressionPrior(SCALES, LENGTH).divergence(mean, std)
    mean[1, 1], mean[2, 1] = -mean[1, 0], 0.7
    mean.requires_grad_()
    value = KernelRegressionPrior(SCALES, LENGTH).divergence(mean, std)
    value.sum().backward()
    assert torch.isfinite(value).all()
    assert torch.isfinite(mean.grad).all()
    assert value[0] == apart[0]
    assert value[1] > apart[1] + 3 * LENGTH


def test_with_a_spacing_interleaved_series_are_regressed_each_on_itself(posterior):
    """So that a prior sees the same of a series at four times the rate."""
    mean, std = posterior
    spacing, used = 3, LENGTH // 3 * 3
    spaced = KernelRegressionPrior(SCALES, LENGTH, 0.0, spacing=spacing)
    alone = KernelRegressionPrior(SCALES / spacing, used // spacing, 0.0)
    parts = [mean[..., start:used:spacing] for start in range(spacing)]
    expected = sum(alone.divergence(part, std) - correlation_penalty(part) for part in parts)
    ours = spaced.divergence(mean, std) - correlation_penalty(mean)
    torch.testing.assert_close(ours, expected, rtol=1e-5, atol=1e-3)


def test_no_bandwidth_leaves_its_bounds_however_far_its_parameter_is_moved():
    prior = KernelRegressionPrior(SCALES, LENGTH, freedom=1.5)
    torch.testing.assert_close(prior.summary()["bandwidth"], SCALES)
    with torch.no_grad():
        for shift, octaves in ((-1e6, -1.5), (1e6, 1.5)):
            prior.shift.fill_(shift)
            torch.testing.assert_close(prior.summary()["bandwidth"], SCALES * 2.0**octaves)
        prior.shift.copy_(torch.tensor([[-3.0, -0.5], [0.1, 0.5], [2.0, 30.0]]))
        octaves = torch.log2(prior.summary()["bandwidth"] / SCALES)
    assert (octaves.abs() <= 1.5 + 1e-5).all()
    assert (octaves.flatten().diff() > 0).all()


@pytest.mark.parametrize("core", ["dense", "chunked", "banded", "fft"])
def test_every_core_gives_the_same_divergence(core, posterior):
    divergences = [
        KernelRegressionPrior(SCALES, LENGTH, core=name).divergence(*posterior)
        for name in (core, "auto")
    ]
    torch.testing.assert_close(*divergences, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("bandwidth", [0.3, 1.0, LENGTH / 2])
def test_extreme_bandwidths_stay_finite(bandwidth, posterior):
    prior = KernelRegressionPrior(torch.full((REPLICATES, LATENTS), bandwidth), LENGTH)
    value = prior.divergence(*posterior)
    value.sum().backward()
    assert torch.isfinite(value).all()
    assert torch.isfinite(prior.log_variance.grad).all()


@pytest.mark.parametrize("shared", [True, False])
def test_latents_can_change_places_if_they_share_all_parameters(shared, posterior):
    mean, std = posterior
    prior = KernelRegressionPrior(SCALES[:, :1].expand(-1, LATENTS), LENGTH, shared=shared)
    with torch.no_grad():
        prior.log_variance.add_(torch.randn(prior.log_variance.shape))
    first, second = (prior.divergence(m, s) for m, s in ((mean, std), (mean.flip(1), std.flip(1))))
    assert torch.allclose(first, second, rtol=1e-5) == shared


def test_a_pseudo_likelihood_has_no_samples():
    with pytest.raises(NotApplicable, match="no density"):
        KernelRegressionPrior(SCALES, LENGTH).sample(torch.Generator(), LENGTH)
