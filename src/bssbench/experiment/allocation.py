"""What the C library does with freed memory."""

import ctypes

__all__ = ["keep_freed_memory"]

# Of glibc's malloc.h.
_TRIM_THRESHOLD, _MMAP_MAX = -1, -4
_NEVER = 2**31 - 1


def keep_freed_memory() -> None:
    """Keep what is freed for what is allocated next, in this process from now on.

    Every training step frees and allocates the same arrays. Those above 32 MB the C library gives
    back to the system each time, which clears every page of the next one: a quarter of a large
    training's time. Where the library is not glibc this does nothing.
    """
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        set_option(_MMAP_MAX, 0)
        set_option(_TRIM_THRESHOLD, _NEVER)
