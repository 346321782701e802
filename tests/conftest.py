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


@pytest.fixture
def hearts():
    """Ten seconds at 250 Hz of a mother's and a child's heart, (time, heart), and their beats."""
    seconds = np.arange(2500) / 250
    beats = [np.arange(0.3, 9.8, interval) for interval in (0.74, 0.45)]
    # A sharp wave and a slow one after it; the child's is the narrower.
    signals = [
        sum(
            np.exp(-0.5 * ((seconds - beat) / width) ** 2)
            - 0.3 * np.exp(-0.5 * ((seconds - beat - 0.15) / (4 * width)) ** 2)
            for beat in own
        )
        for own, width in zip(beats, (0.012, 0.008), strict=True)
    ]
    return np.stack(signals, axis=1), beats
