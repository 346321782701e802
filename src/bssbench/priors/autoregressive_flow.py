"""The autoregressive-flow prior of AR-Flow VAE (arXiv 2603.14441), a reconstruction."""

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
    """The form of an autoregressive flow.

    Attributes
    ----------
    order, octaves : int
        Features of the past: see `bssbench.priors.past.feature_lags`.
    layers : int
        Number of stacked autoregressive layers.
    hidden_units : int
        Hidden units of the network that is added to the linear part of the conditional mean; 0 for
        no network.
    state_dependent_scale : bool
        Whether the network also sets the innovations' scale.
    base : str
        Distribution of the innovations, one of `bssbench.priors.innovations.BASES`.
    network_scale : float
        Scale of the prior on the network's weights, which keeps the network near zero for a latent
        that a linear autoregression describes; 0 for no such prior.
    """

    order: int = 8
    octaves: int = 2
    layers: int = 1
    hidden_units: int = 0
    state_dependent_scale: bool = False
    base: str = "mixture"
    network_scale: float = 0.0


class _Layer(nn.Module):
    """One layer, u_t = (z_t − m(past)) e^{−a(past)}, with separate m and a for each latent."""

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
        """Return m (replicate, latent, time) and a (replicate, latent, time or 1)."""
        coefficients = self.coefficients
        if self.network is None:
            # One pass over memory per shifted copy is faster than gathering windows.
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
        """Return the series with these innovations, computed step by step."""
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
    """Autoregression on each latent, with a learned distribution of the innovations.

        u_t = (z_t − m(past)) e^{−a},    log p(z) = Σ_t [log π(u_t) − a],

    with z_t = 0 before the start. By default m is linear, a is constant and π is a mixture of four
    Gaussians, with separate parameters for each latent. With a Gaussian π and a linear m, this is a
    Markovian Gaussian process. A learned π can also separate sources with equal spectra.

    If the lags are d samples apart, the d interleaved series are modelled as independent, with the
    same parameters. This is a normalised density for series sampled faster than they vary.

    Parameters
    ----------
    replicates, latents : int
        Sizes of the batch.
    spacing : int, default=1
        Spacing d of the lags, in samples.
    form : FlowForm, optional
        The form of the flow.
    shared : bool, default=False
        Whether all latents of a replicate have the same parameters (an ablation).
    share : float, default=1.0
        Length of the window over the length of the whole series. It scales the prior on the
        network's weights, which counts once per series.
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
        """Return log p(z) of each latent.

        Parameters
        ----------
        latents : torch.Tensor
            Shape (replicate, latent, time).

        Returns
        -------
        torch.Tensor
            Shape (replicate, latent), in nats.
        """
        length = latents.shape[-1]
        series, total = latents, torch.zeros(latents.shape[:2], device=latents.device)
        for layer in self._stack():
            series, log_scale = layer(series, self.spacing)
            # A constant scale counts once per time point.
            total = total - log_scale.sum(-1) * (length / log_scale.shape[-1])
        return total + self.base.log_density(series).sum(-1)

    def divergence(
        self, mean: torch.Tensor, std: torch.Tensor, sample: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Return a one-sample estimate of KL(q ‖ p).

        If the network's weights have a prior, their negative log-density is added, so that training
        finds a maximum a posteriori estimate of the weights.

        Parameters
        ----------
        mean : torch.Tensor
            Shape (replicate, latent, time).
        std : torch.Tensor
            Shape (replicate, latent, time) or (replicate, latent, 1).
        sample : torch.Tensor
            Reparameterised posterior draw with the shape of `mean`.

        Returns
        -------
        torch.Tensor
            Shape (replicate,), in nats.

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
        """Draw from the prior step by step; shape (replicate, latent, length)."""
        # Latents with shared parameters are still independent, so each needs its own draws.
        copies = self.shape[1] // self._stack()[0].log_scale.shape[1]
        series = self.base.draw(generator, length * copies).reshape(*self.shape, length)
        for layer in reversed(self._stack()):
            series = layer.invert(series, self.spacing)
        return series

    def summary(self) -> Mapping[str, torch.Tensor]:
        """Return the coefficients and the standard deviation and kurtosis of the innovations.

        With several layers, these are the coefficients of the first and the product of all scales.

        Returns
        -------
        mapping of str to torch.Tensor
            ``coefficients`` (replicate, latent, feature), ``innovation_std`` and
            ``innovation_excess_kurtosis`` (replicate, latent).
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
