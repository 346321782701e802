import numpy as np
import pytest
import torch

from bssbench.models.training import Schedule, _clip_each_replicate, evaluate, train
from bssbench.models.vae import BatchedVAE
from bssbench.priors.autoregressive_flow import AutoregressiveFlowPrior, FlowForm
from bssbench.priors.gaussian_process import GaussianProcessPrior
from bssbench.priors.kernel_regression import KernelRegressionPrior
from bssbench.priors.standard_normal import StandardNormalPrior

LENGTH, COMPONENTS = 60, 3


def make_prior(kind, seeds, length):
    replicates = len(seeds)
    scales = torch.tensor([[1.0, 3.0, 9.0]]).repeat(replicates, 1)
    return {
        "ar": lambda: AutoregressiveFlowPrior(replicates, COMPONENTS, 2, FlowForm(4)),
        "skr": lambda: KernelRegressionPrior(scales, length),
        "gp": lambda: GaussianProcessPrior(scales, length, update_every=5),
        "vae": lambda: StandardNormalPrior(replicates, COMPONENTS),
    }[kind]()


def make_model(kind, seeds, nonlinear, length=LENGTH):
    generators = [np.random.default_rng(seed) for seed in seeds]
    prior = make_prior(kind, seeds, length)
    return BatchedVAE(COMPONENTS, COMPONENTS, generators, prior, nonlinear)


def schedule(steps, learning_rate=1e-2):
    return Schedule(steps, learning_rate, last_variance=0.01)


@pytest.fixture
def observations():
    """Whitened, smooth; shape (3, component, time)."""
    generator = torch.Generator().manual_seed(0)
    drawn = torch.randn(3, COMPONENTS, LENGTH, generator=generator).cumsum(-1)
    drawn = drawn - drawn.mean(-1, keepdim=True)
    return drawn / drawn.std(-1, keepdim=True)


every_kind = pytest.mark.parametrize("kind", ["ar", "skr", "gp", "vae"])
both_mixings = pytest.mark.parametrize("nonlinear", [False, True])


@every_kind
@both_mixings
def test_a_gradient_reaches_every_parameter_of_every_replicate(kind, nonlinear, observations):
    model = make_model(kind, [0, 1, 2], nonlinear)
    noise = torch.randn(3, COMPONENTS, LENGTH) if model.needs_noise else None
    model.objective(observations, 0.5, noise).sum().backward()
    for name, parameter in model.named_parameters():
        assert torch.isfinite(parameter.grad).all(), name
        assert (parameter.grad.flatten(1).abs().amax(1) > 0).all(), name


def test_closed_form_reconstruction_is_the_mean_over_draws(observations):
    model = make_model("vae", [0, 1, 2], nonlinear=False)
    closed = model.objective(observations, 0.3, None)
    draws = []
    generator = torch.Generator().manual_seed(0)
    for _ in range(600):
        mean, std = model.latents(observations), torch.exp(model.log_std)
        sample = mean + std * torch.randn(mean.shape, generator=generator)
        error = ((observations - model.reconstruction(sample)) ** 2).sum((1, 2))
        divergence = model.prior.divergence(mean, std, None)
        constant = 0.5 * COMPONENTS * np.log(2 * np.pi * 0.3)
        draws.append((0.5 * error / 0.3 + divergence) / LENGTH + constant)
    draws = torch.stack(draws).detach()
    assert ((draws.mean(0) - closed).abs() < 4 * draws.std(0) / np.sqrt(600)).all()


@every_kind
@both_mixings
def test_each_replicate_can_have_a_variance_of_its_own(kind, nonlinear, observations):
    model = make_model(kind, [0, 1, 2], nonlinear)
    noise = torch.randn(3, COMPONENTS, LENGTH) if model.needs_noise else None
    variances = torch.tensor([0.01, 0.03, 0.05])
    together = model.objective(observations, variances, noise)
    apart = [model.objective(observations, v, noise)[i] for i, v in enumerate(variances.tolist())]
    torch.testing.assert_close(together, torch.stack(apart))


@both_mixings
def test_initial_values_depend_on_the_own_seed_alone(nonlinear):
    together = make_model("vae", [5, 6, 7], nonlinear)
    alone = make_model("vae", [6], nonlinear)
    for one, many in zip(alone.parameters(), together.parameters(), strict=True):
        assert torch.equal(one[0], many[1])


def test_the_decoder_starts_as_the_encoders_inverse():
    model = make_model("vae", [0, 1], nonlinear=False)
    identity = model.decoder.weight @ model.encoder.weight
    torch.testing.assert_close(identity, torch.eye(COMPONENTS).expand(2, -1, -1))


@every_kind
def test_training_lowers_the_objective_and_records_the_way(kind, observations):
    model = make_model(kind, [0, 1, 2], nonlinear=False)
    drawn = torch.randn(3, COMPONENTS, LENGTH) if model.needs_noise else None
    before = model.objective(observations, 0.01, drawn).detach()
    trained = train(model, observations, [1, 2, 3], schedule(120, 3e-2))
    assert (trained.loss < before.numpy()).all()
    assert trained.history.loss.shape == (3, len(trained.history.steps))
    assert trained.history.steps[0] == 0
    assert trained.history.steps[-1] == 119
    for path in trained.history.parameters.values():
        assert path.shape[:3] == (3, len(trained.history.steps), COMPONENTS)
    assert np.array_equal(trained.history.weight[:, -1], model.unmixing_matrix().detach())
    assert len(trained.history.reached) == len(trained.history.steps)
    assert (np.diff(trained.history.reached) > 0).all()


