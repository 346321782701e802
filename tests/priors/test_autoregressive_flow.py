import math

import pytest
import torch
from torch.distributions import (
    Categorical,
    MixtureSameFamily,
    MultivariateNormal,
    Normal,
    StudentT,
)
from torch.distributions import kl_divergence as torch_divergence

from bssbench.priors.autoregressive_flow import AutoregressiveFlowPrior, FlowForm
from bssbench.priors.past import feature_lags, past_features

REPLICATES, LATENTS, LENGTH = 3, 2, 40
# One lag and a block of two: as much of the past as three samples have.
FORMS = {
    "linear": FlowForm(1, 0),
    "octaves": FlowForm(1, 1),
    "network": FlowForm(1, 1, hidden_units=3),
    "state-dependent scale": FlowForm(1, 1, hidden_units=3, state_dependent_scale=True),
    "weighed network": FlowForm(
        1, 1, hidden_units=3, state_dependent_scale=True, network_scale=0.1
    ),
    "two layers": FlowForm(1, 1, layers=2, hidden_units=3, state_dependent_scale=True),
    "normal": FlowForm(1, 1, base="normal"),
    "laplace": FlowForm(1, 1, base="laplace"),
    "spline": FlowForm(1, 1, base="spline"),
}
every_form = pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
both = pytest.mark.parametrize("shared", [False, True], ids=["of each latent", "shared"])


def make_flow(form, spacing=1, shared=False, replicates=REPLICATES):
    """Return a flow with other parameters than it starts with, whatever its spacing."""
    prior = AutoregressiveFlowPrior(replicates, LATENTS, spacing, form, shared)
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for parameter in prior.parameters():
            parameter += 0.2 * torch.randn(parameter.shape, generator=generator)
    return prior


