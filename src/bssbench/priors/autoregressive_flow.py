"""The autoregressive-flow prior of AR-Flow VAE (arXiv 2603.14441), reconstructed."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import nn

from bssbench.priors.base import Prior, expected_negative_entropy
from bssbench.priors.conditional_network import ConditionalNetwork
from bssbench.priors.innovations import BASES
from bssbench.priors.past import feature_lags, past_features

__all__ = ["AutoregressiveFlowPrior", "FlowForm"]

_LARGEST_LOG_SCALE = 3.0


@dataclass(frozen=True)
class FlowForm:
    """The form of a flow.

    Attributes
    ----------
    order, octaves : int
        What it sees of the past: see `bssbench.priors.past.feature_lags`.
    layers : int
        Number of autoregressive layers, one upon the other.
    hidden_units : int
        Of the network that the conditional mean has beside its linear part; 0 for none.
    state_dependent_scale : bool
        Whether the network also sets the innovations' scale.
    base : str
        The innovations' distribution, one of `bssbench.priors.innovations.BASES`.
    network_scale : float
        Of the prior on the network's weights, by which it stays out of a latent that a linear
        autoregression suffices for; 0 for none.
    """

    order: int = 8
    octaves: int = 2
    layers: int = 1
    hidden_units: int = 0
    state_dependent_scale: bool = False
    base: str = "mixture"
    network_scale: float = 0.0


class _Layer(nn.Module):
    """u_t = (z_t − m(past)) e^{−a(past)}, for each latent its own m and a."""

    def __init__(self, shape: tuple[int, int], form: FlowForm) -> None:
        super().__init__()
        self.form = form
        features = form.order + form.octaves
        self.coefficients = nn.Parameter(torch.zeros(*shape, features))
        self.log_scale = nn.Parameter(torch.zeros(*shape, 1))
        self.network = None
        if form.hidden_units:
            outputs = 2 if form.state_dependent_scale else 1
            self.network = ConditionalNetwork(
                shape, features, form.hidden_units, outputs, form.network_scale
            )

    def conditional(self, past: list[torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
        """Return m and a, each (replicate, latent, time), a perhaps with one time for all."""
        coefficients = self.coefficients
        if self.network is None:
            # Whole shifted copies: a pass over memory for each costs less than gathering windows.
            mean = coefficients[..., :1] * past[0]
            for index in range(1, len(past)):
                mean = mean + coefficients[..., index : index + 1] * past[index]
            return mean, self.log_scale
        answer = self.network(torch.stack(past, dim=2), coefficients)
        if not self.form.state_dependent_scale:
            return answer[:, :, 0], self.log_scale
        bound = _LARGEST_LOG_SCALE
        shift = bound * torch.tanh(answer[:, :, 1] / bound)
        return answer[:, :, 0], self.log_scale + shift

    def forward(self, series: torch.Tensor, spacing: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the innovations and a, each (replicate, latent, time or 1)."""
        past = past_features(series, self.form.order, self.form.octaves, spacing)
        mean, log_scale = self.conditional(past)
        return (series - mean) * torch.exp(-log_scale), log_scale

    def invert(self, innovations: torch.Tensor, spacing: int) -> torch.Tensor:
        """Return the series with these innovations, one time step after the other."""
        lags = feature_lags(self.form.order, self.form.octaves)
        reach = lags[-1][-1] * spacing
        path = torch.zeros(*innovations.shape[:-1], reach + innovations.shape[-1])
        for t in range(innovations.shape[-1]):
            now = reach + t
            past = [
                torch.stack([path[..., now - lag * spacing] for lag in span]).mean(0)[..., None]
                for span in lags
            ]
            mean, log_scale = self.conditional(past)
            path[..., now] = (mean + torch.exp(log_scale) * innovations[..., t : t + 1])[..., 0]
        return path[..., reach:]


