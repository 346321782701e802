"""Training a batch of VAEs: one program for all seeds and restarts, none of which sees another."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from bssbench.models.vae import BatchedVAE

__all__ = ["History", "Schedule", "Trained", "train"]

_FIRST_VARIANCE, _LAST_VARIANCE = 1.0, 0.01
_ANNEALED_FRACTION = 0.6
_LARGEST_GRADIENT_NORM = 1.0
_RECORDED_STEPS = 60
_DRAWS_FOR_FINAL_LOSS = 16


@dataclass(frozen=True)
class Schedule:
    """How long and how boldly to train.

    Attributes
    ----------
    steps : int
        Number of gradient steps.
    learning_rate : float
        The peak of the one-cycle schedule.
    """

    steps: int
    learning_rate: float

    def variance(self, step: int) -> float:
        """Return the decoder's variance at `step`.

        Annealed geometrically from 1 to 0.01 over the first 60 % of the steps and then held: with a
        small variance from the start, turning the latents means moving encoder and decoder together
        through a stiff valley, where most runs stop half-way.
        """
        progress = min(1.0, step / max(1.0, _ANNEALED_FRACTION * self.steps))
        return _FIRST_VARIANCE * (_LAST_VARIANCE / _FIRST_VARIANCE) ** progress


@dataclass(frozen=True)
class History:
    """Some of the steps of a training.

    Attributes
    ----------
    steps : numpy.ndarray
        Shape (record,).
    loss : numpy.ndarray
        Shape (replicate, record), nats per time point.
    parameters : dict of str to numpy.ndarray
        The prior's summary, each of shape (replicate, record, latent, …).
    weight : numpy.ndarray or None
        The encoder's after each of the steps, shape (replicate, record, latent, component), where
        the maps are linear.
    reached : numpy.ndarray
        When each of the steps was done, by `time.monotonic`, shape (record,).
    """

    steps: np.ndarray
    loss: np.ndarray
    parameters: dict[str, np.ndarray]
    weight: np.ndarray | None
    reached: np.ndarray


@dataclass(frozen=True)
class Trained:
    """What training reports beside the model it has changed.

    Attributes
    ----------
    loss : numpy.ndarray
        Shape (replicate,), the final objective in nats per time point.
    history : History
        The way there.
    first_step_done : tuple of float
        When the first step was done, by `time.monotonic` and by `time.process_time`.
    """

    loss: np.ndarray
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


class _Noise:
    """Standard normal numbers from one generator per replicate, so that none sees another."""

    def __init__(self, seeds: list[int], shape: tuple[int, int], device: torch.device) -> None:
        self.generators = [torch.Generator(device).manual_seed(seed) for seed in seeds]
        self.buffer = torch.empty((len(seeds), *shape), device=device)

    def draw(self) -> torch.Tensor:
        """Fill and return the buffer, of shape (replicate, latent, time)."""
        for generator, replicate in zip(self.generators, self.buffer, strict=True):
            torch.randn(replicate.shape, generator=generator, out=replicate)
        return self.buffer


def train(
    model: BatchedVAE,
    observations: torch.Tensor,
    noise_seeds: list[int],
    schedule: Schedule,
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
        Steps and learning rate.
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
    shape = (model.log_std.shape[1], observations.shape[-1])
    noise = _Noise(noise_seeds, shape, observations.device) if model.needs_noise else None
    recorded = _Recorder(schedule.steps)
    first_step_done = (0.0, 0.0)
    for step in range(schedule.steps):
        model.prior.advance(step)
        drawn = noise.draw() if noise else None
        loss = model.objective(observations, schedule.variance(step), drawn)
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
    return Trained(_final_loss(model, observations, noise), recorded.history(), first_step_done)


@torch.no_grad()
def _final_loss(model: BatchedVAE, observations: torch.Tensor, noise: _Noise | None) -> np.ndarray:
    """Return the objective at the last variance, averaged over draws where it is random."""
    draws = _DRAWS_FOR_FINAL_LOSS if noise else 1
    total = torch.zeros(len(observations), device=observations.device)
    for _ in range(draws):
        drawn = noise.draw() if noise else None
        total += model.objective(observations, _LAST_VARIANCE, drawn)
    loss = (total / draws).cpu().numpy().astype(np.float64)
    # A replicate that diverged must lose against every other restart, not win by NaN.
    return np.where(np.isfinite(loss), loss, math.inf)


class _Recorder:
    """Keeps the loss, the prior's summary and the linear encoder at evenly spaced steps."""

    def __init__(self, steps: int) -> None:
        self.wanted = set(np.linspace(0, steps - 1, min(steps, _RECORDED_STEPS)).astype(int))
        self.steps: list[int] = []
        self.losses: list[np.ndarray] = []
        self.summaries: list[dict[str, np.ndarray]] = []
        self.weights: list[np.ndarray] = []
        self.reached: list[float] = []

    def note(self, step: int, loss: torch.Tensor, model: BatchedVAE) -> None:
        """Record what this step saw if it is one of those wanted."""
        if step not in self.wanted:
            return
        self.steps.append(step)
        self.losses.append(loss.detach().cpu().numpy().copy())
        summary = model.prior.summary()
        self.summaries.append({k: v.detach().cpu().numpy().copy() for k, v in summary.items()})

    def note_reached(self, step: int, model: BatchedVAE) -> None:
        """Record what this step has led to, and when."""
        if step not in self.wanted:
            return
        if not model.nonlinear:
            self.weights.append(model.encoder.weight.detach().cpu().numpy().copy())
        # After the copy, for which a device has to finish the step.
        self.reached.append(time.monotonic())

    def history(self) -> History:
        """Return everything recorded, replicate first."""
        names = self.summaries[0] if self.summaries else {}
        return History(
            steps=np.array(self.steps),
            loss=np.stack(self.losses, axis=1),
            parameters={name: np.stack([s[name] for s in self.summaries], 1) for name in names},
            weight=np.stack(self.weights, axis=1) if self.weights else None,
            reached=np.array(self.reached),
        )
