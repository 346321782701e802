"""Calling a function in a process of its own, under a limit of CPU time.

Whatever happens in there, the call ends as an answer or as a status with a reason.
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

# Every training step frees and allocates the same arrays. Those above 32 MB glibc gives back to the
# system each time, which clears every page of the next one: a quarter of a large training's time.
# So it keeps what is freed. It reads this when a process begins; other libraries ignore it.
_KEEP_FREED_MEMORY = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(2**31 - 1)}

_OUT_OF_MEMORY = "out of memory"
# How libraries say so whose errors are no `MemoryError`: torch's allocators, and C++.
_WORDS_FOR_IT = ("can't allocate memory", _OUT_OF_MEMORY, "bad_alloc")
# Thirty years; the kernel's own limit is far beyond.
_MOST_SECONDS = 10**9


def call_in_own_process(
    task: _Task,
    arguments: tuple[Any, ...],
    cpu_seconds: int,
    method: Literal["spawn", "fork"] = "spawn",
) -> dict[str, Any]:
    """Call `task`, a module's function, in a process of its own and say how it ended.

    That is a fresh one, or by `method` a fork of this one, with all that this has loaded.
    `cpu_seconds` limits the process's CPU time, start-up included. The answer has ``status``
    (``ok``, ``failed``, ``timeout`` or ``skipped``) and ``reason``; ``traceback`` of an exception;
    ``peak_bytes`` of a process that lived to say so; and the task's own, a mapping in JSON's types.

    Raises
    ------
    InputError
        If the limit is none.
    MachineError
        If this machine can't do what is asked.
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
    # Whoever ends this process ends the other as well: as an exception, the signal reaches
    # `finally`.
    before = signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        _start(process)
        sender.close()
        try:
            outcome: dict[str, Any] = json.loads(receiver.recv_bytes())
        except EOFError:
            outcome = {"status": "failed", "reason": "the process ended without an answer"}
        process.join()
    finally:
        if process.pid is not None:
            process.kill()
        signal.signal(signal.SIGTERM, before)
    code = process.exitcode or 0
    if code == -signal.SIGXCPU:
        return {"status": "timeout", "reason": f"more than {cpu_seconds} s of CPU time"}
    if code == -signal.SIGKILL:
        return {"status": "failed", "reason": "killed (SIGKILL), most likely for want of memory"}
    if code < 0:
        # What libraries do that are refused memory and don't say so.
        unsaid = -code in (signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS)
        doubt = ", perhaps for want of memory" if unsaid else ""
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

    It inherits that the signals are blocked; here they wait until it can be killed.
    """
    # Started on the way, it would unblock them.
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
    """Call under the CPU limit and send the outcome as JSON."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    # Where memory runs out, Linux ends this process, and not one that the whole run hangs on.
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    # At the soft limit the kernel ends the process by SIGXCPU, wherever it is.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 30))
    outcome: dict[str, Any]
    try:
        outcome = {"status": "ok", "reason": ""} | task(*arguments)
        # Fails here, as a result of the task's, and not where it is written.
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
    """Return what went wrong as one line; of a want of memory, whosever error it is, that first."""
    said = str(error)
    line = f"{type(error).__name__}: {(said.splitlines() or [''])[0][:300]}".removesuffix(": ")
    wanting = isinstance(error, MemoryError) or any(word in said for word in _WORDS_FOR_IT)
    return f"{_OUT_OF_MEMORY} ({line})" if wanting else line
