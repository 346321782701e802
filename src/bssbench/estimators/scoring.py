"""Estimators with a score that does not need the true sources."""

from typing import Any

from sklearn.utils.validation import check_is_fitted

from bssbench.estimators.running import errors_of_python, flushing_restored
from bssbench.estimators.separator import SourceSeparator

__all__ = ["ScoringSeparator"]


class ScoringSeparator(SourceSeparator):
    """An estimator of a method that has an objective on held-out time."""

    def score(self, X: Any, y: Any = None) -> float:  # noqa: N803
        """Return how well the fitted model describes held-out observations; higher is better.

        The score is the negative training objective in nats per time point, in the coordinates of
        the training data. It can compare estimators with the same number of components that were
        fitted to the same data, unless they differ in `observation_variance` or `scale`.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Observations, preferably from after the training data.
        y : None
            Not used.

        Returns
        -------
        float
        """
        check_is_fitted(self)
        observations = self._validated(X, False)
        with errors_of_python(), flushing_restored():
            objective: float = self._method().objective(self._arrays, observations, self.device)
        return -objective
