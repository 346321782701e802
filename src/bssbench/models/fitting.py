"""From observations to trained VAEs, and from these to a separation."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from bssbench.models.device import usable_device
from bssbench.models.keeping import keep
from bssbench.models.recipe import Recipe
from bssbench.models.sensor_noise import decoder_variances
from bssbench.models.time_scales import half_decay_lags, lag_spacings
from bssbench.models.training import Schedule, Trained, evaluate, train
from bssbench.models.vae import BatchedVAE, PriorFactory
from bssbench.models.whitening import Whitened, whiten
from bssbench.priors.base import Batch
from bssbench.randomness import child
from bssbench.separation import Kept, Separation, Stopwatch

__all__ = ["fit", "held_out_objective"]


def fit(
    observations: np.ndarray,
    n_latents: int,
    seeds: Sequence[np.random.SeedSequence],
    recipe: Recipe,
    make_prior: PriorFactory,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Separation, list[int]]:
    """Train one VAE per seed and restart; return each seed's best by loss, and its lag spacing.

    Parameters
    ----------
    observations : numpy.ndarray
        Shape (replicate, time, channel).
    n_latents : int
        Number of sources to find.
    seeds : sequence of numpy.random.SeedSequence
        One per replicate, the only source of randomness.
    recipe : Recipe
        How to train.
    make_prior : callable
        Returns the prior for a batch.
    progress : callable, optional
        Called with (steps done, steps in all).

    Raises
    ------
    InputError
        If a replicate has fewer independent channels than sources.
    MachineError
        If the device can't be used.
    """
    stopwatch = Stopwatch()
    data = _prepare(observations, n_latents, seeds, recipe)
    groups = data.groups()
    found: list[dict[str, np.ndarray]] = []
    elapsed: list[np.ndarray] = []
    kept: dict[int, Kept] = {}
    began = stopwatch.began[0]
    for place, rows in enumerate(groups):
        report = _report(progress, place * recipe.steps, len(groups) * recipe.steps)
        part = _train(data, rows, make_prior, report)
        if place == 0:
            stopwatch.lap("warm_up", part.trained.first_step_done)
        elapsed.append(part.trained.history.reached - began)
        found.append(_found(part))
        if recipe.keep:
            ours = keep(part.model, part.observations, part.trained, part.best, part.constants())
            kept |= zip(rows.tolist(), ours, strict=True)
        began = time.monotonic()
    arrays = {name: _by_seed(groups, [one[name] for one in found]) for name in found[0]}
    history = {"step": part.trained.history.steps}
    for name in [name for name in arrays if name.startswith("history/")]:
        history[name.removeprefix("history/")] = arrays.pop(name)
    losses, converged = arrays.pop("losses"), arrays.pop("converged")
    diagnostics = _diagnostics(data, losses) | {"converged": converged.tolist()}
    diverged_at = arrays.pop("diverged_at").tolist()
    if any(diverged_at):
        diagnostics["diverged_at"] = [step or None for step in diverged_at]
    # A record has taken what it took every group to reach it.
    stopwatch.records = np.sum(elapsed, axis=0).tolist()
    separation = Separation(
        **arrays,
        loss=losses.min(axis=1),
        history=history,
        diagnostics=diagnostics,
        stopwatch=stopwatch,
        kept=tuple(kept[row] for row in sorted(kept)),
    )
    stopwatch.lap("solve")
    return separation, data.spacings


def held_out_objective(
    observations: np.ndarray,
    training_length: int,
    n_latents: int,
    seeds: Sequence[np.random.SeedSequence],
    recipe: Recipe,
    make_prior: PriorFactory,
) -> np.ndarray:
    """Train on the first part of the time and return the objective on the rest.

    Parameters
    ----------
    observations, n_latents, seeds, recipe, make_prior
        As for `fit`.
    training_length : int
        Number of samples to train on.

    Returns
    -------
    numpy.ndarray
        Shape (replicate,), in nats per time point. Where the scale is closed, both the whole and
        its first part are judged with latents of unit variance, so that the difference is also one
        of scales, and no choice may rest on it.
    """
    length, whole = training_length, observations.shape[1]
    data = _prepare(observations[:, :length], n_latents, seeds, recipe)
    # Of the whole, in the coordinates of the training data, which are the same for all
    # configurations, less the part that was trained on: what comes after, given what was before.
    rest = data.whitened.apply(observations[:, length:])
    components = np.concatenate([data.whitened.components, rest], axis=2)
    found = []
    for rows in data.groups():
        part = _train(data, rows, make_prior)
        everything = data.tensor(components[rows])
        later = _nats(part, everything, whole) - _nats(part, everything[..., :length], whole)
        found.append((later / (whole - length))[part.best])
    return _by_seed(data.groups(), found)


@dataclass(frozen=True)
class _Prepared:
    """The observations of all seeds, ready to be trained on, and what is read off them.

    Lag spacings and `half_decay_lags`, (replicate, 2), are in samples; the annealing of each
    decoder's variance ends at `variances`.
    """

    whitened: Whitened
    n_latents: int
    seeds: Sequence[np.random.SeedSequence]
    recipe: Recipe
    device: torch.device
    spacings: list[int]
    half_decay_lags: np.ndarray
    variances: np.ndarray

    def groups(self) -> list[np.ndarray]:
        """Return the indices of the seeds of each spacing: those train together."""
        spacings = np.array(self.spacings)
        return [np.flatnonzero(spacings == spacing) for spacing in np.unique(spacings)]

    def tensor(self, of_seeds: np.ndarray) -> torch.Tensor:
        """Return one value per seed as one per restart of each, seed-major, on the device."""
        repeated = np.repeat(of_seeds, self.recipe.restarts, axis=0)
        return torch.tensor(repeated, dtype=torch.float32, device=self.device)


def _prepare(
    observations: np.ndarray,
    n_latents: int,
    seeds: Sequence[np.random.SeedSequence],
    recipe: Recipe,
) -> _Prepared:
    """Whiten the observations and read off them how fast they vary and how noisy they may be."""
    device = usable_device(recipe.device)
    # The tails of kernels underflow to denormals, which x86 computes many times more slowly.
    torch.set_flush_denormal(True)
    whitened = whiten(observations, observations.shape[2] if recipe.nonlinear else n_latents)
    components = whitened.components
    spacings = lag_spacings(components)
    if recipe.observation_variance is None:
        variances = decoder_variances(components, spacings, recipe.nonlinear)
    else:
        variances = np.full(len(components), recipe.observation_variance)
    half_decays = half_decay_lags(components)
    return _Prepared(whitened, n_latents, seeds, recipe, device, spacings, half_decays, variances)


@dataclass(frozen=True)
class _Part:
    """The seeds of one spacing, trained: all restarts, seed-major."""

    data: _Prepared
    rows: np.ndarray
    model: BatchedVAE
    observations: torch.Tensor
    noise_seeds: list[int]
    schedule: Schedule
    trained: Trained

    @property
    def losses(self) -> np.ndarray:
        """Shape (seed, restart)."""
        return self.trained.loss.reshape(len(self.rows), -1)

    @property
    def best(self) -> np.ndarray:
        """Where in the batch each seed's restart with the lowest loss stands."""
        losses = self.losses
        return np.asarray(np.arange(len(losses)) * losses.shape[1] + losses.argmin(axis=1))

    def constants(self) -> list[dict[str, np.ndarray]]:
        """Return, for each seed, what the observations say that its model was made by."""
        data, whitened = self.data, self.data.whitened
        return [
            {
                "mean": whitened.mean[row, 0],
                "whitening": whitened.whitening[row],
                "length": np.array(whitened.components.shape[-1]),
                "lag_spacing": np.array(data.spacings[row]),
                "half_decay_lags": data.half_decay_lags[row],
                "variance": np.array(data.variances[row]),
                "noise_seed": np.array(self.noise_seeds[best]),
            }
            for row, best in zip(self.rows, self.best, strict=True)
        ]


