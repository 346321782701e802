"""Train a batch of independent VAEs, one for each seed and restart."""

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
    """Number of steps, learning rate and annealing of the decoder's variance.

    Attributes
    ----------
    steps : int
        Number of gradient steps.
    learning_rate : float
        Peak of the one-cycle schedule.
    last_variance : float or torch.Tensor
        Final variance of the decoder, for all replicates or of shape (replicate,).
    """

    steps: int
    learning_rate: float
    last_variance: float | torch.Tensor

    def variance(self, step: int) -> float | torch.Tensor:
        """Return the decoder's variance at a step.

        The variance decreases geometrically from 1 over the first 60 % of the steps and is then
        constant. With a small variance from the start, a change of the latents requires a joint
        change of encoder and decoder along a narrow valley of the objective, in which most runs
        stop early.

        Parameters
        ----------
        step : int
            Index of the step.

        Returns
        -------
        float or torch.Tensor
            For all replicates, or of shape (replicate,).
        """
        progress = min(1.0, step / max(1.0, _ANNEALED_FRACTION * self.steps))
        return _FIRST_VARIANCE * (self.last_variance / _FIRST_VARIANCE) ** progress


@dataclass(frozen=True)
class History:
    """Records of a training at evenly spaced steps.

    Attributes
    ----------
    steps : numpy.ndarray
        Shape (record,). The recorded steps.
    loss : numpy.ndarray
        Shape (replicate, record), in nats per time point.
    parameters : dict of str to numpy.ndarray
        The prior's summary, each of shape (replicate, record, latent, …).
    weight : numpy.ndarray or None
        Shape (replicate, record, latent, component). The unmixing matrix after each step, if the
        maps are linear.
    reached : numpy.ndarray
        Shape (record,). Time at the end of each step, from `time.monotonic`.
    """

    steps: np.ndarray
    loss: np.ndarray
    parameters: dict[str, np.ndarray]
    weight: np.ndarray | None
    reached: np.ndarray


class _Recorder:
    """Recorder of loss, prior parameters and unmixing matrix at evenly spaced steps."""

    def __init__(self, steps: int) -> None:
        self.wanted = set(np.linspace(0, steps - 1, min(steps, _RECORDED_STEPS)).astype(int))
        self.steps: list[int] = []
        self.losses: list[np.ndarray] = []
        self.summaries: list[dict[str, np.ndarray]] = []
        self.weights: list[np.ndarray] = []
        self.reached: list[float] = []

    def note(self, step: int, loss: torch.Tensor, model: BatchedVAE) -> None:
        """Record loss and parameters before the update of a step, if the step is recorded."""
        if step not in self.wanted:
            return
        self.steps.append(step)
        self.losses.append(loss.detach().cpu().numpy().copy())
        summary = model.prior.summary()
        self.summaries.append({k: v.detach().cpu().numpy().copy() for k, v in summary.items()})

    def note_reached(self, step: int, model: BatchedVAE) -> None:
        """Record the unmixing matrix and the time after the update of a step."""
        if step not in self.wanted:
            return
        if not model.nonlinear:
            self.weights.append(model.unmixing_matrix().detach().cpu().numpy().copy())
        # After the copy, which waits until the device has finished the step.
        self.reached.append(time.monotonic())

    def history(self) -> History:
        """Return all records, with the replicate as the first axis."""
        # An interrupted step has a loss, but no time.
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
    """The result of a training, in addition to the trained model.

    Attributes
    ----------
    loss : numpy.ndarray
        Shape (replicate,). Final objective in nats per time point.
    converged : numpy.ndarray
        Shape (replicate,). Whether the objective fell by less than 0.05 nats per time point in the
        last quarter of the steps. This does not imply that the optimum is global, and the learning
        rate decreases to zero in any case.
    history : History
        Records at evenly spaced steps.
    first_step_done : tuple of float
        Time at the end of the first step, from `time.monotonic` and `time.process_time`.
    curve : numpy.ndarray
        Shape (replicate, step). Objective of each step, with the decoder's variance of that step
        and one posterior draw.
    interrupted : bool
        Whether the training was stopped before its last step.
    """

    loss: np.ndarray
    converged: np.ndarray
    history: History
    first_step_done: tuple[float, float]
    curve: np.ndarray
    interrupted: bool = False


