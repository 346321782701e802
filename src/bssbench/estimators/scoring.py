"""Estimators that can be chosen between without the true sources."""

from typing import Any

from sklearn.utils.validation import check_is_fitted

from bssbench.estimators.running import errors_of_python, flushing_restored
from bssbench.estimators.separator import SourceSeparator

__all__ = ["ScoringSeparator"]


class ScoringSeparator(SourceSeparator):
    """An estimator whose method has an objective on time that it was not trained on."""

    def score(self, X: Any, y: Any = None) -> float:  # noqa: N803
        """Return how well the fitted prior and noise describe other time; higher is better.

        It is the negative of the objective that training lowers, in nats per time point, in the
        coordinates of the training data. Estimators that were fitted to the same data and have as
        many components can be compared by it, but not over `observation_variance` or `scale`.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Observations, best of time after what was fitted.
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
