"""SKR-VAE with bandwidths that learn."""

from dataclasses import dataclass

from bssbench.methods.vae._kernel_regression import KernelRegressionMethod


@dataclass(frozen=True)
class Method(KernelRegressionMethod):
    """SKR-VAE whose bandwidths learn within bounds around where they start (reconstruction).

    Each step prepares the weights anew, with the exact gradient in the bandwidths.

    Attributes
    ----------
    freedom : float
        How far a bandwidth may move, in octaves up and down.
    """

    freedom: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.freedom <= 0:
            raise ValueError(f"freedom must be positive, not {self.freedom}")

    def _freedom(self) -> float:
        return self.freedom
