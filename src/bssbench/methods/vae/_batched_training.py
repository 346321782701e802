"""From a problem to a trained batch of VAEs, and from that to a separation."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from bssbench.errors import MachineError
from bssbench.methods import Problem
from bssbench.models.evaluation import evaluate
from bssbench.models.time_scales import lag_spacings
from bssbench.models.training import Schedule, train
from bssbench.models.vae import BatchedVAE
from bssbench.models.whitening import Whitened, whiten
from bssbench.separation import Separation, Stopwatch

if TYPE_CHECKING:
    from bssbench.methods.vae._variational import VariationalMethod

__all__ = ["held_out_objective", "separate_by_training"]


def _device(name: str) -> torch.device:
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise MachineError(f"--device {name}: not usable here ({reason}); try cpu") from None
    return device


def _child(seed: np.random.SeedSequence, restart: int) -> np.random.SeedSequence:
    """Derive a restart's seed; `seed.spawn` would also change the seed that the caller holds."""
    return np.random.SeedSequence(seed.entropy, spawn_key=(*seed.spawn_key, restart))


@dataclass(frozen=True)
class _Setup:
    """A batch that is ready for training: all seeds and restarts, seed-major."""

    model: BatchedVAE
    whitened: Whitened
    observations: torch.Tensor
    noise_seeds: list[int]
    variances: np.ndarray
    schedule: Schedule
    window: int
    restarts: int

    def best(self, loss: np.ndarray) -> np.ndarray:
        """Return where in the batch each seed's restart with the lowest loss stands."""
        losses = loss.reshape(-1, self.restarts)
        return np.asarray(np.arange(len(losses)) * self.restarts + losses.argmin(axis=1))


def _set_up(method: "VariationalMethod", problem: Problem) -> _Setup:
    """Whiten, draw the initial values, and make model and schedule."""
    device = _device(problem.device)
    # The tails of kernels underflow to denormals, which x86 computes many times more slowly.
    torch.set_flush_denormal(True)
    n_latents, nonlinear = problem.n_sources, problem.nonlinear
    restarts = method.chosen_restarts(n_latents)
    length, n_channels = problem.observations.shape[1:]
    whitened = whiten(problem.observations, n_channels if nonlinear else n_latents)
    components = np.repeat(whitened.components, restarts, axis=0)
    children = [_child(seed, k) for seed in problem.seeds for k in range(restarts)]
    generators = [np.random.default_rng(child) for child in children]
    window = method.chosen_window(length)
    variances = method.chosen_variances(whitened.components, nonlinear)
    prior = method.prior(whitened.components, n_latents, window)
    spacings = [d for d in lag_spacings(whitened.components) for _ in range(restarts)]
    model = BatchedVAE(components.shape[1], n_latents, generators, prior, nonlinear, spacings)
    return _Setup(
        model=model.to(device),
        whitened=whitened,
        observations=torch.tensor(components, dtype=torch.float32, device=device),
        noise_seeds=[int(child.generate_state(1, np.uint64)[0] >> 1) for child in children],
        variances=variances,
        schedule=Schedule(
            method.chosen_steps(n_latents, nonlinear),
            method.chosen_learning_rate(nonlinear),
            torch.tensor(np.repeat(variances, restarts), dtype=torch.float32, device=device),
        ),
        window=window if window < length else 0,
        restarts=restarts,
    )


