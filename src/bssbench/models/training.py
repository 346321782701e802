"""Training a batch of VAEs: one program for all seeds and restarts, none of which sees another."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from bssbench.models.evaluation import Noise, evaluate
from bssbench.models.history import History, Recorder
from bssbench.models.vae import BatchedVAE
from bssbench.models.windows import Windows, evenly_spaced

__all__ = ["Schedule", "Trained", "train"]

_FIRST_VARIANCE = 1.0
_ANNEALED_FRACTION = 0.6
_LARGEST_GRADIENT_NORM = 1.0
_JUDGED_FRACTION = 0.75
_LARGEST_FALL = 0.05


@dataclass(frozen=True)
class Schedule:
    """How long and how boldly to train.

    Attributes
    ----------
    steps : int
        Number of gradient steps.
    learning_rate : float
        The peak of the one-cycle schedule.
    last_variance : float or torch.Tensor
        Where the annealing of the decoder's variance ends, for all or of shape (replicate,).
    """

    steps: int
    learning_rate: float
    last_variance: float | torch.Tensor

    def variance(self, step: int) -> float | torch.Tensor:
        """Return the decoder's variance at `step`.

        Annealed geometrically from 1 over the first 60 % of the steps and then held: with a small
        variance from the start, changing the latents means moving encoder and decoder together
        through a stiff valley, where most runs stop half-way.
        """
        progress = min(1.0, step / max(1.0, _ANNEALED_FRACTION * self.steps))
        return _FIRST_VARIANCE * (self.last_variance / _FIRST_VARIANCE) ** progress


@dataclass(frozen=True)
class Trained:
    """What training reports beside the model it has changed.

    Attributes
    ----------
    loss : numpy.ndarray
        Shape (replicate,), the final objective in nats per time point.
    converged : numpy.ndarray
        Shape (replicate,), whether the objective fell by less than 0.05 nats per time point in the
        last quarter of the steps. It says that the training had come to rest, not that it rests at
        the best place: the learning rate falls to zero whatever the loss does.
    history : History
        The way there.
    first_step_done : tuple of float
        When the first step was done, by `time.monotonic` and by `time.process_time`.
    """

    loss: np.ndarray
    converged: np.ndarray
    history: History
    first_step_done: tuple[float, float]


def _clip_each_replicate(parameters: list[torch.nn.Parameter]) -> None:
    """Scale each replicate's gradient down to the largest norm allowed, on its own."""
    gradients = [p.grad for p in parameters if p.grad is not None]
    # One after the other: a reduction over a stack adds in an order that depends on the batch.
    squared = torch.zeros(len(gradients[0]), device=gradients[0].device)
    for gradient in gradients:
        squared = squared + gradient.flatten(1).square().sum(1)
    factor = (_LARGEST_GRADIENT_NORM / (squared.sqrt() + 1e-6)).clamp(max=1.0)
    for gradient in gradients:
        gradient.mul_(factor.reshape(-1, *[1] * (gradient.dim() - 1)))


def _parameter_groups(model: BatchedVAE) -> list[dict[str, Any]]:
    """Split the parameters into those of the prior and the others, each with its rate's factor."""
    of_prior = {name for name, _ in model.named_parameters() if name.startswith("prior.")}
    groups = [
        {"params": [p for n, p in model.named_parameters() if n not in of_prior], "factor": 1.0},
        {
            "params": [p for n, p in model.named_parameters() if n in of_prior],
            "factor": model.prior.learning_rate_factor,
        },
    ]
    return [group for group in groups if group["params"]]


def train(
    model: BatchedVAE,
    observations: torch.Tensor,
    noise_seeds: list[int],
    schedule: Schedule,
    window: int = 0,
    progress: Callable[[int], None] | None = None,
) -> Trained:
    """Train in place with Adam and a one-cycle schedule.

    Parameters
    ----------
    model : BatchedVAE
        Changed in place.
    observations : torch.Tensor
        Shape (replicate, component, time), whitened.
    noise_seeds : list of int
        One per replicate.
    schedule : Schedule
        Steps, learning rate and last variance.
    window : int
        Length of the stretch of time, another for each step and replicate, that a step sees, which
        is also the length that the prior was made for; 0 for all of the time.
    progress : callable, optional
        Called with the number of steps done after each.
    """
    parameters = list(model.parameters())
    # Not the fused kind: that rounds an element differently by its place in the batch.
    optimiser = torch.optim.Adam(_parameter_groups(model), lr=schedule.learning_rate, foreach=True)
    factors = [group["factor"] for group in optimiser.param_groups]
    rate = torch.optim.lr_scheduler.OneCycleLR(
        optimiser,
        max_lr=[schedule.learning_rate * factor for factor in factors],
        total_steps=schedule.steps + 1,
    )
    windows = Windows(noise_seeds, observations.shape[-1], window) if window else None
    shape = (model.log_std.shape[1], window or observations.shape[-1])
    noise = Noise(noise_seeds, shape, observations.device) if model.needs_noise else None
    recorded = Recorder(schedule.steps)
    first_step_done = (0.0, 0.0)
    judged = evenly_spaced(observations, window) if window else [observations]

    def objective() -> np.ndarray:
        # By the same draws each time, so that what differs is the parameters alone.
        return evaluate(model, judged, schedule.last_variance, noise_seeds)

    earlier = np.empty(0)
    for step in range(schedule.steps):
        if step == int(_JUDGED_FRACTION * schedule.steps):
            earlier = objective()
        model.prior.advance(step)
        drawn = noise.draw() if noise else None
        seen = windows.cut(observations) if windows else observations
        loss = model.objective(seen, schedule.variance(step), drawn)
        optimiser.zero_grad(set_to_none=True)
        # A sum, not a mean: a replicate's gradient must not depend on how many there are.
        loss.sum().backward()
        recorded.note(step, loss, model)
        _clip_each_replicate(parameters)
        optimiser.step()
        rate.step()
        recorded.note_reached(step, model)
        if step == 0:
            first_step_done = (time.monotonic(), time.process_time())
        if progress:
            progress(step + 1)
    final = objective()
    # Not as a difference, which infinities have none of.
    converged = np.isfinite(final) & (earlier < final + _LARGEST_FALL)
    return Trained(final, converged, recorded.history(), first_step_done)
