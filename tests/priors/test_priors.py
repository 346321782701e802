import math

import numpy as np
import pytest
import torch
from torch.distributions import MultivariateNormal, Normal
from torch.distributions import kl_divergence as torch_divergence

from bssbench.errors import NotApplicable
from bssbench.priors.autoregressive_flow import AutoregressiveFlowPrior, FlowForm
from bssbench.priors.gaussian_process import GaussianProcessPrior
from bssbench.priors.kernel_regression import KernelRegressionPrior
from bssbench.priors.laplace_increments import LaplaceIncrementsPrior
from bssbench.priors.segmentwise_normal import SegmentwiseNormalPrior
from bssbench.priors.standard_normal import StandardNormalPrior

REPLICATES, LATENTS, LENGTH = 3, 2, 40
SCALES = torch.tensor([[0.7, 5.0], [1.0, 8.0], [2.0, 3.0]])

SPACINGS = [1, 3, 2]


def flow(rows, shared=False):
    form = FlowForm(order=2, hidden_units=3, state_dependent_scale=True)
    return AutoregressiveFlowPrior([SPACINGS[row] for row in rows], LATENTS, form, shared)


def regression(rows, length, **options):
    return KernelRegressionPrior(SCALES[rows], length, **options)


PRIORS = {
    "standard normal": lambda rows, length=LENGTH: StandardNormalPrior(len(rows), LATENTS),
    "kernel regression": lambda rows, length=LENGTH: regression(rows, length),
    "learned regression": lambda rows, length=LENGTH: regression(rows, length, freedom=1.0),
    "shared regression": lambda rows, length=LENGTH: regression(rows, length, shared=True),
    "spaced regression": lambda rows, length=LENGTH: regression(
        rows, length, spacings=[SPACINGS[row] for row in rows]
    ),
    "spaced learned regression": lambda rows, length=LENGTH: regression(
        rows, length, freedom=1.0, spacings=[SPACINGS[row] for row in rows]
    ),
    "autoregressive flow": lambda rows, length=LENGTH: flow(rows),
    "shared flow": lambda rows, length=LENGTH: flow(rows, shared=True),
    "Gaussian process": lambda rows, length=LENGTH: GaussianProcessPrior(
        SCALES[rows], length, update_every=2
    ),
    "Laplace increments": lambda rows, length=LENGTH: LaplaceIncrementsPrior(len(rows), LATENTS),
    "segmentwise normal": lambda rows, length=LENGTH: SegmentwiseNormalPrior(
        len(rows), LATENTS, length, segments=7, learned_means=True
    ),
}
ALL = list(range(REPLICATES))
every_prior = pytest.mark.parametrize("make", PRIORS.values(), ids=PRIORS.keys())


def moved(prior, rows=ALL):
    """Return the prior with other parameters than it starts with, each replicate's its own."""
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for parameter in prior.parameters():
            noise = torch.randn(REPLICATES, *parameter.shape[1:], generator=generator)
            parameter += 0.2 * noise[rows]
    return prior


@pytest.fixture
def posterior():
    generator = torch.Generator().manual_seed(0)
    mean = torch.randn(REPLICATES, LATENTS, LENGTH, generator=generator)
    std = 0.1 + torch.rand(REPLICATES, LATENTS, 1, generator=generator)
    noise = torch.randn(mean.shape, generator=generator)
    return mean.requires_grad_(), std.requires_grad_(), mean + std * noise


@every_prior
def test_a_gradient_reaches_every_parameter(make, posterior):
    prior = make(ALL)
    mean, std, sample = posterior
    prior.divergence(mean, std, sample).sum().backward()
    for tensor in [mean, std, *prior.parameters()]:
        assert torch.isfinite(tensor.grad).all()
        # In every replicate, not only in some.
        assert (tensor.grad.flatten(1).abs().amax(1) > 0).all()


@every_prior
def test_a_batch_equals_its_members(make, posterior):
    mean, std, sample = posterior
    together = moved(make(ALL)).divergence(mean, std, sample)
    assert together.shape == (REPLICATES,)
    for i in ALL:
        one = slice(i, i + 1)
        alone = moved(make([i]), [i]).divergence(mean[one], std[one], sample[one])
        torch.testing.assert_close(alone[0], together[i], rtol=1e-5, atol=1e-4)


