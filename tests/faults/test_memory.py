"""A cell that needs more memory than there is ends as a row with that reason."""

import faulthandler
import mmap
import os
import resource
import signal
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from bssbench.experiment.process import call_in_own_process

CGROUPS = Path("/sys/fs/cgroup/memory")
MEGABYTE = 1 << 20


def _with_little_room():
    """Limit this process to 64 MB more than it uses now."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * mmap.PAGESIZE + 64 * MEGABYTE
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _python():
    _with_little_room()
    return {"length": len(b"x" * (1 << 30))}


def _numpy():
    _with_little_room()
    return {"length": len(np.ones(1 << 28))}


def _torch():
    _with_little_room()
    return {"length": len(torch.ones(1 << 28))}


def _ended_by(number):
    # Otherwise pytest's handler would print a traceback.
    faulthandler.disable()
    os.kill(os.getpid(), number)
    return {}


def _in_a_group(group):
    """Use so much memory that the kernel ends the process."""
    Path(group, "cgroup.procs").write_text(str(os.getpid()))
    return {"length": len(np.ones(1 << 27))}


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory are Linux's")
@pytest.mark.parametrize("task", [_python, _numpy, _torch])
def test_a_failed_allocation_is_the_reason(task):
    answer = call_in_own_process(task, (), 60, method="fork")
    assert answer["status"] == "failed"
    assert answer["reason"].startswith("out of memory (")
    assert "\n" not in answer["reason"]


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (signal.SIGKILL, "killed (SIGKILL), most likely out of memory"),
        (signal.SIGABRT, "ended by signal 6 (Aborted), possibly out of memory"),
        (signal.SIGHUP, "ended by signal 1 (Hangup)"),
    ],
)
def test_the_signal_that_ends_the_process_is_the_reason(number, reason):
    answer = call_in_own_process(_ended_by, (number,), 60, method="fork")
    assert answer == {"status": "failed", "reason": reason}


def test_a_process_that_the_kernel_ends_fails_for_lack_of_memory():
    group = CGROUPS / f"bssbench-test-{os.getpid()}"
    try:
        group.mkdir()
    except OSError as error:
        pytest.skip(f"no limit of memory can be set here ({error})")
    try:
        (group / "memory.limit_in_bytes").write_text(str(256 * MEGABYTE))
        answer = call_in_own_process(_in_a_group, (str(group),), 60, method="fork")
    finally:
        group.rmdir()
    assert answer["status"] == "failed"
    assert "out of memory" in answer["reason"]


def _readiness():
    return {"score": Path("/proc/self/oom_score_adj").read_text().strip()}


@pytest.mark.skipif(sys.platform != "linux", reason="Linux chooses what it ends by this")
def test_the_kernel_ends_a_cell_before_its_run():
    before = Path("/proc/self/oom_score_adj").read_text()
    assert call_in_own_process(_readiness, (), 60, method="fork")["score"] == "1000"
    assert Path("/proc/self/oom_score_adj").read_text() == before
