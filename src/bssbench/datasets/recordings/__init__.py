"""Real recordings, one module each: `modal_frame.py` is the recording `modal-frame`.

A recording's module has `SUMMARY`, `CITATION`, `FILES` (where each file comes from, with its
checksum and licence), `LENGTH`, `N_CHANNELS`, `N_SOURCES`, and `prepare(paths)`, which returns the
fields of a `Dataset` that are the recording's own, `observations` of shape (time, channel) and
`reference_signals`, if any, of shape (time, reference), the same for every seed.

Where there are several records of one kind, it has `N_RECORDS`: `FILES` are those of the first, as
many of the second, and so on; `prepare` is given those of one record; and seed s has the record of
number s mod `N_RECORDS`. Where recorded sources are mixed anew for each seed, the module has
`mix(paths, seeds, root_seed) -> Dataset` in place of `prepare`.
"""

import importlib
from types import ModuleType

from bssbench.discovery import modules_below

__all__ = ["load_recording", "recording_names"]


def recording_names() -> list[str]:
    """Return the names of all recordings, sorted."""
    return list(modules_below(__name__))


def load_recording(name: str) -> ModuleType:
    """Return the recording's module; `name` is one of `recording_names()`."""
    return importlib.import_module(modules_below(__name__)[name])