@pytest.fixture
def latents():
    return torch.randn(REPLICATES, LATENTS, LENGTH, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("spacing", [1, 3])
@pytest.mark.parametrize(("order", "octaves"), [(1, 3), (3, 0), (4, 2)])
def test_the_past_is_seen_as_means_over_the_stated_lags(order, octaves, spacing, latents):
    lags = feature_lags(order, octaves)
    assert [lag for span in lags for lag in span] == list(range(1, order * 2**octaves + 1))
    features = past_features(latents, order, octaves, spacing)
    assert len(features) == len(lags) == order + octaves
    for span, feature in zip(lags, features, strict=True):
        expected = torch.zeros_like(latents)
        for lag in span:
            reach = min(lag * spacing, LENGTH)
            expected[..., reach:] += latents[..., : LENGTH - reach] / len(span)
        torch.testing.assert_close(feature, expected)


@pytest.mark.parametrize("spacing", [1, 3])
def test_the_density_is_that_of_the_innovations(spacing, latents):
    prior = make_flow(FlowForm(order=2, octaves=1), spacing)
    (layer,) = prior.layers
    base = MixtureSameFamily(
        Categorical(logits=prior.base.logits),
        Normal(prior.base.means, torch.exp(prior.base.log_stds)),
    )
    expected = torch.zeros(REPLICATES, LATENTS)
    for t in range(LENGTH):
        predicted = torch.zeros(REPLICATES, LATENTS)
        for index, lags in enumerate([[1], [2], [3, 4]]):
            seen = [latents[..., t - lag * spacing] for lag in lags if t >= lag * spacing]
            predicted += layer.coefficients[..., index] * sum(seen) / len(lags)
        log_scale = layer.log_scale[..., 0]
        u = (latents[..., t] - predicted) * torch.exp(-log_scale)
        expected = expected + base.log_prob(u) - log_scale
    torch.testing.assert_close(prior.log_density(latents), expected, rtol=1e-4, atol=1e-3)


@every_form
def test_the_density_integrates_to_one(form):
    """Importance sampling over three time points, with a heavy-tailed proposal."""
    torch.manual_seed(0)
    proposal = StudentT(3.0, 0.0, 3.0)
    points = proposal.sample((200_000, 3))
    prior = make_flow(form, replicates=1)
    density = prior.log_density(points[:, None].expand(-1, LATENTS, -1)).detach()
    mass = torch.exp(density - proposal.log_prob(points).sum(1, keepdim=True)).mean(0)
    torch.testing.assert_close(mass, torch.ones(LATENTS), rtol=0.05, atol=0.0)


@every_form
def test_with_a_spacing_the_interleaved_series_are_independent_and_of_one_law(form, latents):
    density = make_flow(form, 3).log_density(latents)
    neighbours = make_flow(form)
    expected = sum(neighbours.log_density(latents[..., start::3]) for start in range(3))
    torch.testing.assert_close(density, expected, rtol=1e-4, atol=1e-3)


@every_form
@both
def test_a_gradient_reaches_every_parameter_from_the_start(form, shared, latents):
    prior = AutoregressiveFlowPrior(REPLICATES, LATENTS, 3, form, shared)
    prior.divergence(latents, torch.ones(REPLICATES, LATENTS, 1), latents).sum().backward()
    for name, parameter in prior.named_parameters():
        assert torch.isfinite(parameter.grad).all(), name
        assert (parameter.grad.flatten(1).abs().amax(1) > 0).all(), name


@every_form
@both
def test_a_samples_innovations_are_the_bases_draws(form, shared):
    prior = make_flow(form, 3, shared)
    series = prior.sample(torch.Generator().manual_seed(0), LENGTH)
    copies = LATENTS if shared else 1
    drawn = prior.base.draw(torch.Generator().manual_seed(0), LENGTH * copies).detach()
    innovations = series
    for layer in prior.layers:
        innovations, _ = layer(innovations, 3)
    expected = drawn.reshape(series.shape)
    torch.testing.assert_close(innovations.detach(), expected, rtol=1e-3, atol=1e-3)


@both
def test_sampled_latents_are_independent(shared):
    series = make_flow(FORMS["linear"], shared=shared).sample(
        torch.Generator().manual_seed(0), 4000
    )
    for row in series:
        assert torch.corrcoef(row)[0, 1].abs() < 0.08


@pytest.mark.parametrize("d", [1, 2])
def test_the_divergence_of_a_gaussian_flow_agrees_with_the_closed_form(d, latents):
    """With a normal base the flow is a Gaussian process, whose divergence is known."""
    form = FlowForm(order=2, octaves=0, base="normal")
    prior = AutoregressiveFlowPrior(REPLICATES, LATENTS, d, form)
    (layer,) = prior.layers
    with torch.no_grad():
        layer.log_scale.fill_(-0.3)
        layer.coefficients[..., 0], layer.coefficients[..., 1] = 0.5, 0.2
    std = 0.1 + torch.rand(REPLICATES, LATENTS, 1, generator=torch.Generator().manual_seed(1))
    expected = []
    for row in range(REPLICATES):
        whitening = torch.eye(LENGTH) - 0.5 * torch.diag(torch.ones(LENGTH - d), -d)
        whitening -= 0.2 * torch.diag(torch.ones(LENGTH - 2 * d), -2 * d)
        precision = math.exp(0.6) * whitening.T @ whitening
        p = MultivariateNormal(torch.zeros(LENGTH), precision_matrix=precision)
        q = MultivariateNormal(latents[row], torch.diag_embed((std[row] ** 2).expand(-1, LENGTH)))
        expected.append(torch_divergence(q, p.expand((LATENTS,))).sum())
    generator = torch.Generator().manual_seed(2)
    estimates = []
    for _ in range(500):
        sample = latents + std * torch.randn(latents.shape, generator=generator)
        estimates.append(prior.divergence(latents, std, sample).detach())
    estimates = torch.stack(estimates)
    error = estimates.std(0) / math.sqrt(500)
    assert ((estimates.mean(0) - torch.stack(expected)).abs() < 4 * error).all()


def test_the_networks_prior_counts_once_for_the_whole_series(latents):
    """A divergence over a part of it has its share."""
    std = torch.ones(REPLICATES, LATENTS, 1)
    forms = [FlowForm(2, 0, hidden_units=3, network_scale=scale) for scale in (0.0, 0.1)]
    sizes = (REPLICATES, LATENTS)
    without, with_prior = (AutoregressiveFlowPrior(*sizes, form=form) for form in forms)
    in_part = AutoregressiveFlowPrior(*sizes, form=forms[1], share=0.25)
    whole = with_prior.divergence(latents, std, latents) - without.divergence(latents, std, latents)
    part = in_part.divergence(latents, std, latents) - without.divergence(latents, std, latents)
    expected = with_prior.layers[0].network.penalty()
    torch.testing.assert_close(whole, expected, rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(part, 0.25 * expected, rtol=1e-3, atol=1e-3)


def test_samples_have_the_moments_of_the_summary():
    prior = AutoregressiveFlowPrior(1, 1, 2, FlowForm(order=1, octaves=0))
    with torch.no_grad():
        prior.layers[0].coefficients.fill_(0.7)
        prior.layers[0].log_scale.fill_(-0.5)
    path = prior.sample(torch.Generator().manual_seed(0), 40_000)[0, 0]
    innovations = path[2:] - 0.7 * path[:-2]
    summary = prior.summary()
    assert innovations.std().item() == pytest.approx(summary["innovation_std"].item(), rel=0.03)
    kurtosis = (innovations**4).mean() / innovations.var() ** 2 - 3
    expected = summary["innovation_excess_kurtosis"].item()
    assert expected > 1, "the base must start heavy-tailed"
    assert kurtosis.item() == pytest.approx(expected, rel=0.2)


@both
def test_latents_can_change_places_if_they_share_all_parameters(shared, latents):
    prior = make_flow(FlowForm(2, hidden_units=3, state_dependent_scale=True), 2, shared)
    densities = [prior.log_density(one).sum(-1) for one in (latents, latents.flip(1))]
    assert torch.allclose(*densities, rtol=1e-5) == shared
