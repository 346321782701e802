"""A progress bar on a terminal, and silence in a log."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm

__all__ = ["progress_bar"]

# tqdm's own lock is shared between processes, and Python warns of it where one is killed.
tqdm.set_lock(threading.RLock())


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """Yield a function of (done, in all) that moves a bar on standard error.

    The bar shows on a terminal only.
    """
    # disable=None is tqdm's own word for "unless this is a terminal".
    with tqdm(desc=title, disable=None, leave=False) as bar:

        def report(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield report
