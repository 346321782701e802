"""The table of faults, from pytest's own reports."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "workflow" / "scripts" / "faults.py"
TESTS = """
import pytest

def test_well(record_property):
    record_property("tried", 12)

def test_badly(record_property):
    record_property("tried", 3)
    assert False

def test_once():
    pass

@pytest.mark.skip(reason="no | disk\\nto fill")
def test_not_here():
    pass
"""


def test_the_table_adds_up_reports_and_lists_what_was_skipped(tmp_path):
    tests = tmp_path / "tests" / "faults"
    tests.mkdir(parents=True)
    (tests / "test_full_disk.py").write_text(TESTS)
    reports, out = [tmp_path / "all.xml", tmp_path / "once.xml"], tmp_path / "faults.md"
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", tmp_path]
    for report, selected in zip(reports, ("test", "once"), strict=True):
        subprocess.run(
            [*words, f"--junitxml={report}", "-k", selected, "tests"],
            cwd=tmp_path,
            check=False,
            capture_output=True,
        )
    done = subprocess.run(
        [sys.executable, SCRIPT, *reports, "--out", out],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1, done.stderr
    assert "| full disk | 17 | 16 | 1 | 1: no disk to fill |" in out.read_text()
    assert done.stdout == out.read_text()
