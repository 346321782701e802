"""Laws of the Gaussian process on a circle: its spectra, what it is exact for, what it bounds."""

import pytest
import torch
from torch.distributions import MultivariateNormal, kl_divergence

from bssbench.kernels.catalogue import CORES
from bssbench.kernels.core import load_core, load_function
from bssbench.kernels.spectra import sampled_spectrum
from bssbench.kernels.stationary import KERNELS, covariance, make_kernel

ENDING = CORES["spectral-padded"].kernels
# From far below one sample to longer than the circle, and on both sides of each change of form.
SCALES = (0.05, 0.3, 0.59, 0.61, 1.5, 3.9, 4.1, 12.0, 40.0)


def wrapped(kernel, period):
    """Return Σ_n k(d + nP), (…, period), by the definition."""
    turns = 2400 // period
    around = torch.arange(-turns, turns + 1, dtype=torch.float64)[:, None] * period
    distance = (torch.arange(period, dtype=torch.float64) + around).abs()
    return covariance(kernel, distance).sum(-2)


def circulant(column):
    """Return circulant matrices of first columns (…, period)."""
    period = column.shape[-1]
    places = torch.arange(period)
    return column[..., (places[:, None] - places) % period]


def circular_divergence(mean, variance, kernel, noise_variance, _times):
    """KL from a process on a circle by torch.distributions, an outside implementation."""
    length = mean.shape[-1]
    noise = noise_variance[..., None, None] * torch.eye(length, dtype=mean.dtype)
    matrix = circulant(wrapped(kernel, length)) + noise
    posterior = MultivariateNormal(mean, torch.diag_embed(variance.expand(mean.shape)))
    return kl_divergence(posterior, MultivariateNormal(torch.zeros_like(mean), matrix))


@pytest.mark.parametrize("period", [2, 3, 64, 63])
@pytest.mark.parametrize("name", ENDING)
def test_a_spectrum_is_that_of_the_sampled_kernel_with_its_aliases(name, period):
    scales = torch.tensor(SCALES, dtype=torch.float64)
    expected = torch.fft.rfft(wrapped(make_kernel(name, scales), period)).real
    slopes = torch.autograd.functional.jvp(
        lambda scale: torch.fft.rfft(wrapped(make_kernel(name, scale), period)).real,
        scales,
        torch.ones_like(scales),
    )[1]
    for dtype, tolerance in ((torch.float64, 1e-8), (torch.float32, 2e-5)):
        actual, (slope,) = sampled_spectrum(make_kernel(name, scales), period, dtype, learned=True)
        assert (actual >= 0).all()
        largest = expected.amax(-1, keepdim=True)
        assert ((actual - expected).abs() <= tolerance * largest).all()
        steepest = slopes.abs().amax(-1, keepdim=True) + largest
        assert ((slope - slopes).abs() <= 10 * tolerance * steepest).all()


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("length", [120, 121])
@pytest.mark.parametrize("name", ENDING)
def test_it_is_the_divergence_from_a_process_on_a_circle(name, length, dtype, make_case):
    case = make_case(name, length=length, dtype=dtype)
    value, gradients = case.run(load_core("spectral"), dtype)
    expected, slopes = case.run(circular_divergence)
    tolerance = 1e-8 if dtype == torch.float64 else 1e-4
    torch.testing.assert_close(value, expected, rtol=tolerance, atol=0.0)
    for gradient, slope in zip(gradients, slopes, strict=True):
        assert (gradient - slope).norm() <= 10 * tolerance * slope.norm()


def test_it_is_exact_for_a_periodic_kernel_that_fits(make_case):
    scales, periods = (0.5, 1.0, 2.0, 1.0), (12.0, 30.0, 60.0, 120.0)
    case = make_case("periodic", length=120, parameters=[scales, periods])
    value, gradients = case.run(load_core("spectral"))
    expected, slopes = case.run(load_core("cholesky"))
    torch.testing.assert_close(value, expected)
    # Not in the period: with another one it fits no more.
    for gradient, slope in zip(gradients[:4], slopes[:4], strict=True):
        assert (gradient - slope).norm() <= 1e-6 * slope.norm()


@pytest.mark.parametrize("name", ENDING)
def test_what_the_ends_cost_does_not_grow_with_the_series(name, make_case):
    def error(length):
        case = make_case(name, length=length, parameters=[(1.0, 3.0, 5.0, 9.0)])
        exact, _ = case.run(load_core("cholesky"))
        return (case.run(load_core("spectral"))[0] - exact).abs() / exact

    assert (error(1600) < 0.5 * error(200).clamp(min=1e-3)).all()


@pytest.mark.parametrize("name", ENDING)
def test_padding_embeds_the_process_and_bounds_its_divergence(name, make_case):
    scales = (0.5, 2.0, 4.0, 5.0)
    case = make_case(name, length=120, parameters=[scales])
    kernel = make_kernel(name, torch.tensor(scales, dtype=torch.float64).reshape(2, 2))
    noise_variance = case.tensors[2]
    factor = load_function("spectral-padded")(kernel, noise_variance, 120, torch.float64)
    for rows, part in factor.parts:
        own = kernel.length_scale.flatten()[rows]
        spectrum, _ = sampled_spectrum(make_kernel(name, own), part.period, torch.float64, False)
        leading = torch.fft.irfft(spectrum, n=part.period)[:, :120]
        expected = covariance(make_kernel(name, own), torch.arange(120.0, dtype=torch.float64))
        torch.testing.assert_close(leading, expected, rtol=0.0, atol=1e-6)
    exact, _ = case.run(load_core("cholesky"))
    assert (case.run(load_core("spectral-padded"))[0] >= exact).all()


@pytest.mark.parametrize("name", ["spectral", "spectral-padded"])
def test_a_series_that_diverged_is_nobody_elses_trouble(name, make_case):
    case = make_case("squared-exponential", length=60)
    expected, slopes = case.run(load_core(name))
    case.tensors[0][0, 1] = torch.nan
    value, gradients = case.run(load_core(name))
    kept = [0, 2, 3]
    assert value.flatten()[1].isnan()
    assert torch.equal(value.flatten()[kept], expected.flatten()[kept])
    for gradient, slope in zip(gradients, slopes, strict=True):
        assert torch.equal(gradient.flatten(0, 1)[kept], slope.flatten(0, 1)[kept])


def test_every_kernel_has_a_spectrum():
    for name in KERNELS:
        more = [torch.tensor([3.0], dtype=torch.float64)] if name not in ENDING else []
        kernel = make_kernel(name, torch.tensor([2.0], dtype=torch.float64), *more)
        spectrum, slopes = sampled_spectrum(kernel, 50, torch.float64, learned=True)
        assert spectrum.shape == (1, 26)
        assert (spectrum >= 0).all()
        assert len(slopes) == len(kernel.parameters)
