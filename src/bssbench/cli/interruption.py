"""Ctrl-C while libraries are loaded: it interrupts a moment later if it can't at once.

Python turns Ctrl-C into an exception wherever the program is. C++ that runs while its library is
loaded may answer an exception by aborting the whole process, and in a destructor Python ignores it.
"""

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.machinery import ExtensionFileLoader
from types import FrameType
from typing import Any

__all__ = ["after_libraries_are_loaded"]

_LOADING = {
    method.__code__
    for method in (ExtensionFileLoader.create_module, ExtensionFileLoader.exec_module)
}
# Loading one library takes a fraction of a second.
_SECONDS_UNTIL_NEXT_TRY = 0.01


@contextmanager
def after_libraries_are_loaded() -> Iterator[None]:
    """Raise ``KeyboardInterrupt`` on Ctrl-C, but not inside a library that is being loaded."""
    # Only the main thread has signals, and whoever handles or ignores Ctrl-C continues to do so.
    in_main_thread = threading.current_thread() is threading.main_thread()
    if not in_main_thread or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGALRM)}
    hook = sys.unraisablehook
    for number in before:
        signal.signal(number, _interrupt)
    sys.unraisablehook = lambda ignored: _retry(ignored, hook)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        sys.unraisablehook = hook
        for number, handler in before.items():
            signal.signal(number, handler)


def _retry(
    ignored: "sys.UnraisableHookArgs", hook: Callable[["sys.UnraisableHookArgs"], Any]
) -> None:
    """Interrupt again where Python ignores an exception, as it does in a destructor."""
    if issubclass(ignored.exc_type, KeyboardInterrupt):
        signal.setitimer(signal.ITIMER_REAL, _SECONDS_UNTIL_NEXT_TRY)
    else:
        hook(ignored)


def _interrupt(_: int, frame: FrameType | None) -> None:
    while frame is not None:
        if frame.f_code in _LOADING:
            signal.setitimer(signal.ITIMER_REAL, _SECONDS_UNTIL_NEXT_TRY)
            return
        frame = frame.f_back
    raise KeyboardInterrupt
