"""Ctrl-C while a compiled library is loaded: it waits until that is over.

Python turns Ctrl-C into an exception wherever the program is. C++ that runs while its library is
loaded may answer an exception by aborting the whole process.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.machinery import ExtensionFileLoader
from types import FrameType

__all__ = ["after_libraries_are_loaded"]

_LOADING = {
    method.__code__
    for method in (ExtensionFileLoader.create_module, ExtensionFileLoader.exec_module)
}
# Loading one library takes a fraction of a second.
_SECONDS_UNTIL_NEXT_TRY = 0.01


@contextmanager
def after_libraries_are_loaded() -> Iterator[None]:
    """Raise ``KeyboardInterrupt`` on Ctrl-C, but never inside a library that is being loaded."""
    # Only the main thread has signals, and whoever handles or ignores Ctrl-C continues to do so.
    in_main_thread = threading.current_thread() is threading.main_thread()
    if not in_main_thread or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGALRM)}
    for number in before:
        signal.signal(number, _interrupt)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(_: int, frame: FrameType | None) -> None:
    while frame is not None:
        if frame.f_code in _LOADING:
            signal.setitimer(signal.ITIMER_REAL, _SECONDS_UNTIL_NEXT_TRY)
            return
        frame = frame.f_back
    raise KeyboardInterrupt
