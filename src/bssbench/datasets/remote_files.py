"""Finding a recording's files: a folder the user names, else a cache, else the network."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bssbench.errors import NotApplicable

DATA_DIRECTORY_VARIABLE = "BSSBENCH_DATA_DIR"


@dataclass(frozen=True)
class RemoteFile:
    """A file of a recording.

    Attributes
    ----------
    folder, name : str
        Where the file lies below the data directory.
    url, sha256 : str
        Where it is downloaded from, and its checksum.
    licence : str
        What its publisher states.
    """

    folder: str
    name: str
    url: str
    sha256: str
    licence: str


def locate(files: Sequence[RemoteFile]) -> list[Path]:
    """Return the paths of `files`, downloading what is not there.

    If the environment variable ``BSSBENCH_DATA_DIR`` is set, that folder alone is used; else the
    user's cache, filled from the network.

    Raises
    ------
    NotApplicable
        If a file can't be had or has another checksum; the message says what to do.
    """
    directory = os.environ.get(DATA_DIRECTORY_VARIABLE)
    return [_in_directory(file, Path(directory)) if directory else _cached(file) for file in files]


def _in_directory(file: RemoteFile, directory: Path) -> Path:
    path = directory / file.folder / file.name
    if not path.is_file():
        raise NotApplicable(
            f"{path} does not exist; put the file there or unset {DATA_DIRECTORY_VARIABLE}"
        )
    if hashlib.sha256(path.read_bytes()).hexdigest() != file.sha256:
        raise NotApplicable(
            f"{path} has another sha256 than {file.sha256}; fetch it from {file.url}"
        )
    return path


def _cached(file: RemoteFile) -> Path:
    # Imported here: pooch brings an HTTP client, which generated data sets never need.
    import pooch

    folder = pooch.os_cache("bssbench") / file.folder
    try:
        # Wherever redirects lead: what arrives has this checksum, or is removed.
        return Path(pooch.retrieve(file.url, f"sha256:{file.sha256}", fname=file.name, path=folder))
    except (OSError, ValueError) as error:
        # Network errors of requests are OSErrors; a wrong checksum is a ValueError.
        raise NotApplicable(
            f"{file.name} is neither in {folder} nor could it be downloaded from {file.url} "
            f"({type(error).__name__}); go online, or set {DATA_DIRECTORY_VARIABLE}"
        ) from None
