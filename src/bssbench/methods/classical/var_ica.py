"""VAR-ICA: the innovations of a vector autoregression, separated by FastICA."""

from dataclasses import dataclass

import numpy as np

from bssbench.methods import Size
from bssbench.methods.classical._base import Replicate
from bssbench.methods.classical._fastica import FastICAMethod
from bssbench.methods.classical._lags import check_order, lag_spacing, lagged
from bssbench.parameters import parameter


@dataclass(frozen=True)
class Method(FastICAMethod):
    """VAR-ICA: FastICA of a vector autoregression's residuals: uses innovations' non-Gaussianity.

    Mixed linearly, autoregressive sources are a vector autoregression with coefficients A B_k A⁻¹,
    whose innovations are the sources' own, mixed by the same matrix A (Gómez-Herrero et al., 2008;
    Hyvärinen et al., 2010):

        x_t = Σ_k B_k x_{t−k} + r_t,    W = FastICA(r),    s_t = W x_t.

    The B_k are those of least squares. Innovations that are Gaussian tell nothing apart, whatever
    the sources' spectra.

    Attributes
    ----------
    order : int
        Lags of the vector autoregression, as far apart as the VAEs' (see
        `bssbench.models.time_scales.lag_spacings`).
    """

    order: int = parameter(8, "chosen by us, not tuned: the order of ar-flow-vae", at_least=1)

    def start(self, size: Size) -> None:
        """Import scikit-learn; object to a series that is too short."""
        check_order(self.order, size.n_sources, size)
        super().start(size)

    def signals(self, replicate: Replicate) -> tuple[np.ndarray, np.ndarray]:
        """Return the residuals, and the whitening of what they are the residuals of."""
        components = replicate.components
        series = lagged(components, self.order, lag_spacing(components, self.order))
        now, past = series[0].T, series[1:].reshape(-1, series.shape[-1]).T
        coefficients = np.linalg.lstsq(past, now, rcond=None)[0]
        return now - past @ coefficients, replicate.whitening