def _train(
    data: _Prepared,
    rows: np.ndarray,
    make_prior: PriorFactory,
    report: Callable[[int], None] | None = None,
) -> _Part:
    """Make the model of the seeds `rows`, which have one spacing, and train it."""
    recipe, components = data.recipe, data.whitened.components[rows]
    length = components.shape[-1]
    children = [child(data.seeds[row], k) for row in rows for k in range(recipe.restarts)]
    batch = Batch(
        replicates=len(children),
        latents=data.n_latents,
        length=recipe.window,
        whole_length=length,
        lag_spacing=data.spacings[rows[0]],
        half_decay_lags=np.repeat(data.half_decay_lags[rows], recipe.restarts, axis=0),
        nonlinear=recipe.nonlinear,
        device=recipe.device,
    )
    model = BatchedVAE.of(batch, components.shape[1], children, make_prior, recipe.form)
    model.to(data.device)
    observations = data.tensor(components)
    noise_seeds = [int(child.generate_state(1, np.uint64)[0] >> 1) for child in children]
    schedule = Schedule(recipe.steps, recipe.learning_rate, data.tensor(data.variances[rows]))
    window = recipe.window if recipe.window < length else 0
    trained = train(model, observations, noise_seeds, schedule, window, report, recipe.keep)
    return _Part(data, rows, model, observations, noise_seeds, schedule, trained)


