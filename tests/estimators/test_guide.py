"""What docs/how_to/python.md shows runs as it stands there."""

import re
from pathlib import Path

import numpy as np
import pytest

from bssbench.scores.measures.matching import mean_correlation

GUIDE = Path(__file__).parents[2] / "docs" / "how_to" / "python.md"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_every_block_of_the_guide(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"^```python\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.M | re.S)
    assert len(blocks) >= 5
    space = {}
    for block in blocks:
        exec(compile(block, str(GUIDE), "exec"), space)
    assert mean_correlation(space["sources"], space["estimated"]) > 0.98
    assert list(space["later"].columns) == ["sobi0", "sobi1", "sobi2"]
    # Without one source, the channels are those of the two others.
    assert np.linalg.matrix_rank(space["cleaned"] - space["sobi"].mean_, tol=1e-6) == 2
    assert space["reconstructed"].shape == space["X"].shape
