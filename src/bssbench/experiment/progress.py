"""A progress bar on a terminal, and silence in a log."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm

__all__ = ["progress_bar"]


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