class AutoregressiveFlowPrior(Prior):
    """Each latent is an autoregression whose innovations have a learned distribution.

        u_t = (z_t − m(past)) e^{−a},    log p(z) = Σ_t [log π(u_t) − a],

    with zeros before the start, by default a linear m, a constant a, and π a mixture of four
    Gaussians; parameters of its own for each latent. A Gaussian π would make this a Markovian
    Gaussian process; the learned one can tell sources of equal spectra apart.

    Where the lags are d samples apart, the d interleaved series are modelled as independent ones
    with one law: still a normalised density, for series sampled faster than they vary.

    Parameters
    ----------
    replicates, latents : int
        Sizes of the batch.
    spacing : int
        d, in samples.
    form : FlowForm, optional
        The form of the flow.
    shared : bool
        Whether all latents of a replicate have the same parameters (an ablation).
    share : float
        Of the whole series' length, what a divergence is taken over, where it is seen in parts.
    """

    needs_sample = True

    def __init__(
        self,
        replicates: int,
        latents: int,
        spacing: int = 1,
        form: FlowForm | None = None,
        shared: bool = False,
        share: float = 1.0,
    ) -> None:
        super().__init__()
        form = form or FlowForm()
        self.shape, self.spacing, self.share = (replicates, latents), spacing, share
        shape = (replicates, 1 if shared else latents)
        self.layers = nn.ModuleList(_Layer(shape, form) for _ in range(form.layers))
        self.base = BASES[form.base](shape)

    def _stack(self) -> list[_Layer]:
        return [layer for layer in self.layers if isinstance(layer, _Layer)]

    def log_density(self, latents: torch.Tensor) -> torch.Tensor:
        """Return log p(z), (replicate, latent), in nats, of (replicate, latent, time)."""
        length = latents.shape[-1]
        series, total = latents, torch.zeros(latents.shape[:2], device=latents.device)
        for layer in self._stack():
            series, log_scale = layer(series, self.spacing)
            # One value stands for all times.
            total = total - log_scale.sum(-1) * (length / log_scale.shape[-1])
        return total + self.base.log_density(series).sum(-1)

    def divergence(
        self, mean: torch.Tensor, std: torch.Tensor, sample: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Return a one-sample estimate of KL(q ‖ p) of shape (replicate,), in nats.

        Where the network's weights have a prior, less their log-density: what is learned is then
        their most probable values, and not their most likely ones.

        Raises
        ------
        ValueError
            If no sample is given.
        """
        if sample is None:
            raise ValueError("this divergence has no closed form: it needs a posterior sample")
        negative_entropy = expected_negative_entropy(std, mean.shape[-1])
        divergence = negative_entropy - self.log_density(sample).sum(-1)
        networks = [layer.network for layer in self._stack() if layer.network is not None]
        return divergence + self.share * sum(network.penalty() for network in networks)

    @torch.no_grad()
    def sample(self, generator: torch.Generator, length: int) -> torch.Tensor:
        """Draw, one time step after the other; shape (replicate, latent, length)."""
        # Latents that share their parameters are independent all the same: as many draws of each.
        copies = self.shape[1] // self._stack()[0].log_scale.shape[1]
        series = self.base.draw(generator, length * copies).reshape(*self.shape, length)
        for layer in reversed(self._stack()):
            series = layer.invert(series, self.spacing)
        return series

    def summary(self) -> Mapping[str, torch.Tensor]:
        """Return coefficients (replicate, latent, feature), the innovations' spread and kurtosis.

        Of several layers these are the first one's coefficients and the product of their scales.
        """
        variance, excess_kurtosis = self.base.moments()
        layers = self._stack()
        log_scale = torch.stack([layer.log_scale[..., 0] for layer in layers]).sum(0)
        values = {
            "coefficients": layers[0].coefficients,
            "innovation_std": torch.exp(log_scale) * variance.to(log_scale).sqrt(),
            "innovation_excess_kurtosis": excess_kurtosis,
        }
        return {name: value.expand(*self.shape, *value.shape[2:]) for name, value in values.items()}
