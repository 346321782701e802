"""AR-Flow VAE (arXiv 2603.14441) as described in its abstract: a reconstruction, no additions."""

from dataclasses import dataclass

from bssbench.methods.vae._autoregressive_flow import BASES, FlowMethod
from bssbench.models.recipe import POSTERIORS
from bssbench.parameters import parameter

_PLAIN = "the abstract names no such thing"


@dataclass(frozen=True)
class Method(FlowMethod):
    """AR-Flow VAE as described in the abstract, without additions (reconstruction).

    Only the paper's abstract was available. It describes a VAE whose latents are the sources, each
    with its own parameter-adaptive autoregressive flow prior. This method interprets it as a plain
    autoregressive flow, in which a network of the past sets the shift and scale of normal
    innovations. It omits the additions of `ar-flow-vae`, even where they improve the scores.
    Encoder, decoder and training schedule are the same.

    Attributes
    ----------
    restarts, observation_variance, rotation, smoothing, posterior, octaves, spacing, network_scale
        As for `ar-flow-vae`; the defaults switch its additions off.
    base : str
        Distribution of the innovations.
    """

    restarts: int | None = parameter(1, _PLAIN, at_least=1)
    observation_variance: float | None = parameter(0.01, "the training recipe's", above=0)
    rotation: bool = parameter(False, _PLAIN)
    smoothing: bool = parameter(False, _PLAIN)
    posterior: str = parameter("diagonal", "a VAE as it is", choices=POSTERIORS)
    octaves: int = parameter(0, _PLAIN, at_least=0)
    spacing: int | None = parameter(1, _PLAIN, at_least=1)
    network_scale: float = parameter(0.0, _PLAIN, at_least=0)
    base: str = parameter("normal", "an autoregressive flow as it is", choices=BASES)
