"""The closed scale: what it fixes, and what one prior for all latents can then no longer see."""

import dataclasses

import numpy as np
import pytest
import torch

from bssbench.models.posterior import Posterior
from bssbench.models.recipe import Form
from bssbench.models.scale import standardised
from bssbench.models.vae import BatchedVAE
from bssbench.priors.autoregressive_flow import AutoregressiveFlowPrior, FlowForm
from bssbench.priors.gaussian_process import GaussianProcessPrior
from bssbench.priors.kernel_regression import KernelRegressionPrior

REPLICATES, LATENTS, LENGTH, VARIANCE = 2, 3, 120, 0.01
LINEAR = FlowForm(order=4, octaves=0, hidden_units=0, base="normal")


@pytest.fixture
def observations():
    """White over a whole series, of sources whose spectra differ; (replicate, component, time)."""
    generator = np.random.default_rng(0)
    widths = np.array([0.5, 2.0, 6.0])[:, None]
    kernels = np.exp(-0.5 * (np.arange(-15, 16) / widths) ** 2)
    drawn = generator.standard_normal((REPLICATES, LATENTS, LENGTH))
    sources = [[np.convolve(*pair, "same") for pair in zip(s, kernels, strict=True)] for s in drawn]
    centred = np.array(sources) - np.mean(sources, axis=-1, keepdims=True)
    # Whitened symmetrically, so that the components are nearly the sources.
    left, _, right = np.linalg.svd(centred, full_matrices=False)
    return torch.tensor(left @ right * LENGTH**0.5)


@pytest.fixture
def noise():
    generator = torch.Generator().manual_seed(1)
    return torch.randn(REPLICATES, LATENTS, LENGTH, generator=generator, dtype=torch.float64)


def regression(shared):
    bandwidths = torch.tensor([[2.0, 2.0, 2.0] if shared else [0.5, 1.0, 3.0]])
    return KernelRegressionPrior(bandwidths.repeat(REPLICATES, 1), LENGTH, shared=shared)


def process(core):
    def make(shared):
        scales = torch.tensor([[2.0, 2.0, 2.0] if shared else [0.5, 2.0, 6.0]])
        return GaussianProcessPrior(
            scales.repeat(REPLICATES, 1), LENGTH, core=core, update_every=1, shared=shared
        )

    return make


def flow(form):
    def make(shared):
        prior = AutoregressiveFlowPrior(REPLICATES, LATENTS, 1, form, shared)
        with torch.no_grad():
            coefficients = prior.layers[0].coefficients
            coefficients[..., 0] = torch.linspace(0.8, 0.2, coefficients.shape[1])
            prior.layers[0].log_scale.fill_(-0.5)
        return prior

    return make


GAUSSIAN = {
    "regression": regression,
    "process": process("toeplitz"),
    "spectral": process("spectral"),
    "flow": flow(LINEAR),
}
every_gaussian = pytest.mark.parametrize("name", GAUSSIAN)


def objective(prior, scale, turn, observations, noise):
    """Return the objective where latents of unlike scales, white but for these, are turned."""
    generators = [np.random.default_rng(seed) for seed in range(REPLICATES)]
    model = BatchedVAE(LATENTS, LATENTS, generators, prior, False, form=Form(scale=scale)).double()
    scales = torch.tensor([0.6, 1.0, 1.7], dtype=torch.float64)
    # The decoder is given latents in their own scales, or in one for all.
    undone = 1.0 / scales if scale == "free" else torch.ones_like(scales)
    generator = torch.Generator().manual_seed(2)
    mixing = torch.randn(LATENTS, LATENTS, generator=generator, dtype=torch.float64)
    with torch.no_grad():
        model.encoder.weight.copy_(scales[:, None] * turn)
        model.encoder.bias.copy_((scales[:, None] * turn).sum(1, keepdim=True))
        model.decoder.weight.copy_(mixing @ turn.mT * undone)
        model.log_std.copy_(torch.log(0.2 * scales)[:, None])
        drawn = turn @ noise if model.needs_noise else None
        return model.objective(observations, VARIANCE, drawn)


def change_by_turning(prior, scale, observations, noise):
    """Return by how much turning the latents changes the objective, in nats per time point."""
    identity = torch.eye(LATENTS, dtype=torch.float64)
    generator = torch.Generator().manual_seed(3)
    drawn = torch.randn(LATENTS, LATENTS, generator=generator, dtype=torch.float64)
    before, after = (
        objective(prior, scale, turn, observations, noise)
        for turn in (identity, torch.linalg.qr(drawn).Q)
    )
    return (after - before).abs()


@every_gaussian
def test_one_gaussian_prior_for_all_latents_of_one_scale_is_blind_to_rotations(
    name, observations, noise
):
    change = change_by_turning(GAUSSIAN[name](shared=True), "closed", observations, noise)
    assert (change < 1e-9).all()


@every_gaussian
def test_one_prior_for_all_sees_rotations_where_latents_have_scales_of_their_own(
    name, observations, noise
):
    change = change_by_turning(GAUSSIAN[name](shared=True), "free", observations, noise)
    assert (change > 0.01).all()