def _nats(part: _Part, observations: torch.Tensor, drawn_length: int) -> np.ndarray:
    """Return the objective of a series in nats, for each of the batch."""
    variance = part.schedule.last_variance
    loss = evaluate(part.model, [observations], variance, part.noise_seeds, drawn_length)
    return loss * observations.shape[-1]


@torch.no_grad()
def _found(part: _Part) -> dict[str, np.ndarray]:
    """Return what was found for each seed, of its best restart."""
    best, model, history = part.best, part.model, part.trained.history
    whitening = part.data.whitened.whitening[part.rows]
    # Without the averaging over time, which would compare noise filters: a method is judged by its
    # demixing.
    sources = model.latents(part.observations).mT.cpu().numpy()[best]
    std = model.posterior(part.observations).std
    diverged_at = _diverged_at(part, sources)
    # Whatever is left of a replicate that diverged is no separation, finite or not.
    sources[diverged_at > 0] = np.nan
    found = {
        "sources": sources.astype(np.float64),
        "diverged_at": diverged_at,
        "uncertainty": std.mean(-1).cpu().numpy()[best],
        "losses": part.losses,
        "converged": part.trained.converged[best],
        "history/loss": history.loss[best],
    }
    if history.weight is not None:
        found["history/unmixing_matrix"] = history.weight[best] @ whitening[:, None]
        found["unmixing_matrix"] = model.unmixing_matrix().cpu().numpy()[best] @ whitening
    return found | {f"history/{name}": value[best] for name, value in history.parameters.items()}


def _diverged_at(part: _Part, sources: np.ndarray) -> np.ndarray:
    """Return for each seed the first step, from 1, whose loss is not finite; 0 if it is at the end.

    Where only what the last step led to is not, it is the step that would have come next.
    """
    curve = part.trained.curve[part.best]
    # One more column, for what comes after the last step.
    ended = np.zeros((len(curve), 1), dtype=bool)
    first = np.argmin(np.hstack([np.isfinite(curve), ended]), axis=1) + 1
    sound = np.isfinite(part.trained.loss[part.best]) & np.isfinite(sources).all(axis=(1, 2))
    return np.where(sound, 0, first)


def _by_seed(groups: list[np.ndarray], values: list[np.ndarray]) -> np.ndarray:
    """Return the groups' values, (seed of the group, …), in the order of all seeds."""
    return np.asarray(np.concatenate(values)[np.argsort(np.concatenate(groups))])


def _report(
    progress: Callable[[int, int], None] | None, before: int, in_all: int
) -> Callable[[int], None] | None:
    """Return what a group's training calls with its own steps done."""
    return (lambda done: progress(before + done, in_all)) if progress else None


def _diagnostics(data: _Prepared, losses: np.ndarray) -> dict[str, Any]:
    """Say how the training went, in JSON's types; a diverged restart's loss is null."""
    finite = [[loss if np.isfinite(loss) else None for loss in row] for row in losses.tolist()]
    return {
        "steps": data.recipe.steps,
        "learning_rate": data.recipe.learning_rate,
        # One for each seed.
        "observation_variance": data.variances.tolist(),
        "window": data.recipe.window,
        "losses_of_restarts": finite,
        "device": str(data.device),
    }
