"""Find the files of recordings in the user's folder, in a cache, or on the network."""

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
        Location of the file below the data directory.
    url, sha256 : str
        Address for downloading and checksum.
    licence : str
        Licence as stated by the publisher.
    """

    folder: str
    name: str
    url: str
    sha256: str
    licence: str


def locate(files: Sequence[RemoteFile]) -> list[Path]:
    """Return the paths of files, downloading those that are missing.

    If the environment variable ``BSSBENCH_DATA_DIR`` is set, only that folder is used. Otherwise
    files are taken from the user's cache and, if they are missing there, downloaded.

    Parameters
    ----------
    files : sequence of RemoteFile
        The files.

    Returns
    -------
    list of pathlib.Path
        Their paths.

    Raises
    ------
    NotApplicable
        If a file is not available or has a different checksum.
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
    # Imported here because pooch loads an HTTP client, which generated data sets do not need.
    import pooch

    folder = pooch.os_cache("bssbench") / file.folder
    try:
        # A downloaded file with a different checksum is removed, wherever redirects lead.
        return Path(pooch.retrieve(file.url, f"sha256:{file.sha256}", fname=file.name, path=folder))
    except (OSError, ValueError) as error:
        # Network errors of requests are OSErrors; a different checksum is a ValueError.
        raise NotApplicable(
            f"{file.name} is neither in {folder} nor could it be downloaded from {file.url} "
            f"({type(error).__name__}); go online, or set {DATA_DIRECTORY_VARIABLE}"
        ) from None
