import gpytorch
import numpy as np
import torch
from gpytorch.distributions import MultivariateNormal
from linear_operator.operators import DiagLinearOperator

from bssbench.methods import Size, load_method
from bssbench.priors.base import Batch

REPLICATES, LATENTS, LENGTH = 2, 3, 150


def plain_gpytorch(mean, std, length_scales):
    """Return the divergence, and the kernel, of a program that knows nothing but GPyTorch."""
    # On the scale that the method learns on; the divergence is the same on any.
    scale = gpytorch.constraints.Positive(transform=torch.exp, inv_transform=torch.log)
    shape = torch.Size(length_scales.shape)
    kernel = gpytorch.kernels.RBFKernel(batch_shape=shape, lengthscale_constraint=scale)
    kernel.lengthscale = length_scales[..., None, None]
    time = torch.arange(LENGTH, dtype=torch.float32)[:, None]
    prior = MultivariateNormal(
        torch.zeros_like(mean), kernel(time).add_diagonal(torch.tensor(0.01))
    )
    posterior = MultivariateNormal(mean, DiagLinearOperator((std**2).expand(mean.shape)))
    with gpytorch.settings.max_cholesky_size(2**31):
        return torch.distributions.kl_divergence(posterior, prior).sum(-1), kernel


def test_it_is_a_plain_gpytorch_program():
    method = load_method("gp-vae-gpytorch", {})
    half_decays = np.array([[1.2, 8.0], [3.0, 15.0]])
    prior = method.prior(Batch(REPLICATES, LATENTS, LENGTH, LENGTH, 1, half_decays))
    start = torch.exp(prior.log_length_scale.detach())
    np.testing.assert_allclose(start[:, [0, -1]], 0.85 * half_decays, rtol=1e-5)

    generator = torch.Generator().manual_seed(0)
    mean = torch.randn(REPLICATES, LATENTS, LENGTH, generator=generator).requires_grad_()
    std = (0.1 + torch.rand(REPLICATES, LATENTS, 1, generator=generator)).requires_grad_()
    expected, kernel = plain_gpytorch(mean, std, start)
    theirs = torch.autograd.grad(expected.sum(), [mean, std, kernel.raw_lengthscale])
    # At every step, whatever its number.
    for step in (0, 1, 7):
        prior.advance(step)
        divergence = prior.divergence(mean, std)
        torch.testing.assert_close(divergence, expected, rtol=1e-5, atol=0.0)
        ours = torch.autograd.grad(divergence.sum(), [mean, std, prior.log_length_scale])
        for gradient, reference in zip(ours, theirs, strict=True):
            error = gradient - reference.reshape(gradient.shape)
            assert error.norm() < 1e-3 * reference.norm()


def test_it_is_tried_at_500_samples_and_not_at_1000():
    method = load_method("gp-vae-gpytorch", {})
    assert not method.objection(Size(10, 500, 3, 3, False))
    assert "factorised 600 times" in method.objection(Size(10, 1000, 3, 3, False))
