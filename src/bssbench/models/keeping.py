"""Store trained VAEs as arrays, and evaluate a stored VAE on other observations."""

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
    """Return selected VAEs of a batch as arrays.

    Parameters
    ----------
    model : BatchedVAE
        The batch of trained VAEs.
    observations : torch.Tensor
        The training observations, shape (replicate, component, time), whitened.
    trained : Trained
        The result of the training.
    chosen : numpy.ndarray
        Shape (kept,). Indices of the selected VAEs.
    constants : sequence of mapping
        For each selected VAE, the values estimated from its observations.

    Returns
    -------
    list of Kept
        One record per selected VAE.
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
    """Return the objective of a stored VAE on observations.

    Parameters
    ----------
    arrays : mapping of str to numpy.ndarray
        `Kept.arrays`, as `keep` returns them.
    observations : numpy.ndarray
        Shape (time, channel). If they are longer than the recipe's window, the objective is
        averaged over evenly spaced windows, as in training.
    recipe : Recipe
        The settings of its training.
    make_prior : callable
        Returns the prior of a batch, as in its training.

    Returns
    -------
    float
        In nats per time point.
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
    # The initial values do not matter, since all parameters are replaced.
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
