"""From a problem to a trained batch of VAEs, and from that to a separation."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from bssbench.errors import MachineError
from bssbench.methods import Problem
from bssbench.models.training import Schedule, train
from bssbench.models.vae import BatchedVAE
from bssbench.models.whitening import whiten
from bssbench.separation import Separation, Stopwatch

if TYPE_CHECKING:
    from bssbench.methods._variational import VariationalMethod

__all__ = ["separate_by_training"]


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
    device = _device(problem.device)
    # The tails of kernels underflow to denormals, which x86 computes many times more slowly.
    torch.set_flush_denormal(True)
    stopwatch = Stopwatch()
    restarts, n_latents = method.restarts, problem.n_sources
    n_channels = problem.observations.shape[2]
    whitened = whiten(problem.observations, n_channels if problem.nonlinear else n_latents)
    # Seed-major: the restarts of one seed stand beside each other.
    components = np.repeat(whitened.components, restarts, axis=0)
    children = [_child(seed, k) for seed in problem.seeds for k in range(restarts)]
    generators = [np.random.default_rng(child) for child in children]
    noise_seeds = [int(child.generate_state(1, np.uint64)[0] >> 1) for child in children]
    prior = method.prior(whitened.components, n_latents)
    model = BatchedVAE(components.shape[1], n_latents, generators, prior, problem.nonlinear)
    model.to(device)
    observations = torch.tensor(components, dtype=torch.float32, device=device)
    steps = method.chosen_steps(n_latents, problem.nonlinear)
    schedule = Schedule(steps, method.chosen_learning_rate(problem.nonlinear))
    report = (lambda done: progress(done, steps)) if progress else None
    trained = train(model, observations, noise_seeds, schedule, report)
    losses = trained.loss.reshape(-1, restarts)
    best = np.arange(len(losses)) * restarts + losses.argmin(axis=1)
    with torch.no_grad():
        sources = model.encoder(observations).mT.cpu().numpy()[best]
        weight = model.encoder.weight.detach().cpu().numpy()[best]
        uncertainty = torch.exp(model.log_std)[..., 0].cpu().numpy()[best]
    recorded = trained.history
    history = {"step": recorded.steps, "loss": recorded.loss[best]}
    if recorded.weight is not None:
        history["unmixing_matrix"] = recorded.weight[best] @ whitened.whitening[:, None]
    stopwatch.records = (recorded.reached - stopwatch.began[0]).tolist()
    separation = Separation(
        sources=sources.astype(np.float64),
        unmixing_matrix=None if problem.nonlinear else weight @ whitened.whitening,
        uncertainty=uncertainty,
        loss=losses.min(axis=1),
        history=history | {name: value[best] for name, value in recorded.parameters.items()},
        diagnostics=_diagnostics(method, schedule, losses, device),
        stopwatch=stopwatch,
    )
    stopwatch.lap("warm_up", trained.first_step_done)
    stopwatch.lap("solve")
    return separation


def _diagnostics(
    method: "VariationalMethod", schedule: Schedule, losses: np.ndarray, device: torch.device
) -> dict[str, Any]:
    """Say how the training went, in JSON's types; a diverged restart's loss is null."""
    finite = [[loss if np.isfinite(loss) else None for loss in row] for row in losses.tolist()]
    return {
        "steps": schedule.steps,
        "learning_rate": schedule.learning_rate,
        "losses_of_restarts": finite,
        "device": str(device),
    } | method.describe()
