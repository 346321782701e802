"""Call a function in a separate process with a limit of CPU time.

The call always ends with a result, or with a status and a reason.
"""

import json
import multiprocessing
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import ForkContext, ForkProcess, SpawnContext, SpawnProcess
from pathlib import Path
from typing import Any, Literal

from bssbench.errors import InputError, MachineError, NotApplicable

__all__ = ["call_in_own_process"]

_Task = Callable[..., dict[str, Any]]

# Every training step frees and allocates the same arrays. By default, glibc returns arrays above
# 32 MB to the system, which then clears every page of the next one. This takes a quarter of the
# time of a large training. These variables make glibc keep freed memory. They are read at the start
# of a process; other C libraries ignore them.
_KEEP_FREED_MEMORY = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(2**31 - 1)}

_OUT_OF_MEMORY = "out of memory"
# Messages about memory from libraries that do not raise `MemoryError`: torch's allocators and C++.
_WORDS_FOR_IT = ("can't allocate memory", _OUT_OF_MEMORY, "bad_alloc")
# Thirty years; the limit of the kernel is much higher.
_MOST_SECONDS = 10**9


def call_in_own_process(
    task: _Task,
    arguments: tuple[Any, ...],
    cpu_seconds: int,
    method: Literal["spawn", "fork"] = "spawn",
) -> dict[str, Any]:
    """Call a function in a separate process and return its outcome.

    Parameters
    ----------
    task : callable
        A function of a module, which returns a mapping in JSON's types.
    arguments : tuple
        Its arguments.
    cpu_seconds : int
        Limit of the process's CPU time in seconds, including start-up.
    method : {'spawn', 'fork'}, default='spawn'
        Whether the process is new or a fork of this one, with all its loaded modules.

    Returns
    -------
    dict
        ``status`` (``ok``, ``failed``, ``timeout`` or ``skipped``) and ``reason``; ``traceback``
        after an exception; ``peak_bytes`` unless the process was killed; and the result of the
        task.

    Raises
    ------
    InputError
        If the limit is out of range.
    MachineError
        If this machine does not support the request.
    """
    if not 1 <= cpu_seconds <= _MOST_SECONDS:
        raise InputError(f"--cpu-seconds must be from 1 to {_MOST_SECONDS}, not {cpu_seconds}")
    context: ForkContext | SpawnContext = (
        multiprocessing.get_context("fork")
        if method == "fork"
        else multiprocessing.get_context("spawn")
    )
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(
        target=_call_and_answer, args=(task, arguments, cpu_seconds, sender), daemon=True
    )
    # Terminating this process must also terminate the other one. As an exception, the signal
    # reaches `finally`.
    before = signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        _start(process)
        sender.close()
        try:
            outcome: dict[str, Any] = json.loads(receiver.recv_bytes())
        except EOFError:
            outcome = {"status": "failed", "reason": "the process ended without a result"}
        process.join()
    finally:
        if process.pid is not None:
            process.kill()
        signal.signal(signal.SIGTERM, before)
    code = process.exitcode or 0
    if code == -signal.SIGXCPU:
        return {"status": "timeout", "reason": f"more than {cpu_seconds} s of CPU time"}
    if code == -signal.SIGKILL:
        return {"status": "failed", "reason": "killed (SIGKILL), most likely out of memory"}
    if code < 0:
        # Some libraries end with these signals if an allocation fails.
        unsaid = -code in (signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS)
        doubt = ", possibly out of memory" if unsaid else ""
        return {
            "status": "failed",
            "reason": f"ended by signal {-code} ({signal.strsignal(-code)}){doubt}",
        }
    if code:
        return {"status": "failed", "reason": f"the process ended with code {code}"}
    if outcome["status"] == "impossible":
        raise MachineError(outcome["reason"])
    return outcome


def _start(process: SpawnProcess | ForkProcess) -> None:
    """Start a process that keeps freed memory, and that Ctrl-C reaches only through this one.

    The process inherits the blocked signals; here they are delayed until it can be killed.
    """
    # Started later, the tracker would unblock the signals.
    resource_tracker.ensure_running()
    before = {name: os.environ.get(name) for name in _KEEP_FREED_MEMORY}
    os.environ.update(_KEEP_FREED_MEMORY)
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        process.start()
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


def _call_and_answer(
    task: _Task, arguments: tuple[Any, ...], cpu_seconds: int, sender: Connection
) -> None:
    """Call the task under the CPU limit and send the outcome as JSON."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    # If memory runs out, Linux kills this process first, and not one on which the run depends.
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    # At the soft limit, the kernel terminates the process by SIGXCPU.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 30))
    outcome: dict[str, Any]
    try:
        outcome = {"status": "ok", "reason": ""} | task(*arguments)
        # Invalid values raise an error here, as part of the task, and not when they are written.
        json.dumps(outcome, allow_nan=False)
    except NotApplicable as why:
        outcome = {"status": "skipped", "reason": str(why)}
    except MachineError as why:
        outcome = {"status": "impossible", "reason": str(why)}
    except InputError as why:
        outcome = {"status": "failed", "reason": str(why)}
    except Exception as error:
        reason = _reason(error)
        outcome = {"status": "failed", "reason": reason, "traceback": traceback.format_exc()}
    # Linux counts in KiB, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    peak = unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sender.send_bytes(json.dumps(outcome | {"peak_bytes": peak}).encode())


def _reason(error: Exception) -> str:
    """Return the error in one line, which begins with ``out of memory`` if that is the cause."""
    said = str(error)
    line = f"{type(error).__name__}: {(said.splitlines() or [''])[0][:300]}".removesuffix(": ")
    wanting = isinstance(error, MemoryError) or any(word in said for word in _WORDS_FOR_IT)
    return f"{_OUT_OF_MEMORY} ({line})" if wanting else line
