"""Trained VAEs as arrays, and the objective of one that was kept so on other observations."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch

from bssbench.models.device import usable_device
from bssbench.models.recipe import Recipe
from bssbench.models.training import Trained, evaluate
from bssbench.models.vae import BatchedVAE, PriorFactory
from bssbench.models.windows import evenly_spaced
from bssbench.priors.base import Batch
from bssbench.separation import Kept

__all__ = ["keep", "kept_objective"]


@torch.no_grad()
def keep(
    model: BatchedVAE,
    observations: torch.Tensor,
    trained: Trained,
    chosen: np.ndarray,
    constants: Sequence[Mapping[str, np.ndarray]],
) -> list[Kept]:
    """Return what is left of some VAEs of a batch.

    Parameters
    ----------
    model, observations, trained
        The batch, what it was trained on, and what training reported.
    chosen : numpy.ndarray
        Shape (kept,): which of the batch.
    constants : sequence of mapping
        For each kept, what the observations said that it was made by.
    """
    parameters = {name: value.numpy(force=True) for name, value in model.named_parameters()}
    summary = {name: value.numpy(force=True) for name, value in model.prior.summary().items()}
    scale = model.decoded_scale(observations).numpy(force=True)
    return [
        Kept(
            iterations=trained.curve.shape[1],
            loss_curve=trained.curve[index],
            prior={name: value[index].copy() for name, value in summary.items()},
            arrays={
                **constant,
                "scale": scale[index],
                **{f"model/{name}": value[index].copy() for name, value in parameters.items()},
            },
            interrupted=trained.interrupted,
        )
        for index, constant in zip(chosen, constants, strict=True)
    ]


@torch.no_grad()
def kept_objective(
    arrays: Mapping[str, np.ndarray],
    observations: np.ndarray,
    recipe: Recipe,
    make_prior: PriorFactory,
) -> float:
    """Return the objective of a VAE that was kept on observations, in nats per time point.

    Parameters
    ----------
    arrays : mapping of str to numpy.ndarray
        `Kept.arrays`, as `keep` returns them.
    observations : numpy.ndarray
        Shape (time, channel). Of more than the recipe's window, as many windows are judged as in
        training.
    recipe, make_prior
        By which it was trained.
    """
    device = usable_device(recipe.device)
    whitened = arrays["whitening"] @ (observations - arrays["mean"]).T
    batch = Batch(
        replicates=1,
        latents=len(arrays["scale"]),
        length=recipe.window,
        whole_length=int(arrays["length"]),
        lag_spacing=int(arrays["lag_spacing"]),
        half_decay_lags=arrays["half_decay_lags"][None],
        nonlinear=recipe.nonlinear,
        device=recipe.device,
    )
    # Its first values are of no importance: all are replaced.
    model = BatchedVAE.of(
        batch, len(whitened), [np.random.SeedSequence(0)], make_prior, recipe.form
    )
    for name, parameter in model.named_parameters():
        parameter.copy_(torch.tensor(arrays[f"model/{name}"][None]))
    series = torch.tensor(whitened[None], dtype=torch.float32, device=device)
    length, window = series.shape[-1], recipe.window
    judged = evenly_spaced(series, window) if length > window else [series]
    seeds = [int(arrays["noise_seed"])]
    return float(evaluate(model.to(device), judged, float(arrays["variance"]), seeds)[0])
