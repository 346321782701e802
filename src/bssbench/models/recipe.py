"""How a batch of VAEs is to be trained, decided before anything is."""

from dataclasses import dataclass

__all__ = ["Recipe"]


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
    """

    restarts: int
    steps: int
    learning_rate: float
    window: int
    observation_variance: float | None = None
    nonlinear: bool = False
    device: str = "cpu"
