"""How a batch of VAEs is to be trained, decided before anything is."""

from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["POSTERIORS", "SCALES", "Form", "Recipe"]

POSTERIORS = ("rule", "diagonal", "full")
SCALES = ("free", "closed")


@dataclass(frozen=True)
class Form:
    """The form of a VAE around its prior.

    Attributes
    ----------
    rotation : bool
        Whether encoder and decoder share a rotation (see `bssbench.models.rotation`).
    smoothing : bool
        Whether the posterior's mean is averaged over neighbouring times (see
        `bssbench.models.smoothing`), where the prior is a density that relates them.
    posterior : str
        Its covariance: ``diagonal``, the same at all times; ``full``, set by the encoder's network
        where there is one, and else the same at all times; ``rule``, full where there is a network
        and the prior supports it.
    scale : str
        Of the latents that prior and decoder are given: ``free``, the encoder's, or ``closed``, one
        for all (see `bssbench.models.scale`).
    """

    rotation: bool = True
    smoothing: bool = True
    posterior: str = "rule"
    scale: str = "free"

    def departures(self) -> dict[str, Any]:
        """Return what is not by default, by name."""
        usual = asdict(Form())
        return {name: value for name, value in asdict(self).items() if value != usual[name]}


@dataclass(frozen=True)
class Recipe:
    """Everything that training needs to know beside the observations and the prior.

    Attributes
    ----------
    restarts : int
        Initialisations of each seed, of which the one with the lowest loss is kept.
    steps : int
        Number of gradient steps.
    learning_rate : float
        Peak of the one-cycle schedule.
    window : int
        Samples of time that a step sees, at most the series' length.
    observation_variance : float or None
        Of the decoder, where its annealing ends; None for what each seed's observations suggest
        (see `bssbench.models.sensor_noise.decoder_variances`).
    nonlinear : bool
        Whether encoder and decoder have a network beside their linear part.
    device : str
        Where to train.
    form : Form
        What is trained.
    keep : bool
        Whether the trained models are kept, and Ctrl-C ends the training where it is.
    """

    restarts: int
    steps: int
    learning_rate: float
    window: int
    observation_variance: float | None = None
    nonlinear: bool = False
    device: str = "cpu"
    form: Form = Form()
    keep: bool = False
