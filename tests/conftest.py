import os

import numpy as np
import pytest
import torch

pytest.register_assert_rewrite("bssbench.testing")

from bssbench.datasets.remote_files import DATA_DIRECTORY_VARIABLE  # noqa: E402
from bssbench.testing.problems import two_hearts  # noqa: E402

# As in the workflow: one thread, so that results do not depend on the machine's number of cores.
torch.set_num_threads(1)
torch.set_flush_denormal(True)


def pytest_collection_modifyitems(items):
    for item in items:
        if "cuda" in item.keywords and not torch.cuda.is_available():
            item.add_marker(pytest.mark.skip(reason="no CUDA device"))
        if "recordings" in item.keywords and not os.environ.get(DATA_DIRECTORY_VARIABLE):
            reason = f"{DATA_DIRECTORY_VARIABLE} is not set: no recordings here"
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def hearts():
    """Ten seconds at 250 Hz of a mother's and a child's heart, (time, heart), and their beats."""
    return two_hearts()
