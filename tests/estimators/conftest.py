import numpy as np
import pytest

from bssbench.estimators import estimator_names, make_estimator

QUICK = {"ARFlowVAE", "FastICA", "GaussTD", "SKRVAE", "SOBI"}
BRIEF = {"steps": 8, "n_restarts": 2}


def pytest_generate_tests(metafunc):
    """Give a test of ``each_class`` the name of every class, a few of them in the quick suite."""
    if "each_class" in metafunc.fixturenames:
        names = [
            pytest.param(name, marks=() if name in QUICK else pytest.mark.slow)
            for name in estimator_names()
        ]
        metafunc.parametrize("each_class", names)


@pytest.fixture(scope="session")
def brief():
    """Return what makes an estimator of a class by its name, with a short training."""

    def make(title, **parameters):
        made = make_estimator(estimator_names()[title])
        known = made().get_params()
        short = {key: value for key, value in BRIEF.items() if key in known}
        return made(**(short | parameters))

    return make


@pytest.fixture(scope="session")
def recording():
    """Three autoregressive sources of unlike colour on three channels, (time, channel)."""
    rng = np.random.default_rng(0)
    sources = rng.laplace(size=(400, 3))
    for row in range(1, 400):
        sources[row] += [0.9, 0.5, -0.5] * sources[row - 1]
    return sources @ rng.normal(size=(3, 3)).T + [1.0, -20.0, 300.0]