class _Noise:
    """Standard normal numbers from one generator per replicate, so that they are independent."""

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
    """Return the objective of each replicate, averaged over windows and posterior draws.

    The model is not changed, so that it can be evaluated during training.

    Parameters
    ----------
    model : BatchedVAE
        The VAEs.
    windows : list of torch.Tensor
        Each of shape (replicate, component, time), whitened, and all of the same length, which may
        differ from that in training.
    variance : float or torch.Tensor
        Variance of the decoder, for all replicates or of shape (replicate,).
    noise_seeds : list of int
        One seed per replicate.
    drawn_length : int, default=0
        Number of time points for which noise is drawn; a window uses the first ones. The same value
        makes windows of different lengths comparable. 0 means the length of the windows.

    Returns
    -------
    numpy.ndarray
        Shape (replicate,), in nats per time point; infinite for a diverged replicate.
    """
    length = windows[0].shape[-1]
    shape = (model.log_std.shape[1], drawn_length or length)
    # Different draws from those in training.
    seeds = [seed ^ 2 for seed in noise_seeds]
    noise = _Noise(seeds, shape, windows[0].device) if model.needs_noise else None
    draws = max(1, _DRAWS // len(windows)) if noise else 1
    # Constructed once for all windows and draws, from the current parameters.
    prior = model.prior.resized(length)
    total = torch.zeros(len(windows[0]), device=windows[0].device)
    for window in windows:
        for _ in range(draws):
            drawn = noise.draw()[..., :length] if noise else None
            total += model.objective(window, variance, drawn, prior)
    loss = (total / (draws * len(windows))).cpu().numpy().astype(np.float64)
    # A diverged replicate has an infinite loss, so that every other restart is preferred; NaN would
    # be selected.
    return np.where(np.isfinite(loss), loss, math.inf)


def _clip_each_replicate(parameters: list[torch.nn.Parameter]) -> None:
    """Clip the norm of each replicate's gradient separately."""
    gradients = [p.grad for p in parameters if p.grad is not None]
    # In a loop, since the order of summation in a reduction over a stack depends on the batch.
    squared = torch.zeros(len(gradients[0]), device=gradients[0].device)
    for gradient in gradients:
        squared = squared + gradient.flatten(1).square().sum(1)
    factor = (_LARGEST_GRADIENT_NORM / (squared.sqrt() + 1e-6)).clamp(max=1.0)
    for gradient in gradients:
        gradient.mul_(factor.reshape(-1, *[1] * (gradient.dim() - 1)))


def _parameter_groups(model: BatchedVAE) -> list[dict[str, Any]]:
    """Return parameter groups for the prior and the rest, with factors of the learning rate."""
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
    """Train a model in place with Adam and a one-cycle schedule.

    Parameters
    ----------
    model : BatchedVAE
        Changed in place.
    observations : torch.Tensor
        Shape (replicate, component, time), whitened.
    noise_seeds : list of int
        One seed per replicate.
    schedule : Schedule
        Steps, learning rate and final variance.
    window : int, default=0
        Number of time points in a step, and the length of the model's prior. Each step and
        replicate has a different random window. 0 means the whole series.
    progress : callable, optional
        Called with the number of steps done, after each step.
    interruptible : bool, default=False
        Whether Ctrl-C, after the first step, ends the training without an error.

    Returns
    -------
    Trained
        Losses, convergence and history.
    """
    parameters = list(model.parameters())
    # Not the fused implementation, whose rounding errors depend on the position in the batch.
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
        # With the same draws each time, so that only the parameters differ.
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
            # A sum, not a mean, so that a replicate's gradient does not depend on their number.
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
    # Not as a difference, which is undefined for infinities.
    at_rest = False if interrupted else earlier < final + _LARGEST_FALL
    return Trained(
        final,
        np.isfinite(final) & at_rest,
        recorded.history(),
        first_step_done,
        torch.stack(curve, dim=1).cpu().numpy(),
        interrupted,
    )