def separate_by_training(
    method: "VariationalMethod",
    problem: Problem,
    progress: Callable[[int, int], None] | None = None,
) -> Separation:
    """Train all seeds and restarts in one batch, and keep each seed's best restart by loss.

    Parameters
    ----------
    method : VariationalMethod
        Prior, steps, learning rate and restarts.
    problem : Problem
        Observations and seeds.
    progress : callable, optional
        Called with (steps done, steps in all).
    """
    stopwatch = Stopwatch()
    setup = _set_up(method, problem)
    model, observations, schedule = setup.model, setup.observations, setup.schedule
    report = (lambda done: progress(done, schedule.steps)) if progress else None
    trained = train(model, observations, setup.noise_seeds, schedule, setup.window, report)
    losses = trained.loss.reshape(-1, setup.restarts)
    best = setup.best(trained.loss)
    with torch.no_grad():
        # Without the averaging over time, which would compare noise filters: a method is judged by
        # its demixing.
        sources = model.latents(observations).mT.cpu().numpy()[best]
        posterior = model.posterior(observations)
        weight = model.unmixing_matrix().cpu().numpy()[best]
        uncertainty = posterior.std.mean(-1).cpu().numpy()[best]
    recorded = trained.history
    history = {"step": recorded.steps, "loss": recorded.loss[best]}
    if recorded.weight is not None:
        history["unmixing_matrix"] = recorded.weight[best] @ setup.whitened.whitening[:, None]
    stopwatch.records = (recorded.reached - stopwatch.began[0]).tolist()
    separation = Separation(
        sources=sources.astype(np.float64),
        unmixing_matrix=None if problem.nonlinear else weight @ setup.whitened.whitening,
        uncertainty=uncertainty,
        loss=losses.min(axis=1),
        history=history | {name: value[best] for name, value in recorded.parameters.items()},
        diagnostics=_diagnostics(setup, losses)
        | method.describe(model.prior, best)
        | {"converged": trained.converged[best].tolist()},
        stopwatch=stopwatch,
    )
    stopwatch.lap("warm_up", trained.first_step_done)
    stopwatch.lap("solve")
    return separation


def held_out_objective(method: "VariationalMethod", problem: Problem) -> np.ndarray:
    """Train on the first four fifths of the time and return the objective on the rest.

    Parameters
    ----------
    method : VariationalMethod
        The configuration to be judged.
    problem : Problem
        Observations and seeds.

    Returns
    -------
    numpy.ndarray
        Shape (replicate,), in nats per time point.
    """
    whole = problem.observations.shape[1]
    length = whole - whole // 5
    setup = _set_up(method, replace(problem, observations=problem.observations[:, :length]))
    trained = train(
        setup.model, setup.observations, setup.noise_seeds, setup.schedule, setup.window
    )
    best = setup.best(trained.loss)
    # Of the whole, in the coordinates of the training data, which are the same for all
    # configurations, less the part that was trained on: what comes after, given what was before.
    rest = setup.whitened.apply(problem.observations[:, length:])
    everything = np.concatenate([setup.whitened.components, rest], axis=2)
    components = np.repeat(everything, setup.restarts, axis=0)
    observations = torch.tensor(components, dtype=torch.float32, device=setup.observations.device)
    of_part = _nats(setup, observations[..., :length], whole)
    of_whole = _nats(setup, observations, whole)
    return ((of_whole - of_part) / (whole - length))[best]


def _nats(setup: _Setup, observations: torch.Tensor, drawn_length: int) -> np.ndarray:
    """Return the objective of a series in nats, for each of the batch."""
    length = observations.shape[-1]
    prior = setup.model.prior
    setup.model.prior = prior.resized(length)
    variance = setup.schedule.last_variance
    loss = evaluate(setup.model, [observations], variance, setup.noise_seeds, drawn_length)
    setup.model.prior = prior
    return loss * length


def _diagnostics(setup: _Setup, losses: np.ndarray) -> dict[str, Any]:
    """Say how the training went, in JSON's types; a diverged restart's loss is null."""
    finite = [[loss if np.isfinite(loss) else None for loss in row] for row in losses.tolist()]
    return {
        "steps": setup.schedule.steps,
        "learning_rate": setup.schedule.learning_rate,
        # One for each seed.
        "observation_variance": setup.variances.tolist(),
        "window": setup.window or setup.observations.shape[-1],
        "losses_of_restarts": finite,
        "device": str(setup.observations.device),
    }
