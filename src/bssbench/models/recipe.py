"""Settings for training a batch of VAEs."""

from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["POSTERIORS", "SCALES", "Form", "Recipe"]

POSTERIORS = ("rule", "diagonal", "full")
SCALES = ("free", "closed")


@dataclass(frozen=True)
class Form:
    """The form of a VAE, apart from its prior.

    Attributes
    ----------
    rotation : bool
        Whether encoder and decoder share a rotation (see `bssbench.models.rotation`).
    smoothing : bool
        Whether the posterior mean is smoothed over time (see `bssbench.models.smoothing`), if the
        prior is a density that relates time points.
    posterior : {'rule', 'diagonal', 'full'}
        Covariance of the posterior. ``diagonal`` is constant over time. ``full`` is an output of
        the encoder's network, or constant over time without a network. ``rule`` is full if there is
        a network and the prior supports it, otherwise diagonal.
    scale : {'free', 'closed'}
        Scale of the latents in prior and decoder: ``free`` is that of the encoder, ``closed`` is
        unit variance (see `bssbench.models.scale`).
    """

    rotation: bool = True
    smoothing: bool = True
    posterior: str = "rule"
    scale: str = "free"

    def departures(self) -> dict[str, Any]:
        """Return the values that differ from the defaults.

        Returns
        -------
        dict of str to object
            By name.
        """
        usual = asdict(Form())
        return {name: value for name, value in asdict(self).items() if value != usual[name]}


@dataclass(frozen=True)
class Recipe:
    """Training settings.

    Attributes
    ----------
    restarts : int
        Number of initialisations per seed; the one with the lowest loss is kept.
    steps : int
        Number of gradient steps.
    learning_rate : float
        Peak of the one-cycle schedule.
    window : int
        Number of time points in a gradient step, at most the length of the series.
    observation_variance : float or None
        Variance of the decoder at the end of its annealing. None: estimated from each seed's
        observations (see `bssbench.models.sensor_noise.decoder_variances`).
    nonlinear : bool
        Whether encoder and decoder have a network in addition to their linear part.
    device : str
        ``cpu`` or ``cuda``.
    form : Form
        The form of the VAE.
    keep : bool
        Whether to store the trained models; Ctrl-C then ends the training early.
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
