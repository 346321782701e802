"""What is committed of the runs' tables."""

import csv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLES = sorted(ROOT.glob("results/*/tables/*.tex"))
CLAIMS = sorted(ROOT.glob("results/reference/claims.csv"))


@pytest.mark.parametrize("path", TABLES, ids=[str(path.relative_to(ROOT)) for path in TABLES])
def test_every_kept_latex_table_compiles_and_fits_the_page(path, typeset):
    assert "Overfull" not in typeset(path.read_text())


@pytest.mark.parametrize("path", CLAIMS, ids=[str(path.relative_to(ROOT)) for path in CLAIMS])
def test_every_part_of_a_kept_claim_was_run(path):
    """A claim names methods and settings as the tables do, and would miss them by another word."""
    with path.open(newline="") as file:
        missed = [row["claim"] for row in csv.DictReader(file) if row["verdict"] == "not run"]
    assert missed == []
