"""What is kept of a training's way."""

import time
from dataclasses import dataclass

import numpy as np
import torch

from bssbench.models.vae import BatchedVAE

__all__ = ["History", "Recorder"]

_RECORDED_STEPS = 60


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


class Recorder:
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
        names = self.summaries[0] if self.summaries else {}
        return History(
            steps=np.array(self.steps),
            loss=np.stack(self.losses, axis=1),
            parameters={name: np.stack([s[name] for s in self.summaries], 1) for name in names},
            weight=np.stack(self.weights, axis=1) if self.weights else None,
            reached=np.array(self.reached),
        )
