"""Dense float64 references, and posteriors to try cores on."""

from dataclasses import dataclass

import pytest
import torch
from torch.distributions import MultivariateNormal, kl_divergence

from bssbench.kernels.stationary import make_kernel

REPLICATES, LATENTS = 2, 2
# Parameters of each kernel for (replicate, latent), flattened: short, medium and long.
PARAMETERS = {
    "squared-exponential": [(0.5, 4.0, 9.0, 50.0)],
    "matern-1/2": [(0.5, 4.0, 9.0, 50.0)],
    "matern-3/2": [(0.5, 4.0, 9.0, 50.0)],
    "matern-5/2": [(0.5, 4.0, 9.0, 50.0)],
    "periodic": [(0.5, 1.0, 2.0, 1.0), (7.0, 20.0, 33.0, 5.0)],
    "rational-quadratic": [(0.5, 4.0, 9.0, 50.0), (0.5, 1.0, 2.0, 3.0)],
}


@dataclass
class Case:
    """Arguments of a core: mean, variance, noise variance and the kernel's parameters."""

    kernel: str
    tensors: list[torch.Tensor]
    times: torch.Tensor | None

    def run(self, core, dtype=torch.float64, device="cpu"):
        """Return divergences and their gradients in every argument, in float64 on the CPU."""
        arguments = [t.to(device, dtype).clone().requires_grad_() for t in self.tensors]
        mean, variance, noise_variance, *parameters = arguments
        kernel = make_kernel(self.kernel, *parameters)
        times = None if self.times is None else self.times.to(device)
        value = core(mean, variance, kernel, noise_variance, times)
        # Weights, so that no series' gradient is another's.
        weights = torch.arange(1.0, value.numel() + 1).reshape(value.shape).to(value)
        gradients = torch.autograd.grad((value * weights).sum(), arguments)
        return value.detach().double().cpu(), [g.double().cpu() for g in gradients]


@pytest.fixture
def make_case():
    def make(kernel, length=120, irregular=False, parameters=None, dtype=torch.float64):
        generator = torch.Generator().manual_seed(1)
        shape = (REPLICATES, LATENTS, length)
        mean = torch.randn(shape, dtype=torch.float64, generator=generator)
        variance = 0.1 + torch.rand(shape, dtype=torch.float64, generator=generator)
        noise_variance = torch.tensor([[0.01, 0.1], [0.02, 0.5]], dtype=torch.float64)
        chosen = PARAMETERS[kernel] if parameters is None else parameters
        own = [torch.tensor(p, dtype=torch.float64).reshape(REPLICATES, LATENTS) for p in chosen]
        # Rounded once, so that a core in single precision is judged by its own arithmetic.
        tensors = [t.to(dtype).double() for t in (mean, variance, noise_variance, *own)]
        gaps = 2.0 * torch.rand(length, dtype=torch.float64, generator=generator)
        return Case(kernel, tensors, torch.cumsum(gaps, 0) if irregular else None)

    return make


def _distance(length, times):
    times = torch.arange(length, dtype=torch.float64) if times is None else times
    return (times[:, None] - times).abs()


def process_divergence(mean, variance, kernel, noise_variance, times=None):
    """KL from a Gaussian process by torch.distributions, an outside implementation."""
    length = mean.shape[-1]
    matrix = torch.exp(kernel.log_values(_distance(length, times)))
    matrix = matrix + noise_variance[..., None, None] * torch.eye(length, dtype=mean.dtype)
    posterior = MultivariateNormal(mean, torch.diag_embed(variance.expand(mean.shape)))
    return kl_divergence(posterior, MultivariateNormal(torch.zeros_like(mean), matrix))


def regression_divergence(mean, variance, kernel, noise_variance, times=None, reach=None):
    """Divergence from a kernel regression by its definition; `reach` cuts the kernel off."""
    length = mean.shape[-1]
    distance = _distance(length, times)
    log_weights = kernel.log_values(distance)
    log_weights = log_weights.masked_fill(torch.eye(length, dtype=torch.bool), -torch.inf)
    if reach is not None:
        log_weights = log_weights.masked_fill(distance > reach[..., None, None], -torch.inf)
    regressed = (torch.softmax(log_weights, -1) @ mean[..., None])[..., 0]
    prior = torch.distributions.Normal(regressed, noise_variance[..., None].sqrt())
    posterior = torch.distributions.Normal(mean, variance.sqrt())
    return kl_divergence(posterior, prior).sum(-1)


@pytest.fixture
def reference():
    return {"inversion": process_divergence, "regression": regression_divergence}
