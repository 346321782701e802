"""The base class of all estimators, with the interface of scikit-learn."""

import warnings
from contextlib import nullcontext
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_array
from sklearn.utils.validation import check_is_fitted, validate_data

from bssbench.estimators.checking import check_channels, count_sources, plain
from bssbench.estimators.linear import LinearDemixing, sensor_patterns
from bssbench.estimators.running import (
    EstimatorError,
    errors_of_python,
    flushing_restored,
    interruptible,
    one_thread,
    shown,
)
from bssbench.estimators.seeding import seed_of
from bssbench.methods import Problem, load_method
from bssbench.separation import Demixing, Kept, Separation

__all__ = ["SourceSeparator"]


class SourceSeparator(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Base class of estimators; `bssbench.estimators.make_estimator` creates one for a method."""

    method_name: ClassVar[str]
    """Name of the method in `bssbench list`."""
    method_parameters: ClassVar[dict[str, str]]
    """Fields of the method, by the parameter names of the estimator."""

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: N803
        """Separate a recording.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The observations; rows are time, columns are channels.
        y : None
            Not used.

        Returns
        -------
        self : object

        Raises
        ------
        ValueError
            If a parameter or the recording is invalid, or the method does not apply.
        """
        self._separate(X)
        return self

    def fit_transform(self, X: Any, y: Any = None) -> np.ndarray:  # noqa: N803
        """Separate a recording and return its sources.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The observations; rows are time, columns are channels.
        y : None
            Not used.

        Returns
        -------
        ndarray of shape (n_samples, n_components)
        """
        sources = self._separate(X)
        return sources if self._demixing() is None else self._demixed(self._validated(X, False))

    def transform(self, X: Any) -> np.ndarray:  # noqa: N803
        """Return the sources of observations of the same channels, which may be new.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Observations.

        Returns
        -------
        ndarray of shape (n_samples, n_components)
            Sources.
        """
        check_is_fitted(self)
        return self._demixed(self._validated(X, False))

    def inverse_transform(self, X: Any) -> np.ndarray:  # noqa: N803
        """Return the observations that belong to sources, in the units of the channels.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_components)
            Sources.

        Returns
        -------
        ndarray of shape (n_samples, n_features)
        """
        check_is_fitted(self)
        sources = check_array(X, dtype=np.float64)
        if sources.shape[1] != self.n_components_:
            raise EstimatorError(
                f"X has {sources.shape[1]} columns, but {type(self).__name__} found "
                f"{self.n_components_} sources"
            )
        return self._map().remix(sources)

    def save(self, path: Any) -> None:
        """Write the fitted estimator to one file, which `bssbench.load` reads.

        The file has arrays (safetensors) and JSON, and no code. It is complete or absent.

        Parameters
        ----------
        path : str or pathlib.Path
            For instance ``sources.safetensors``.
        """
        from bssbench.estimators.storage import save

        save(self, path)

    @property
    def _n_features_out(self) -> int:
        return int(self.n_components_)

    def _validated(self, X: Any, fitting: bool) -> np.ndarray:  # noqa: N803
        least = 2 if fitting else 1
        return np.asarray(
            validate_data(
                self, X, reset=fitting, dtype=np.float64, order="C", ensure_min_samples=least
            )
        )

    def _method(self) -> Any:
        """Return the method with the current parameters."""
        values = {
            field: plain(getattr(self, name)) for name, field in self.method_parameters.items()
        }
        return load_method(self.method_name, values)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_arrays")

    def _separate(self, X: Any) -> np.ndarray:  # noqa: N803
        """Fit and return the sources (time, source); on failure, restore the previous state."""
        before = dict(vars(self))
        try:
            observations = self._validated(X, True)
            separation = self._separation(observations)
        except BaseException:
            self.__dict__.clear()
            self.__dict__.update(before)
            raise
        self._remember(observations, separation)
        self._warn(separation)
        return np.asarray(separation.sources[0])

    def _separation(self, observations: np.ndarray) -> Separation:
        """Return the separation of observations (time, channel) by the method."""
        name = type(self).__name__
        with errors_of_python():
            method = self._method()
            check_channels(observations, getattr(self, "feature_names_in_", None))
            problem = Problem(
                observations=observations[None],
                n_sources=count_sources(observations, self.n_components),
                seeds=[seed_of(self.random_state)],
                nonlinear=bool(getattr(self, "nonlinear", False)),
                device=getattr(self, "device", "cpu"),
                keep=True,
            )
            with flushing_restored(), shown(name, self.verbose) as progress:
                hearing = interruptible(progress) if _trains(method) else nullcontext(progress)
                threads = one_thread() if _trains(method) else nullcontext()
                with threads, hearing as heard:
                    separation: Separation = method.separate(problem, heard)
            if not np.isfinite(separation.sources).all():
                hint = "; try learning_rate=0.003 or another random_state"
                raise EstimatorError(f"{name} diverged{hint if _trains(method) else ''}")
        return separation

    def _remember(self, observations: np.ndarray, separation: Separation) -> None:
        """Set the fitted attributes."""
        for name in [name for name in vars(self) if name in _ATTRIBUTES]:
            delattr(self, name)
        kept = separation.kept[0] if separation.kept else Kept()
        self.n_components_ = separation.sources.shape[2]
        self.mean_ = observations.mean(axis=0)
        self.converged_ = separation.diagnostics.get("converged", [None])[0]
        self.diagnostics_ = separation.diagnostics
        self._arrays = {name: _in_rows(value) for name, value in kept.arrays.items()}
        if separation.unmixing_matrix is not None:
            self.components_ = _in_rows(separation.unmixing_matrix[0])
            self.mixing_ = _in_rows(sensor_patterns(observations - self.mean_, self.components_))
        iterations = kept.iterations
        if iterations is None and "max_iterations" not in self.method_parameters:
            iterations = 1
        optional = {
            "n_iter_": iterations,
            "loss_curve_": kept.loss_curve,
            "prior_": kept.prior if kept.loss_curve is not None else None,
            "loss_": None if separation.loss is None else float(separation.loss[0]),
            "uncertainty_": None if separation.uncertainty is None else separation.uncertainty[0],
        }
        for name, value in optional.items():
            if value is not None:
                setattr(self, name, value)
        self._interrupted = kept.interrupted

    def _warn(self, separation: Separation) -> None:
        """Warn of doubtful results, and name the parameter to change."""
        name, diagnostics = type(self).__name__, separation.diagnostics
        if self._interrupted:
            message = (
                f"{name} was interrupted after {self.n_iter_} of {diagnostics['steps']} steps; "
                "the result up to this step is kept"
            )
            warnings.warn(message, ConvergenceWarning, stacklevel=4)
        elif self.converged_ is False:
            setting = "steps" if _trains(self) else "max_iterations"
            used = diagnostics.get("steps", getattr(self, setting, None))
            advice = "" if used is None else f" in {setting}={used}; raise {setting}"
            warnings.warn(f"{name} did not converge{advice}", ConvergenceWarning, stacklevel=4)
        else:
            for message in diagnostics.get("warnings_of_replicates", {}).get("0", []):
                warnings.warn(f"{name}: {message}", RuntimeWarning, stacklevel=4)

    def _demixing(self) -> Demixing | None:
        """Return the map from channels to sources, or None if the method keeps none."""
        if hasattr(self, "components_"):
            return LinearDemixing(self.components_, self.mixing_, self.mean_)
        found: Demixing | None = self._method().nonlinear_demixing(self._arrays)
        return found

    def _map(self) -> Demixing:
        found = self._demixing()
        if found is None:
            raise EstimatorError(
                f"{type(self).__name__} can't transform: it has only the sources of the data it "
                "was fitted to, from fit_transform"
            )
        return found

    def _demixed(self, observations: np.ndarray) -> np.ndarray:
        return self._map().demix(observations)


_ATTRIBUTES = frozenset(
    ("components_", "mixing_", "n_iter_", "loss_curve_", "prior_", "loss_", "uncertainty_")
)
"""Optional fitted attributes, which are removed before each fit."""


def _trains(method: Any) -> bool:
    """Return whether a method or its estimator is trained by gradient steps."""
    return hasattr(method, "steps")


def _in_rows(array: np.ndarray) -> np.ndarray:
    """Return the array in row order, as after reading it from a file, for equal rounding."""
    return array.copy(order="C")
