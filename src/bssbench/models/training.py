"""Training a batch of VAEs: one program for all seeds and restarts, none of which sees another."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from bssbench.models.optimiser import Adam
from bssbench.models.vae import BatchedVAE
from bssbench.models.windows import Windows, evenly_spaced

__all__ = ["History", "Schedule", "Trained", "evaluate", "train"]

_FIRST_VARIANCE = 1.0
_ANNEALED_FRACTION = 0.6
_LARGEST_GRADIENT_NORM = 1.0
_JUDGED_FRACTION = 0.75
_LARGEST_FALL = 0.05
_RECORDED_STEPS = 60
_DRAWS = 32


@dataclass(frozen=True)
class Schedule:
    """How long and how boldly to train: steps, and the peak of the one-cycle schedule.

    The annealing of the decoder's variance ends at `last_variance`, for all or (replicate,).
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
class History:
    """Some of the steps of a training: `steps` has shape (record,).

    Attributes
    ----------
    loss : numpy.ndarray
        Shape (replicate, record), nats per time point.
    parameters : dict of str to numpy.ndarray
        The prior's summary, each of shape (replicate, record, latent, …).
    weight : numpy.ndarray or None
        What demixes after each of the steps, shape (replicate, record, latent, component), where
        the maps are linear.
    reached : numpy.ndarray
        When each of the steps was done, by `time.monotonic`, shape (record,).
    """

    steps: np.ndarray
    loss: np.ndarray
    parameters: dict[str, np.ndarray]
    weight: np.ndarray | None
    reached: np.ndarray


class _Recorder:
    """Keeps the loss, the prior's summary and the unmixing matrix at evenly spaced steps."""

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
            self.weights.append(model.unmixing_matrix().detach().cpu().numpy().copy())
        # After the copy, for which a device has to finish the step.
        self.reached.append(time.monotonic())

    def history(self) -> History:
        """Return everything recorded, replicate first."""
        # A step that was broken off has been noted, but not reached.
        count = len(self.reached)
        summaries = self.summaries[:count]
        names = summaries[0] if summaries else {}
        return History(
            steps=np.array(self.steps[:count]),
            loss=np.stack(self.losses[:count], axis=1),
            parameters={name: np.stack([s[name] for s in summaries], 1) for name in names},
            weight=np.stack(self.weights[:count], axis=1) if self.weights else None,
            reached=np.array(self.reached),
        )


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
    curve : numpy.ndarray
        Shape (replicate, step), the objective that each step lowered: by the decoder's variance of
        that step, and one draw.
    interrupted : bool
        Whether it was stopped before its last step.
    """

    loss: np.ndarray
    converged: np.ndarray
    history: History
    first_step_done: tuple[float, float]
    curve: np.ndarray
    interrupted: bool = False


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


@torch.no_grad()
def evaluate(
    model: BatchedVAE,
    windows: list[torch.Tensor],
    variance: float | torch.Tensor,
    noise_seeds: list[int],
    drawn_length: int = 0,
) -> np.ndarray:
    """Return the objective of each replicate, averaged over windows, and over draws if random.

    Nothing of the model changes, so it can be evaluated in the middle of its training. Windows are
    whitened, (replicate, component, time), all of one length, whatever the model was trained on.
    Noise is drawn for `drawn_length` samples, of which a window uses the first, so that two lengths
    can be compared by the same draws; 0 for no more than it needs.

    Returns
    -------
    numpy.ndarray
        Shape (replicate,), in nats per time point; infinite for a replicate that diverged.
    """
    length = windows[0].shape[-1]
    shape = (model.log_std.shape[1], drawn_length or length)
    # Other draws than those it was trained on.
    seeds = [seed ^ 2 for seed in noise_seeds]
    noise = _Noise(seeds, shape, windows[0].device) if model.needs_noise else None
    draws = max(1, _DRAWS // len(windows)) if noise else 1
    # Made once for all windows and draws, and of the parameters as they are.
    prior = model.prior.resized(length)
    total = torch.zeros(len(windows[0]), device=windows[0].device)
    for window in windows:
        for _ in range(draws):
            drawn = noise.draw()[..., :length] if noise else None
            total += model.objective(window, variance, drawn, prior)
    loss = (total / (draws * len(windows))).cpu().numpy().astype(np.float64)
    # A replicate that diverged must lose against every other restart, not win by NaN.
    return np.where(np.isfinite(loss), loss, math.inf)


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
    interruptible: bool = False,
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
    interruptible : bool
        Whether Ctrl-C, once a step is done, ends the training as if its last step had been done.
    """
    parameters = list(model.parameters())
    # Not the fused kind: that rounds an element differently by its place in the batch.
    optimiser = Adam(_parameter_groups(model), lr=schedule.learning_rate, foreach=True)
    factors = [group["factor"] for group in optimiser.param_groups]
    rate = torch.optim.lr_scheduler.OneCycleLR(
        optimiser,
        max_lr=[schedule.learning_rate * factor for factor in factors],
        total_steps=schedule.steps + 1,
    )
    windows = Windows(noise_seeds, observations.shape[-1], window) if window else None
    shape = (model.log_std.shape[1], window or observations.shape[-1])
    noise = _Noise(noise_seeds, shape, observations.device) if model.needs_noise else None
    recorded = _Recorder(schedule.steps)
    first_step_done = (0.0, 0.0)
    judged = evenly_spaced(observations, window) if window else [observations]

    def objective() -> np.ndarray:
        # By the same draws each time, so that what differs is the parameters alone.
        return evaluate(model, judged, schedule.last_variance, noise_seeds)

    earlier = np.empty(0)
    curve: list[torch.Tensor] = []
    try:
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
            curve.append(loss.detach())
            if step == 0:
                first_step_done = (time.monotonic(), time.process_time())
            if progress:
                progress(step + 1)
    except KeyboardInterrupt:
        if not (interruptible and curve):
            raise
    interrupted = len(curve) < schedule.steps
    final = objective()
    # Not as a difference, which infinities have none of.
    at_rest = False if interrupted else earlier < final + _LARGEST_FALL
    return Trained(
        final,
        np.isfinite(final) & at_rest,
        recorded.history(),
        first_step_done,
        torch.stack(curve, dim=1).cpu().numpy(),
        interrupted,
    )
