"""A directory of results that is complete or absent, and in which no other file is lost."""

import os
import shutil
import signal
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bssbench.errors import InputError, MachineError
from bssbench.files import read_json

__all__ = ["ResultDirectory", "named_in_errors"]

_RECORD = "run.json"
# Files of results whose record does not list its files.
_FORMER_FILES = ("sources.csv", "sources.png", _RECORD)
_SIGNALS = {signal.SIGINT, signal.SIGTERM}


class ResultDirectory:
    """The directory of a result, which is written completely or not at all.

    A new directory is written under a hidden name and then renamed. In an existing directory, the
    files of an older result, which its ``run.json`` lists, are replaced by the new ones, and other
    files are kept. It is an error if a file that does not belong to a result has the name of one.

    Parameters
    ----------
    path : pathlib.Path
        The directory.
    names : collection of str
        Files and directories that may be written into it.
    inputs : collection of pathlib.Path
        Files that must not be replaced.

    Raises
    ------
    InputError
        If an input, or a file that does not belong to a result, would be replaced.
    """

    def __init__(self, path: Path, names: Collection[str], inputs: Collection[Path]) -> None:
        self.path = path
        if path.exists() and not path.is_dir():
            raise InputError(f"{path}: is a file; --out is a directory")
        self._older = _files_of_older_result(path)
        for name in sorted({*names, *_tops(self._older)}):
            self._check_replaceable(path / name, inputs)

    def _check_replaceable(self, place: Path, inputs: Collection[Path]) -> None:
        if not os.path.lexists(place):
            return
        inside = [*place.rglob("*")] if place.is_dir() and not place.is_symlink() else [place]
        for file in inside:
            for source in inputs:
                if source.exists() and file.exists() and file.samefile(source):
                    raise InputError(
                        f"{source}: is the recording itself, and would be overwritten; "
                        "use another --out"
                    )
        for file in inside:
            if file.is_dir() and not file.is_symlink():
                continue
            if file.relative_to(self.path).as_posix() not in self._older:
                raise InputError(
                    f"{file}: does not belong to an older result; move it, or use another --out"
                )

    @contextmanager
    def writing(self) -> Iterator[Path]:
        """Yield a directory whose files are moved into place if the block succeeds.

        Raises
        ------
        MachineError
            If the directory can't be made.
        """
        exists = self.path.is_dir()
        parents = self.path.absolute().parents
        missing = [parent for parent in parents if not parent.exists()]
        try:
            home = self.path if exists else self.path.absolute().parent
            home.mkdir(parents=True, exist_ok=True)
            temporary = Path(tempfile.mkdtemp(prefix=".bssbench-", dir=home))
        except OSError as error:
            raise MachineError(f"{self.path}: cannot be written ({error.strerror})") from None
        try:
            new = temporary / "new"
            new.mkdir()
            yield new
            with _undisturbed():
                if exists:
                    self._replace(new, temporary / "old")
                else:
                    os.rename(new, self.path)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
            if not self.path.exists():
                for parent in missing:
                    with suppress(OSError):
                        parent.rmdir()

    def _replace(self, new: Path, old: Path) -> None:
        """Replace the older result by the new one, and restore it if that fails.

        The record is removed first and added last: a result without it counts as incomplete.
        """
        old.mkdir()
        done: list[tuple[Path, Path]] = []
        try:
            # False sorts before True.
            for name in sorted(_tops(self._older), key=lambda name: name != _RECORD):
                done.append((self.path / name, old / name))
                os.rename(*done[-1])
            for place in sorted(new.iterdir(), key=lambda path: path.name == _RECORD):
                done.append((place, self.path / place.name))
                os.rename(*done[-1])
        except BaseException:
            for before, after in reversed(done):
                if os.path.lexists(after) and not os.path.lexists(before):
                    os.rename(after, before)
            raise


def _files_of_older_result(path: Path) -> set[str]:
    """Return the files of an older result, relative to `path`."""
    if not (path / _RECORD).is_file():
        return set()
    with suppress(InputError):
        record = read_json(path / _RECORD)
        if {"input", "provenance"} <= set(record):
            files = {str(name) for name in record.get("files", _FORMER_FILES)}
            return {name for name in files if _is_inside(name) and (path / name).is_file()}
    return set()


def _is_inside(name: str) -> bool:
    return not Path(name).is_absolute() and ".." not in Path(name).parts


def _tops(files: Collection[str]) -> set[str]:
    return {Path(name).parts[0] for name in files}


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Block signals while files are moved."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def named_in_errors(path: Path) -> Iterator[None]:
    """Add the path of the file to an error of the operating system, such as a full disk.

    Raises
    ------
    MachineError
        Instead of an OSError.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise MachineError(
            f"{path}: cannot be written ({reason}); nothing was changed there"
        ) from None
