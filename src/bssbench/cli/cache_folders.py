"""Where libraries keep their caches, if their own places can't be written."""

import os
from pathlib import Path

__all__ = ["provide_cache_folders"]


def provide_cache_folders() -> None:
    """Lead caches to a temporary folder where their own can't be written, or there is no home.

    matplotlib has its fonts listed and its settings below ``MPLCONFIGDIR``, Snakemake and pooch
    keep what they load below ``XDG_CACHE_HOME``. These variables are set, for this process and
    those that it starts, only where what they or the home folder say is of no use. Compiled code of
    numba needs none: it is compiled anew where there is no place for it.
    """
    cache, settings = _folder("XDG_CACHE_HOME", ".cache"), _folder("XDG_CONFIG_HOME", ".config")
    named = os.environ.get("MPLCONFIGDIR")
    plots = [Path(named)] if named else [cache / "matplotlib", settings / "matplotlib"]
    if not all(map(_is_writable, plots)):
        os.environ["MPLCONFIGDIR"] = str(_temporary() / "matplotlib")
    if not _is_writable(cache):
        os.environ["XDG_CACHE_HOME"] = str(_temporary() / "cache")


def _folder(variable: str, below_home: str) -> Path:
    return Path(os.environ.get(variable) or Path(os.path.expanduser("~"), below_home))


def _is_writable(folder: Path) -> bool:
    # An unknown home stays "~", which is no folder of anyone's.
    if not folder.is_absolute():
        return False
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)


def _temporary() -> Path:
    """Return this user's folder for caches, the same each time unless someone else has its name."""
    import tempfile

    folder = Path(tempfile.gettempdir(), f"bssbench-caches-{os.getuid()}")
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if found.st_uid != os.getuid() or found.st_mode & 0o022 or folder.is_symlink():
        return Path(tempfile.mkdtemp(prefix="bssbench-caches-"))
    return folder