def test_a_network_beside_the_linear_part_leaves_no_matrix_to_record(observations):
    model = make_model("vae", [0, 1, 2], nonlinear=True)
    assert train(model, observations, [1, 2, 3], schedule(3)).history.weight is None


@every_kind
@both_mixings
def test_a_replicates_first_steps_do_not_depend_on_the_batch(kind, nonlinear, observations):
    together, alone = make_model(kind, [0, 1, 2], nonlinear), make_model(kind, [1], nonlinear)
    train(together, observations, [10, 11, 12], schedule(10))
    train(alone, observations[1:2], [11], schedule(10))
    for one, many in zip(alone.parameters(), together.parameters(), strict=True):
        assert torch.equal(one[0], many[1])


@every_kind
def test_a_replicates_training_by_windows_does_not_depend_on_the_batch(kind, observations):
    together, alone = make_model(kind, [0, 1, 2], False, 20), make_model(kind, [1], False, 20)
    trained = train(together, observations, [10, 11, 12], schedule(10), window=20)
    single = train(alone, observations[1:2], [11], schedule(10), window=20)
    for one, many in zip(alone.parameters(), together.parameters(), strict=True):
        assert torch.equal(one[0], many[1])
    assert single.loss[0] == trained.loss[1]


def test_the_final_loss_of_a_training_by_windows_is_of_stretches_of_all_the_time(observations):
    model = make_model("vae", [0, 1, 2], False, 20)
    loss = train(model, observations, [1, 2, 3], schedule(5), window=20).loss
    # Three stretches of 20 are all of 60 samples, and this prior sees each sample alone.
    expected = evaluate(model, [observations], 0.01, [1, 2, 3])
    np.testing.assert_allclose(loss, expected, rtol=1e-5)


def test_gradients_are_clipped_for_each_replicate_alone():
    first = torch.nn.Parameter(torch.zeros(2, 3))
    second = torch.nn.Parameter(torch.zeros(2, 1, 1))
    first.grad = torch.tensor([[30.0, 0.0, 40.0], [0.1, 0.2, 0.2]])
    second.grad = torch.tensor([[[0.0]], [[0.1]]])
    _clip_each_replicate([first, second])
    torch.testing.assert_close(first.grad[0], torch.tensor([0.6, 0.0, 0.8]))
    torch.testing.assert_close(first.grad[1], torch.tensor([0.1, 0.2, 0.2]))


def test_a_diverged_replicate_loses_and_harms_no_other(observations):
    model, sound = make_model("skr", [0, 1, 2], False), make_model("skr", [0, 1, 2], False)
    spoilt = observations.clone()
    spoilt[1] = torch.nan
    loss = train(model, spoilt, [1, 2, 3], schedule(20)).loss
    expected = train(sound, observations, [1, 2, 3], schedule(20)).loss
    assert loss[1] == np.inf
    np.testing.assert_allclose(loss[[0, 2]], expected[[0, 2]], rtol=1e-5)


def test_the_final_loss_is_of_the_length_scales_at_the_end(observations):
    """The factor that the last steps were trained with belongs to earlier ones."""
    model = make_model("gp", [0, 1, 2], nonlinear=False)
    loss = train(model, observations, [1, 2, 3], schedule(7, 0.1)).loss
    fresh = GaussianProcessPrior(model.prior.summary()["length_scale"].detach(), LENGTH)
    expected = model.objective(observations, 0.01, None, fresh).detach()
    np.testing.assert_allclose(loss, expected, rtol=1e-4)
    kept = model.objective(observations, 0.01, None).detach()
    assert (np.abs(loss - kept.numpy()) > 1e-3 * np.abs(loss)).any()


@every_kind
def test_evaluating_in_the_middle_of_a_training_changes_nothing(kind, observations):
    def trained(evaluated):
        model = make_model(kind, [0, 1, 2], nonlinear=True)

        def look(_):
            if evaluated:
                evaluate(model, [observations], 0.01, [1, 2, 3])

        return train(model, observations, [1, 2, 3], schedule(12), progress=look).loss

    np.testing.assert_array_equal(trained(True), trained(False))


def test_the_decoders_variance_is_annealed_and_then_held():
    for last in (0.04, 0.01):
        annealed = Schedule(100, 1e-2, last)
        assert annealed.variance(0) == 1.0
        assert annealed.variance(30) == pytest.approx(last**0.5)
        assert annealed.variance(60) == annealed.variance(99) == pytest.approx(last)


@pytest.mark.cuda
@every_kind
def test_cuda_agrees_with_the_processor(kind, observations):
    here, there = make_model(kind, [0, 1, 2], False), make_model(kind, [0, 1, 2], False).to("cuda")
    noise = torch.randn(3, COMPONENTS, LENGTH)
    needed = here.needs_noise
    first = here.objective(observations, 0.1, noise if needed else None)
    second = there.objective(observations.cuda(), 0.1, noise.cuda() if needed else None)
    torch.testing.assert_close(first, second.cpu(), rtol=1e-4, atol=1e-4)
    assert np.isfinite(train(there, observations.cuda(), [1, 2, 3], schedule(30)).loss).all()