@every_prior
def test_one_deviation_for_all_times_is_a_special_case_of_many(make, posterior):
    mean, std, sample = posterior
    one = make(ALL).divergence(mean, std, sample)
    many = make(ALL).divergence(mean, std.expand(mean.shape), sample)
    torch.testing.assert_close(one, many, rtol=1e-5, atol=1e-4)


@every_prior
def test_a_resized_prior_is_the_one_made_for_that_length(make, posterior):
    mean, std, sample = (tensor.detach() for tensor in posterior)
    prior = moved(make(ALL))
    before = prior.divergence(mean, std, sample)
    if isinstance(prior, SegmentwiseNormalPrior):
        with pytest.raises(NotApplicable, match="segments of another series"):
            prior.resized(25)
        return
    resized, short = prior.resized(25), (mean[..., :25], std, sample[..., :25])
    assert list(resized.parameters()) == list(prior.parameters()), "they learn together"
    expected = moved(make(ALL, 25)).divergence(*short)
    torch.testing.assert_close(resized.divergence(*short), expected)
    # And the prior itself still is what it was.
    torch.testing.assert_close(prior.divergence(mean, std, sample), before)


@pytest.mark.parametrize("family", ["flow", "regression"])
def test_latents_that_share_all_parameters_can_change_places(family, posterior):
    mean, std, sample = (tensor.detach() for tensor in posterior)
    scales = SCALES[:, :1].expand(-1, LATENTS)
    for shared in (True, False):
        prior = (
            flow(ALL, shared)
            if family == "flow"
            else KernelRegressionPrior(scales, LENGTH, shared=shared)
        )
        moved(prior)
        first = prior.divergence(mean, std, sample)
        second = prior.divergence(mean.flip(1), std.flip(1), sample.flip(1))
        assert torch.allclose(first, second, rtol=1e-5) == shared


def correlation_penalty(mean):
    """Return −½ T log det of the correlations between latents, by NumPy."""
    matrices = [np.corrcoef(one.numpy(force=True).astype(float)) for one in mean]
    # Off the diagonal by a ten-thousandth less, which keeps the determinant off zero.
    damped = [0.9999 * matrix + 0.0001 * np.eye(len(matrix)) for matrix in matrices]
    values = [-0.5 * mean.shape[-1] * np.linalg.slogdet(matrix)[1] for matrix in damped]
    return torch.tensor(values, dtype=mean.dtype)


def test_copies_and_constants_are_penalised_within_bounds(posterior):
    mean, std, _ = (tensor.detach().clone() for tensor in posterior)
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
    mean, std, _ = (tensor.detach() for tensor in posterior)
    spacing, used = 3, LENGTH // 3 * 3
    spaced = KernelRegressionPrior(SCALES, LENGTH, 0.0, spacings=[spacing] * REPLICATES)
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


@every_prior
def test_summaries_are_for_each_replicate_and_latent(make):
    for value in make(ALL).summary().values():
        assert value.shape[:2] == (REPLICATES, LATENTS)
        assert torch.isfinite(value).all()


def test_gaussian_samples_have_the_covariance_that_the_divergence_assumes():
    generator = torch.Generator().manual_seed(1)
    process = PRIORS["Gaussian process"](ALL)
    expected = {
        PRIORS["standard normal"](ALL): torch.eye(LENGTH),
        process: process.covariance(LENGTH).float(),
    }
    for prior, covariance in expected.items():
        draws = torch.stack([prior.sample(generator, LENGTH) for _ in range(400)])
        assert draws.shape == (400, REPLICATES, LATENTS, LENGTH)
        sampled = torch.einsum("krlt,krls->rlts", draws, draws) / len(draws)
        assert (sampled - covariance).abs().max() < 0.35


def test_a_pseudo_likelihood_has_no_samples():
    with pytest.raises(NotApplicable, match="pseudo-likelihood"):
        PRIORS["kernel regression"](ALL).sample(torch.Generator(), LENGTH)


def test_standard_normal_and_process_agree_with_torch(posterior):
    mean, std, _ = posterior
    q = Normal(mean.double(), std.double().expand(mean.shape))
    expected = torch_divergence(q, Normal(0.0, 1.0)).sum((1, 2))
    ours = PRIORS["standard normal"](ALL).divergence(mean, std)
    torch.testing.assert_close(ours.double(), expected, rtol=1e-5, atol=1e-5)

    prior = PRIORS["Gaussian process"](ALL)
    covariance = prior.covariance(LENGTH)
    q = MultivariateNormal(mean.double(), torch.diag_embed(q.variance))
    p = MultivariateNormal(torch.zeros_like(mean).double(), covariance)
    expected = torch_divergence(q, p).sum(1)
    torch.testing.assert_close(prior.divergence(mean, std).double(), expected, rtol=1e-4, atol=1e-3)


