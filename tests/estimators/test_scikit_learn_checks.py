"""scikit-learn's own checks of every estimator, without an exception."""

import pytest
from sklearn.utils.estimator_checks import estimator_checks_generator

from bssbench.estimators import estimator_names, make_estimator

# The checks' data have a few rows: what takes a long past has little of it, and training is short,
# as scikit-learn sets `max_iter` for its own.
SMALL = {"steps": 3, "n_restarts": 1, "order": 1, "octaves": 0, "hidden_units": 2, "segments": 2}
QUICK = {"SOBI", "FastICA", "SKRVAE"}


def small(name):
    made = make_estimator(name)
    known = made().get_params()
    return made(**{key: value for key, value in SMALL.items() if key in known})


def cases():
    for title, name in estimator_names().items():
        marks = () if title in QUICK else (pytest.mark.slow,)
        estimator = small(name)
        for _, check in estimator_checks_generator(estimator):
            what = getattr(check, "func", check).__name__
            yield pytest.param(estimator, check, marks=marks, id=f"{title}-{what}")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("estimator", "check"), list(cases()))
def test_check(estimator, check):
    check(estimator)
