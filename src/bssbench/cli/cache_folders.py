"""Cache folders for libraries whose default folders are not writable."""

import os
from pathlib import Path

__all__ = ["provide_cache_folders"]


def provide_cache_folders() -> None:
    """Redirect caches to a temporary folder if the default folders are not writable.

    matplotlib keeps its font list and settings in ``MPLCONFIGDIR``; Snakemake and pooch keep
    downloads in ``XDG_CACHE_HOME``. The variables are set, for this process and its children, only
    if these folders or their defaults in the home folder are not writable. numba needs no folder:
    it compiles again where it can't store compiled code.
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
    # Without a home folder, "~" is not expanded.
    if not folder.is_absolute():
        return False
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)


def _temporary() -> Path:
    """Return this user's folder for caches, or a new one if another user owns that name."""
    import tempfile

    folder = Path(tempfile.gettempdir(), f"bssbench-caches-{os.getuid()}")
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if found.st_uid != os.getuid() or found.st_mode & 0o022 or folder.is_symlink():
        return Path(tempfile.mkdtemp(prefix="bssbench-caches-"))
    return folder
