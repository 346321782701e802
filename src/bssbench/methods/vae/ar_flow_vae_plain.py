"""AR-Flow VAE (arXiv 2603.14441) as its abstract reads: a reconstruction with nothing added."""

from dataclasses import dataclass

from bssbench.methods.vae._autoregressive_flow import BASES, FlowMethod
from bssbench.models.recipe import POSTERIORS
from bssbench.parameters import parameter

_PLAIN = "the abstract names no such thing"


@dataclass(frozen=True)
class Method(FlowMethod):
    """AR-Flow VAE as the abstract reads, nothing added (reconstruction).

    The abstract, all that was available of the paper, names a VAE whose latents are the sources,
    each endowed with a parameter-adaptive autoregressive flow prior of its own. That is read as the
    plain autoregressive flow: a network of the past sets shift and scale of normal innovations.
    What else `ar-flow-vae` adds is left out, at any cost in score; encoder, decoder and the course
    of the training are as there.

    Attributes
    ----------
    restarts, observation_variance, rotation, smoothing, posterior, octaves, spacing, network_scale
        As for `ar-flow-vae`, with what it adds taken away.
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
