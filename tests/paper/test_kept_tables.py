"""What is committed of the runs' tables."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLES = sorted(ROOT.glob("results/*/tables/*.tex"))


@pytest.mark.parametrize("path", TABLES, ids=[str(path.relative_to(ROOT)) for path in TABLES])
def test_every_kept_latex_table_compiles_and_fits_the_page(path, typeset):
    assert "Overfull" not in typeset(path.read_text())
