"""What is printed where nobody can have it: no traceback, and the code that it has elsewhere."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

FULL = Path("/dev/full")


def run(*words, **streams):
    return subprocess.run(
        [sys.executable, "-m", "bssbench", *words], stderr=subprocess.PIPE, check=False, **streams
    )


@pytest.mark.skipif(not FULL.exists(), reason=f"there is no {FULL}")
def test_a_full_disk_is_one_line():
    with FULL.open("wb") as full:
        done = run("list", "scores", stdout=full)
    assert done.returncode == 2
    assert done.stderr.startswith(b"bssbench: error: [Errno 28] No space left on device")
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize("words", [("list", "scores"), ("--help",)], ids=" ".join)
def test_a_reader_that_has_read_enough_is_no_error(words):
    reading, writing = os.pipe()
    os.close(reading)
    done = run(*words, stdout=writing)
    os.close(writing)
    assert done.returncode == 0
    assert done.stderr == b""
