"""A process of its own: its memory."""

import multiprocessing
import os
import platform
import resource

import pytest

from bssbench.errors import InputError
from bssbench.experiment.process import call_in_own_process

MEGABYTES, ROUNDS = 48, 10


def _page_faults():
    """Fill and free an array again and again, and count the pages that had to be cleared."""
    b"x" * (MEGABYTES << 20)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(ROUNDS):
        b"x" * (MEGABYTES << 20)
    return {"faults": resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before}


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="no glibc")
def test_a_cells_process_uses_freed_memory_again():
    pages = (MEGABYTES << 20) // resource.getpagesize()
    before = dict(os.environ)
    answer = call_in_own_process(_page_faults, (), 60)
    assert dict(os.environ) == before
    assert answer["status"] == "ok"
    assert answer["faults"] < pages
    # Where it is given back, each round clears all of them.
    with multiprocessing.get_context("spawn").Pool(1) as ordinary:
        assert ordinary.apply(_page_faults)["faults"] > ROUNDS * pages / 2


def test_a_limit_that_the_kernel_has_no_number_for_is_refused():
    with pytest.raises(InputError, match="--cpu-seconds must be from 1 to 1000000000"):
        call_in_own_process(_page_faults, (), 10**20)
