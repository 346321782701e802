"""VAR-ICA: FastICA on the innovations of a vector autoregression."""

from dataclasses import dataclass

import numpy as np

from bssbench.methods import Size
from bssbench.methods.classical._base import Replicate
from bssbench.methods.classical._fastica import FastICAMethod
from bssbench.methods.classical._lags import check_order, lag_spacing, lagged
from bssbench.parameters import parameter


@dataclass(frozen=True)
class Method(FastICAMethod):
    """VAR-ICA: FastICA on the residuals of a vector autoregression; non-Gaussian innovations.

    A linear mixture of autoregressive sources is a vector autoregression. Its innovations are those
    of the sources, mixed by the same matrix (Gómez-Herrero et al., 2008; Hyvärinen et al., 2010):

        x_t = Σ_k B_k x_{t−k} + r_t,    W = FastICA(r),    s_t = W x_t.

    The coefficients B_k are estimated by least squares. Sources with Gaussian innovations are not
    separated, whatever their spectra.

    Attributes
    ----------
    order : int
        Number of lags of the vector autoregression. Their spacing follows the rule of the VAEs (see
        `bssbench.models.time_scales.lag_spacings`).
    """

    order: int = parameter(8, "chosen by us, not tuned: the order of ar-flow-vae", at_least=1)

    def start(self, size: Size) -> None:
        """Import scikit-learn and check that the series is long enough."""
        check_order(self.order, size.n_sources, size)
        super().start(size)

    def signals(self, replicate: Replicate) -> tuple[np.ndarray, np.ndarray]:
        """Return the residuals and the whitening matrix of the regressed components."""
        components = replicate.components
        series = lagged(components, self.order, lag_spacing(components, self.order))
        now, past = series[0].T, series[1:].reshape(-1, series.shape[-1]).T
        coefficients = np.linalg.lstsq(past, now, rcond=None)[0]
        return now - past @ coefficients, replicate.whitening