def test_kernel_regression_agrees_with_its_formula(posterior):
    mean, std, _ = (tensor.double() for tensor in posterior)
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


@pytest.mark.parametrize("core", ["cholesky", "toeplitz", "inducing", "gpytorch-cholesky"])
def test_every_core_teaches_the_length_scales_the_same(core, posterior):
    """Through the prior; `inducing` has as many points as there are samples."""
    mean, std, _ = (tensor.detach() for tensor in posterior)
    prior = GaussianProcessPrior(SCALES, LENGTH, core=core)
    prior.divergence(mean, std).sum().backward()
    scales = torch.log(SCALES.double()).requires_grad_()
    time = torch.arange(LENGTH, dtype=torch.float64)
    exponent = -0.5 * ((time[:, None] - time) / torch.exp(scales)[..., None, None]) ** 2
    covariance = torch.exp(exponent) + 0.01 * torch.eye(LENGTH)
    q = MultivariateNormal(mean.double(), torch.diag_embed((std**2).double().expand(mean.shape)))
    p = MultivariateNormal(torch.zeros_like(mean).double(), covariance)
    (expected,) = torch.autograd.grad(torch_divergence(q, p).sum(), scales)
    torch.testing.assert_close(prior.log_length_scale.grad.double(), expected, rtol=2e-3, atol=1e-2)


def test_an_evaluated_divergence_is_of_the_length_scales_that_are_reported(posterior):
    """After the last step, when no factor has been renewed since they moved."""
    mean, std, _ = (tensor.detach() for tensor in posterior)
    prior = GaussianProcessPrior(SCALES, LENGTH, update_every=2)
    prior.divergence(mean, std)
    with torch.no_grad():
        prior.log_length_scale.add_(0.3)
        moved = prior.divergence(mean, std)
        expected = GaussianProcessPrior(SCALES * math.exp(0.3), LENGTH).divergence(mean, std)
    torch.testing.assert_close(moved, expected, rtol=1e-4, atol=1e-3)


def test_samples_of_a_process_have_its_correlation():
    prior = GaussianProcessPrior(torch.full((1, 1), 10.0), LENGTH, kernel="matern-1/2")
    generator = torch.Generator().manual_seed(0)
    paths = torch.stack([prior.sample(generator, LENGTH)[0, 0] for _ in range(2000)])
    correlation = (paths[:, 0] * paths[:, 5]).mean().item()
    assert correlation == pytest.approx(math.exp(-0.5), abs=0.08)


@pytest.mark.parametrize("core", ["dense", "chunked", "banded", "fft"])
def test_every_regression_core_gives_the_same_divergence(core, posterior):
    mean, std, sample = posterior
    divergences = [
        KernelRegressionPrior(SCALES, LENGTH, core=name).divergence(mean, std, sample)
        for name in (core, "auto")
    ]
    torch.testing.assert_close(*divergences, rtol=1e-4, atol=1e-3)


def test_length_scales_move_at_every_kth_step_only(posterior):
    mean, std, _ = (tensor.detach() for tensor in posterior)
    prior = PRIORS["Gaussian process"](ALL)
    moved = []
    for step in range(5):
        prior.advance(step)
        prior.zero_grad()
        value = prior.divergence(mean, std).sum()
        value.backward() if value.requires_grad else None
        gradient = prior.log_length_scale.grad
        moved.append(gradient is not None and bool(gradient.abs().max() > 0))
    assert moved == [True, False, True, False, True]


@pytest.mark.parametrize("length_scale", [0.3, 1.0, LENGTH / 2])
def test_extreme_length_scales_stay_finite(length_scale, posterior):
    mean, std, sample = posterior
    scales = torch.full((REPLICATES, LATENTS), length_scale)
    for prior in (KernelRegressionPrior(scales, LENGTH), GaussianProcessPrior(scales, LENGTH)):
        value = prior.divergence(mean, std, sample)
        value.sum().backward()
        assert torch.isfinite(value).all()
        assert all(torch.isfinite(p.grad).all() for p in prior.parameters())
