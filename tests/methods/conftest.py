import pytest

from bssbench.testing.problems import problem_of


@pytest.fixture(scope="session")
def make_problem():
    """Return what makes a problem of a data set, or of some of its seeds."""
    return problem_of
