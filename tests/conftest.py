import os

import numpy as np
import pytest
import torch

from bssbench.datasets.remote_files import DATA_DIRECTORY_VARIABLE

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
