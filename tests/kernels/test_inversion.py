import pytest
import torch
from torch.distributions import MultivariateNormal, kl_divergence

from bssbench.kernels.inversion import divergence_by_factor, divergence_in_covariance, factorise


@pytest.fixture
def problem():
    """Posterior means and variances (2, 3, 30) and covariances of as many processes, float64."""
    generator = torch.Generator().manual_seed(0)
    mean = torch.randn(2, 3, 30, dtype=torch.float64, generator=generator)
    variance = 0.1 + torch.rand(2, 3, 30, dtype=torch.float64, generator=generator)
    time = torch.arange(30, dtype=torch.float64)
    scale = torch.tensor([[0.5, 2.0, 9.0], [1.0, 4.0, 15.0]], dtype=torch.float64)[..., None, None]
    covariance = torch.exp(-0.5 * ((time[:, None] - time) / scale) ** 2)
    return mean, variance, covariance + 0.01 * torch.eye(30, dtype=torch.float64)


def outside_reference(mean, variance, covariance):
    q = MultivariateNormal(mean, torch.diag_embed(variance))
    return kl_divergence(q, MultivariateNormal(torch.zeros_like(mean), covariance))


def test_divergence_agrees_with_torch(problem):
    mean, variance, covariance = problem
    ours = divergence_by_factor(mean, variance, factorise(covariance))
    torch.testing.assert_close(ours, outside_reference(mean, variance, covariance))


def test_one_variance_for_all_times_is_broadcast(problem):
    mean, variance, covariance = problem
    one = variance[..., :1]
    factor = factorise(covariance)
    torch.testing.assert_close(
        divergence_by_factor(mean, one, factor),
        divergence_by_factor(mean, one.expand(mean.shape).clone(), factor),
    )


def test_gradients_agree_with_autograd_through_torch(problem):
    mean, variance, covariance = (tensor.requires_grad_() for tensor in problem)
    slow = torch.autograd.grad(
        outside_reference(mean, variance, covariance).sum(), [mean, variance, covariance]
    )
    factor = factorise(covariance.detach())
    fast = torch.autograd.grad(divergence_by_factor(mean, variance, factor).sum(), [mean, variance])
    torch.testing.assert_close(fast, slow[:2])
    # Torch differentiates through one triangle of a symmetric matrix: compare symmetric parts.
    in_covariance = divergence_in_covariance(mean.detach(), variance.detach(), factor)
    torch.testing.assert_close(in_covariance, 0.5 * (slow[2] + slow[2].mT), rtol=1e-6, atol=1e-6)


def test_gradcheck(problem):
    mean, variance, covariance = problem
    factor = factorise(covariance[:1, :1])
    arguments = (mean[:1, :1].requires_grad_(), variance[:1, :1].requires_grad_())
    assert torch.autograd.gradcheck(lambda m, v: divergence_by_factor(m, v, factor), arguments)
