import pytest
import torch

from bssbench.priors.innovations import BASES, Mixture, _MixtureLogDensity

SHAPE = (2, 3)
every_base = pytest.mark.parametrize("name", BASES)


def moved_base(name):
    """Return a base with other parameters than it starts with, in double precision."""
    base = BASES[name](SHAPE).double()
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in base.parameters():
            parameter += 0.3 * torch.randn(parameter.shape, generator=generator)
    return base


@every_base
def test_the_density_has_mass_one_and_the_stated_moments(name):
    base = moved_base(name)
    u = torch.linspace(-40.0, 40.0, 200_001, dtype=torch.float64)
    with torch.no_grad():
        density = torch.exp(base.log_density(u.expand(*SHAPE, -1)))
        variance, excess_kurtosis = base.moments()

    def expectation(values):
        return torch.trapezoid(values * density, u)

    torch.testing.assert_close(expectation(torch.ones_like(u)), torch.ones(SHAPE).double())
    centred = u - expectation(u)[..., None]
    second, fourth = expectation(centred**2), expectation(centred**4)
    # A spline's moments are read off its quantiles, which miss a little of the tails.
    torch.testing.assert_close(variance.double(), second, rtol=5e-3, atol=0.0)
    torch.testing.assert_close(
        excess_kurtosis.double(), fourth / second**2 - 3.0, rtol=0.02, atol=0.02
    )


@every_base
def test_draws_have_the_stated_moments(name):
    base = moved_base(name).float()
    with torch.no_grad():
        draws = base.draw(torch.Generator().manual_seed(1), 200_000).double()
        variance, excess_kurtosis = base.moments()
    assert draws.shape == (*SHAPE, 200_000)
    centred = draws - draws.mean(-1, keepdim=True)
    second, fourth = (centred**2).mean(-1), (centred**4).mean(-1)
    torch.testing.assert_close(second, variance.double(), rtol=0.02, atol=0.0)
    torch.testing.assert_close(
        fourth / second**2 - 3.0, excess_kurtosis.double(), rtol=0.1, atol=0.1
    )


def test_the_mixtures_own_gradient_is_that_of_its_density():
    generator = torch.Generator().manual_seed(2)

    def drawn(*shape):
        return torch.randn(shape, generator=generator, dtype=torch.float64)

    precisions = torch.exp(drawn(*SHAPE, 4))
    inputs = (2.0 * drawn(*SHAPE, 5), drawn(*SHAPE, 4), drawn(*SHAPE, 4), precisions)
    for tensor in inputs:
        tensor.requires_grad_()
    assert torch.autograd.gradcheck(_MixtureLogDensity.apply, inputs)


def test_a_mixtures_density_is_finite_far_from_its_components():
    base = Mixture(SHAPE)
    u = torch.tensor([-1e4, 0.0, 1e4]).expand(*SHAPE, -1).clone().requires_grad_()
    base.log_density(u).sum().backward()
    for tensor in (u, *base.parameters()):
        assert torch.isfinite(tensor.grad).all()
