"""Train VAEs on observations and return a separation."""

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
    """Train one VAE per seed and restart, and select the restart with the lowest loss.

    Parameters
    ----------
    observations : numpy.ndarray
        Shape (replicate, time, channel).
    n_latents : int
        Number of sources to estimate.
    seeds : sequence of numpy.random.SeedSequence
        One seed per replicate; all randomness derives from it.
    recipe : Recipe
        Training settings.
    make_prior : callable
        Returns the prior of a batch.
    progress : callable, optional
        Called with the number of steps done and the total number of steps.

    Returns
    -------
    separation : Separation
        The sources of each seed's best restart, with diagnostics and the training history.
    lag_spacings : list of int
        The lag spacing of each seed's observations, in samples.

    Raises
    ------
    InputError
        If a replicate has fewer independent channels than sources.
    MachineError
        If the device cannot be used.
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
    # The time of a record is the sum of the times in which all groups reached it.
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
    """Train on the first part of the series and return the objective on the rest.

    Parameters
    ----------
    observations : numpy.ndarray
        Shape (replicate, time, channel).
    training_length : int
        Number of samples to train on.
    n_latents, seeds, recipe, make_prior
        As for `fit`.

    Returns
    -------
    numpy.ndarray
        Shape (replicate,), in nats per time point. Do not use it for selection if the scale is
        closed: the whole series and its first part are then evaluated with latents of unit
        variance, so that the difference also depends on the scales.
    """
    length, whole = training_length, observations.shape[1]
    data = _prepare(observations[:, :length], n_latents, seeds, recipe)
    # The objective of the whole minus that of the training part is the objective of the rest, given
    # the training part. Both use the whitening of the training data, which is the same for all
    # configurations.
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
    """The whitened observations of all seeds, with quantities estimated from them.

    Lag spacings and `half_decay_lags`, (replicate, 2), are in samples. `variances` are the final
    values of the decoders' variances.
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
        """Return the indices of the seeds with each spacing, which are trained together."""
        spacings = np.array(self.spacings)
        return [np.flatnonzero(spacings == spacing) for spacing in np.unique(spacings)]

    def tensor(self, of_seeds: np.ndarray) -> torch.Tensor:
        """Repeat one value per seed for each restart, seed-major, on the device."""
        repeated = np.repeat(of_seeds, self.recipe.restarts, axis=0)
        return torch.tensor(repeated, dtype=torch.float32, device=self.device)


def _prepare(
    observations: np.ndarray,
    n_latents: int,
    seeds: Sequence[np.random.SeedSequence],
    recipe: Recipe,
) -> _Prepared:
    """Whiten the observations and estimate their time scales and noise."""
    device = usable_device(recipe.device)
    # The tails of kernels underflow to denormals, which are many times slower on x86.
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
    """The trained VAEs of the seeds with one spacing: all restarts, seed-major."""

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
        """Index in the batch of each seed's restart with the lowest loss."""
        losses = self.losses
        return np.asarray(np.arange(len(losses)) * losses.shape[1] + losses.argmin(axis=1))

    def constants(self) -> list[dict[str, np.ndarray]]:
        """Return, for each seed, the values estimated from the observations."""
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
    """Construct and train the models of the seeds `rows`, which have the same spacing."""
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
    """Return the objective of each series in the batch, in nats."""
    variance = part.schedule.last_variance
    loss = evaluate(part.model, [observations], variance, part.noise_seeds, drawn_length)
    return loss * observations.shape[-1]


@torch.no_grad()
def _found(part: _Part) -> dict[str, np.ndarray]:
    """Return the result of each seed's best restart."""
    best, model, history = part.best, part.model, part.trained.history
    whitening = part.data.whitened.whitening[part.rows]
    # Without smoothing over time: scores compare the demixing of methods, not their noise filters.
    sources = model.latents(part.observations).mT.cpu().numpy()[best]
    std = model.posterior(part.observations).std
    diverged_at = _diverged_at(part, sources)
    # The values of a diverged replicate are not a separation, even where they are finite.
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
    """Return each seed's first step, counted from 1, with a loss that is not finite; 0 if none.

    If only the result of the last step is not finite, it is the number of steps plus 1.
    """
    curve = part.trained.curve[part.best]
    # One more column for the result of the last step.
    ended = np.zeros((len(curve), 1), dtype=bool)
    first = np.argmin(np.hstack([np.isfinite(curve), ended]), axis=1) + 1
    sound = np.isfinite(part.trained.loss[part.best]) & np.isfinite(sources).all(axis=(1, 2))
    return np.where(sound, 0, first)


def _by_seed(groups: list[np.ndarray], values: list[np.ndarray]) -> np.ndarray:
    """Return the values of all groups, (seed of the group, …), in the order of the seeds."""
    return np.asarray(np.concatenate(values)[np.argsort(np.concatenate(groups))])


def _report(
    progress: Callable[[int, int], None] | None, before: int, in_all: int
) -> Callable[[int], None] | None:
    """Return the progress function of one group, which takes its own number of steps."""
    return (lambda done: progress(before + done, in_all)) if progress else None


def _diagnostics(data: _Prepared, losses: np.ndarray) -> dict[str, Any]:
    """Return diagnostics in JSON's types; the loss of a diverged restart is None."""
    finite = [[loss if np.isfinite(loss) else None for loss in row] for row in losses.tolist()]
    return {
        "steps": data.recipe.steps,
        "learning_rate": data.recipe.learning_rate,
        # One value per seed.
        "observation_variance": data.variances.tolist(),
        "window": data.recipe.window,
        "losses_of_restarts": finite,
        "device": str(data.device),
    }
