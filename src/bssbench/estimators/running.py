"""Running a method from Python: progress, Ctrl-C, and errors in terms of Python."""

import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bssbench.errors import InputError, NotApplicable

__all__ = [
    "EstimatorError",
    "errors_of_python",
    "flushing_restored",
    "interruptible",
    "one_thread",
    "shown",
]

Progress = Callable[[int, int], None]


class EstimatorError(InputError, ValueError):
    """A `ValueError` for invalid input, with a message of one line."""


@contextmanager
def errors_of_python() -> Iterator[None]:
    """Convert errors of a method to `ValueError`, with the parameter names of estimators."""
    try:
        yield
    except (InputError, NotApplicable) as error:
        message = re.sub(r"(?<!n_)\brestarts\b", "n_restarts", str(error))
        message = re.sub(r"--device ([^\s:]+)", r"device='\1'", message)
        raise EstimatorError(re.sub(r"\bnull\b", "None", message)) from None


@contextmanager
def shown(title: str, verbose: Any) -> Iterator[Progress]:
    """Yield a function of (done, total) that updates a progress bar if `verbose` is true."""
    if not verbose:
        yield lambda *_: None
        return
    from tqdm import tqdm

    with tqdm(desc=title, leave=True) as bar:

        def report(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield report


@contextmanager
def interruptible(progress: Progress) -> Iterator[Progress]:
    """Yield `progress`, which raises `KeyboardInterrupt` at the next step after Ctrl-C.

    Training then ends between two steps. A second Ctrl-C raises immediately. A program that has its
    own handler keeps it.
    """
    main = threading.current_thread() is threading.main_thread()
    if not main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield progress
        return
    pressed = False

    def note(*_: Any) -> None:
        nonlocal pressed
        if pressed:
            raise KeyboardInterrupt
        pressed = True

    def report(done: int, total: int) -> None:
        progress(done, total)
        if pressed:
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, note)
    try:
        yield report
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def flushing_restored() -> Iterator[None]:
    """Restore the processor's treatment of denormal numbers.

    VAEs train with denormals flushed to zero, which would change the arithmetic of the caller.
    """
    kept_before = sys.float_info.min / 2.0 > 0.0
    try:
        yield
    finally:
        torch = sys.modules.get("torch")
        if torch is not None and kept_before:
            torch.set_flush_denormal(False)


@contextmanager
def one_thread() -> Iterator[None]:
    """Let PyTorch use one thread, as the commands do.

    The operations of a training are small: several threads mostly wait for each other, and their
    number would change the result.
    """
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
