"""Shared base of `contextual-ica` and `erbm`: joint estimation of W and the autoregressions."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bssbench.methods import Size
from bssbench.methods.classical._base import Replicate, Solution
from bssbench.methods.classical._lags import check_order, lag_spacing, lagged
from bssbench.methods.classical._restarts import RestartedMethod
from bssbench.parameters import parameter
from bssbench.randomness import random_rotation

__all__ = ["AutoregressiveMethod"]

# Measured CPU time of an iteration, per value of a source and coefficient, and per value.
_NANOSECONDS_OF_A_LAG, _NANOSECONDS_OF_A_VALUE = 1.5, 100
_USUAL_ITERATIONS = 500
_REMEMBERED_STEPS = 20
_SMALLEST_FALL = 1e-7


@dataclass(frozen=True)
class AutoregressiveMethod(RestartedMethod):
    """Linear method that models sources as autoregressions; a subclass provides the entropy.

    Let y = W z with whitened z, and let e_i(t) = y_i(t) + Σ_k a_ik y_i(t − k) be the innovations.
    The method minimises

        J = Σ_i [log σ_i + h_i(e_i / σ_i)] − log |det W|,    σ_i² = E[e_i²],

    over W, the coefficients a and the parameters of the innovations' distributions. J is in nats
    per time point: the sum of the sources' entropy rates minus log |det W|. W is a general matrix,
    not only a rotation. It is initialised as a random rotation, and a as the least-squares
    predictor of the resulting components.

    The minimiser is SciPy's L-BFGS. It has converged when the largest entry of the gradient is
    below `tolerance`, or when a step lowers J by less than 1e-7 max(|J|, 1).

    Attributes
    ----------
    order : int
        Number of lags of each source's autoregression. Their spacing follows the rule of the VAEs
        (see `bssbench.models.time_scales.lag_spacings`).
    max_iterations : int
        Maximum number of iterations.
    tolerance : float
        Largest gradient entry at convergence, in nats per time point.
    """

    order: int = parameter(10, "chosen by us, not tuned", at_least=1)
    max_iterations: int = parameter(
        3000, "chosen by us, not tuned: with more than converging takes", at_least=1
    )
    tolerance: float = parameter(1e-4, "chosen by us, not tuned", at_least=0)

    @abstractmethod
    def entropies(
        self, innovations: np.ndarray, shape: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the entropy h of standardised innovations and its derivatives.

        Parameters
        ----------
        innovations : numpy.ndarray
            Shape (source, time), with unit variance.
        shape : numpy.ndarray
            Shape (source, parameter): the learned parameters of the distributions.

        Returns
        -------
        entropies : numpy.ndarray
            Shape (source,), in nats.
        slopes : numpy.ndarray
            Shape (source, time): derivatives with respect to the innovations, times the length.
        gradient : numpy.ndarray
            Shape (source, parameter): derivatives with respect to `shape`.
        """

    def first_shape(self) -> tuple[Sequence[float], Sequence[tuple[float | None, float | None]]]:
        """Return the initial `shape` of a source and its bounds; empty by default."""
        return (), ()

    def start(self, size: Size) -> None:
        """Import SciPy's optimisers and check that the series is long enough."""
        import scipy.optimize  # noqa: F401

        check_order(self.order, 1, size)

    def megabytes(self, size: Size) -> int:
        """Return an upper estimate of the peak memory, with all lags of one replicate."""
        copies = 2 * self.order + 40
        return super().megabytes(size) + int(size.length * size.n_sources * copies * 8 / 1e6)

    def seconds(self, size: Size) -> int:
        """Return a rough estimate of the CPU time of `separate`."""
        lags = _NANOSECONDS_OF_A_LAG * self.order * size.n_sources
        of_a_value = _NANOSECONDS_OF_A_VALUE + lags
        values = size.replicates * self.starts(size.n_sources) * size.length * size.n_sources
        return 1 + int(min(self.max_iterations, _USUAL_ITERATIONS) * values * of_a_value / 1e9)

    def attempt(self, replicate: Replicate) -> Solution:
        """Minimise J from a random rotation."""
        from scipy.optimize import minimize

        components = replicate.components
        spacing = lag_spacing(components, self.order)
        past = lagged(components, self.order, spacing)
        rotation = random_rotation(np.random.default_rng(replicate.seed), len(components))
        shape, bounds = self.first_shape()
        objective = _Objective(self, past)
        first = np.hstack(
            [rotation, _predictors(rotation, past), np.tile(shape, (len(rotation), 1))]
        )
        free = [(None, None)] * (len(rotation) + self.order)
        found = minimize(
            objective,
            first.ravel(),
            jac=True,
            method="L-BFGS-B",
            bounds=[*free, *bounds] * len(rotation),
            options={
                "maxiter": self.max_iterations,
                "maxfun": 3 * self.max_iterations,
                "gtol": self.tolerance,
                "ftol": _SMALLEST_FALL,
                "maxcor": _REMEMBERED_STEPS,
            },
        )
        rows = found.x.reshape(first.shape)[:, : len(rotation)]
        losses = (float(found.fun),)
        return Solution(rows @ replicate.whitening, bool(found.success), losses, int(found.nit))


@dataclass(frozen=True)
class _Objective:
    """Objective J with its gradient.

    The parameters of a source are its row of W, its coefficients a and its shape. `past` has shape
    (1 + order, component, time) and contains the components at each lag.
    """

    method: AutoregressiveMethod
    past: np.ndarray

    def __call__(self, parameters: np.ndarray) -> tuple[float, np.ndarray]:
        lags, n_sources, length = self.past.shape
        flat = self.past.reshape(-1, length)
        of_source = parameters.reshape(n_sources, -1)
        rows, coefficients, shape = np.split(of_source, [n_sources, n_sources + lags - 1], axis=1)
        filters = np.hstack([np.ones((n_sources, 1)), coefficients])
        # Filtering and unmixing combine into one linear map of all lags.
        innovations = np.einsum("ik,ij->ikj", filters, rows).reshape(n_sources, -1) @ flat
        std = np.sqrt((innovations**2).mean(axis=1, keepdims=True))
        standardised = innovations / std
        entropies, slopes, of_shape = self.method.entropies(standardised, shape)
        value = float((np.log(std[:, 0]) + entropies).sum() - np.linalg.slogdet(rows)[1])
        # Gradient of log σ and of h through the innovations, without the change of their scale.
        scale = (slopes * standardised).mean(axis=1, keepdims=True)
        pulled = (slopes + (1.0 - scale) * standardised) / std
        correlations = (pulled @ flat.T / length).reshape(n_sources, lags, n_sources)
        of_rows = np.einsum("ik,ikj->ij", filters, correlations) - np.linalg.inv(rows).T
        of_filters = np.einsum("ij,ikj->ik", rows, correlations)
        return value, np.hstack([of_rows, of_filters[:, 1:], of_shape]).ravel()


def _predictors(rows: np.ndarray, past: np.ndarray) -> np.ndarray:
    """Return −a of the least-squares predictor of each row of rows · components, (source, lag)."""
    series = np.einsum("ij,kjt->ikt", rows, past)
    fitted = [np.linalg.lstsq(one[1:].T, one[0], rcond=None)[0] for one in series]
    return -np.array(fitted)
