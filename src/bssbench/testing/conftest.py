"""Configuration of pytest for the conformance tests, so that they run outside the repository."""

from pathlib import Path

import pytest
import torch

from bssbench.testing.options import of_kind
from bssbench.testing.problems import trains

# As in the workflow: one thread, so that results do not depend on the machine's number of cores.
torch.set_num_threads(1)
torch.set_flush_denormal(True)

_KINDS = {
    "test_methods.py": "method",
    "test_priors.py": "method",
    "test_families.py": "family",
    "test_recordings.py": "recording",
    "test_scores.py": "score",
}


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers, for runs without the project's own pytest settings."""
    config.addinivalue_line("markers", "recordings: needs the files of recordings")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Skip the test files of kinds that the plug-ins do not provide."""
    if collection_path.parent != Path(__file__).parent or collection_path.name not in _KINDS:
        return None
    names = of_kind(config, _KINDS[collection_path.name])
    if collection_path.name == "test_priors.py":
        names = [name for name in names if trains(name)]
    return None if names else True