@every_gaussian
def test_priors_of_their_own_see_rotations_of_latents_of_one_scale(name, observations, noise):
    change = change_by_turning(GAUSSIAN[name](shared=False), "closed", observations, noise)
    assert (change > 0.01).all()


def test_one_prior_that_is_not_gaussian_sees_rotations(observations, noise):
    prior = flow(dataclasses.replace(LINEAR, base="mixture"))(shared=True)
    assert (change_by_turning(prior, "closed", observations, noise) > 1e-3).all()


@pytest.mark.parametrize("times", [1, LENGTH])
def test_latents_of_a_closed_scale_have_unit_variance_over_time_and_draws(times):
    generator = torch.Generator().manual_seed(0)
    mean = 3.0 + 2.0 * torch.randn(REPLICATES, LATENTS, LENGTH, generator=generator)
    diagonal, below = torch.rand(2, REPLICATES, LATENTS, times, generator=generator)
    posterior = Posterior(mean, diagonal, below)
    closed = standardised(posterior)
    draws = torch.stack(
        [
            closed.sample(torch.randn(mean.shape, generator=generator))
            - closed.mean.mean(-1)[..., None]
            for _ in range(2000)
        ]
    )
    torch.testing.assert_close(
        (draws**2).mean((0, -1)), torch.ones(REPLICATES, LATENTS), rtol=0, atol=0.01
    )
    # The same latents, in another unit: how their errors relate stays as it is.
    torch.testing.assert_close(closed.mean / closed.std, posterior.mean / posterior.std)
    assert closed.below is posterior.below


def test_a_closed_scale_makes_no_difference_to_which_scale_the_encoder_has(observations):
    prior = regression(shared=False)
    values = []
    for factor in (1.0, 5.0):
        generators = [np.random.default_rng(seed) for seed in range(REPLICATES)]
        form = Form(scale="closed")
        model = BatchedVAE(LATENTS, LATENTS, generators, prior, False, form=form).double()
        with torch.no_grad():
            model.encoder.weight[:, 0] *= factor
            model.log_std[:, 0] += np.log(factor)
        values.append(model.objective(observations, VARIANCE, None).detach())
    torch.testing.assert_close(*values)


def at_the_optimum(turn, weight, observations):
    """Return where deviations and decoder are optimal, the observations turned for latents.

    The objective (replicate,), the standardised posterior variances, the latents' residuals in
    units of σ², each (replicate, latent), and σ².
    """
    bandwidths = torch.full((REPLICATES, LATENTS), 2.0)
    prior = KernelRegressionPrior(bandwidths, LENGTH, weight, shared=True, dtype=torch.float64)
    generators = [np.random.default_rng(seed) for seed in range(REPLICATES)]
    model = BatchedVAE(LATENTS, LATENTS, generators, prior, False, form=Form(scale="closed"))
    model = model.double()
    # LBFGS takes contiguous gradients alone.
    model.decoder.weight = torch.nn.Parameter(model.decoder.weight.detach().contiguous())
    model.encoder.weight.data = turn.expand(REPLICATES, -1, -1)
    free = [model.log_std, model.decoder.weight]
    optimiser = torch.optim.LBFGS(free, max_iter=500, tolerance_grad=1e-12, tolerance_change=1e-14)

    def step():
        optimiser.zero_grad()
        loss = model.objective(observations, VARIANCE, None).sum()
        loss.backward()
        return loss

    optimiser.step(step)
    with torch.no_grad():
        latents = model.latents(observations)
        residuals = latents - prior._weigh().regress(latents)
        residual_variance = torch.exp(prior.log_variance)
        variance = standardised(model.posterior(observations)).std[..., 0] ** 2
        objective = model.objective(observations, VARIANCE, None)
    return objective, variance, residuals.square().mean(-1) / residual_variance, residual_variance


def test_what_posterior_variances_of_their_own_leave_of_a_preference_is_of_second_order(
    observations,
):
    """As `bssbench.models.scale` says, for the regression."""
    weight, identity = 0.5, torch.eye(LATENTS, dtype=torch.float64)
    generator = torch.Generator().manual_seed(3)
    drawn = torch.randn(LATENTS, LATENTS, generator=generator, dtype=torch.float64)
    objectives, preferences = [], []
    for turn in (identity, torch.linalg.qr(drawn).Q):
        objective, variance, q, residual_variance = at_the_optimum(turn, weight, observations)
        precision = 1.0 / VARIANCE + 1.0 / residual_variance
        torch.testing.assert_close(variance, (1.0 + weight) / (precision - q), rtol=1e-4, atol=0)
        mean = q.mean(1, keepdim=True)
        preferences.append(
            0.25 * (1.0 + weight) * ((q - mean) ** 2 / (precision - mean) ** 2).sum(1)
        )
        objectives.append(objective)
    turned = objectives[1] - objectives[0]
    torch.testing.assert_close(turned, preferences[0] - preferences[1], rtol=0.1, atol=0)
    assert (turned > 0).all()
    assert (turned < 0.01).all()
