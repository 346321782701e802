"""Real recordings, one module each: `modal_frame.py` is the recording `modal-frame`.

A recording's module defines `SUMMARY`, `CITATION`, `FILES` (the address, checksum and licence of
each file), `LENGTH`, `N_CHANNELS`, `N_SOURCES` and `prepare(paths)`. The latter returns fields of a
`Dataset`: `observations` of shape (time, channel) and, if there are any, `reference_signals` of
shape (time, reference). They are the same for every seed.

A module with several records also defines `N_RECORDS`. `FILES` then lists equally many files for
each record in turn, `prepare` receives the files of one record, and seed s has the record s mod
`N_RECORDS`. A module whose recorded sources are mixed for each seed defines
`mix(paths, seeds, root_seed) -> Dataset` instead of `prepare`.
"""

import importlib
from types import ModuleType

from bssbench.discovery import modules_below

__all__ = ["load_recording", "recording_names"]


def recording_names() -> list[str]:
    """Return the names of all recordings.

    Returns
    -------
    list of str
        In alphabetical order.
    """
    return list(modules_below(__name__))


def load_recording(name: str) -> ModuleType:
    """Return the module of a recording.

    Parameters
    ----------
    name : str
        One of `recording_names()`.

    Returns
    -------
    module
        With the names described above.
    """
    return importlib.import_module(modules_below(__name__)[name])
