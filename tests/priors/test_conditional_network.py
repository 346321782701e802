import math

import pytest
import torch
from torch.distributions import Normal

from bssbench.priors import conditional_network
from bssbench.priors.conditional_network import ConditionalNetwork

ROWS, LATENTS, FEATURES, HIDDEN, OUTPUTS, LENGTH = 3, 2, 4, 5, 2, 7


def make_network(shared=False, scale=0.0):
    shape = (ROWS, 1 if shared else LATENTS)
    network = ConditionalNetwork(shape, FEATURES, HIDDEN, OUTPUTS, scale).double()
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter += torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
    linear = torch.randn(*shape, FEATURES, generator=generator, dtype=torch.float64)
    inputs = torch.randn(ROWS, LATENTS, FEATURES, LENGTH, generator=generator, dtype=torch.float64)
    return network, inputs.requires_grad_(), linear.requires_grad_()


def by_its_definition(network, inputs, linear):
    answer = network.outer @ torch.tanh(network.inner @ inputs + network.bias)
    first = (linear[:, :, None] @ inputs)[:, :, 0]
    return torch.stack([answer[:, :, 0] + first, answer[:, :, 1]], dim=2)


@pytest.mark.parametrize("shared", [False, True], ids=["of each latent", "shared"])
@pytest.mark.parametrize("at_a_time", [1, 3 * HIDDEN * LENGTH, 10**6])
def test_answer_and_gradients_are_those_of_the_definition(shared, at_a_time, monkeypatch):
    """However many series are worked on at a time."""
    monkeypatch.setattr(conditional_network, "_AT_A_TIME", at_a_time)
    network, inputs, linear = make_network(shared)
    wanted = [inputs, linear, *network.parameters()]
    answer = network(inputs, linear)
    expected = by_its_definition(network, inputs, linear)
    torch.testing.assert_close(answer, expected)
    weights = torch.linspace(-1.0, 1.0, answer.numel(), dtype=torch.float64).reshape(answer.shape)
    own = torch.autograd.grad((answer * weights).sum(), wanted)
    for one, other in zip(
        own, torch.autograd.grad((expected * weights).sum(), wanted), strict=True
    ):
        torch.testing.assert_close(one, other)


def test_the_penalty_is_the_weights_density_up_to_a_constant():
    """A Cauchy vector is a normal one whose precision is drawn from a Gamma(1/2) distribution."""
    network, *_ = make_network(scale=0.7)
    normal = Normal(torch.tensor(0.0, dtype=torch.float64), 0.3)
    expected = torch.zeros(ROWS, dtype=torch.float64)
    for weights in (network.inner, torch.zeros_like(network.inner)):
        sign = -1.0 if weights is network.inner else 1.0
        expected += sign * normal.log_prob(weights).sum((1, 2, 3))
    # By quadrature over the logarithm of the precision, for each latent's and output's vector.
    grid = torch.linspace(-30.0, 30.0, 20_001, dtype=torch.float64)
    precision = torch.exp(grid)
    log_prior = 0.5 * grid - 0.5 * precision * 0.7**2
    for latent in range(LATENTS):
        for output in range(OUTPUTS):
            for vectors, sign in ((network.outer[:, latent, output], -1.0), (None, 1.0)):
                squared = (
                    torch.zeros(ROWS, dtype=torch.float64)
                    if vectors is None
                    else (vectors.square().sum(-1))
                )
                terms = log_prior + 0.5 * HIDDEN * (grid - math.log(2 * math.pi))
                terms = terms - 0.5 * precision * squared[:, None]
                expected += sign * torch.logsumexp(terms, dim=1)
    torch.testing.assert_close(network.penalty(), expected, rtol=1e-6, atol=1e-6)


def test_without_a_scale_there_is_no_penalty():
    network, *_ = make_network()
    assert network.penalty() == 0.0
