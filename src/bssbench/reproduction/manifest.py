"""The manifest of a folder of results: hashes of all files and of their origins.

The commit is not included, because committing the manifest would change it. Times and paths are not
included either, so that equal results have equal manifests. ``provenance.json`` contains these.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

from bssbench.errors import InputError
from bssbench.experiment.configuration import Configuration
from bssbench.files import read_json, write_json
from bssbench.files.checksums import digest
from bssbench.reproduction.artefacts import Stage, locate, stages
from bssbench.reproduction.code_hashes import code_hash

__all__ = [
    "FILE_NAME",
    "Entry",
    "differences",
    "hash_stages",
    "read_manifest",
    "write_manifest",
]

FILE_NAME = "manifest.json"
_DIGITS = 16
# Fields of a configuration's entries that the code derives and that are not in the files.
_OF_CODE = ("module", "modules", "shape")


@dataclass(frozen=True)
class Entry:
    """The entry of a stage.

    Attributes
    ----------
    configuration, code, data : str
        Hashes of its origins.
    files : dict of str to str
        SHA-256 of each of `Stage.outputs`.
    """

    configuration: str
    code: str
    data: str
    files: dict[str, str]


def hash_stages(experiment: Configuration) -> dict[str, dict[str, Any]]:
    """Return the hashes of each stage that are known before it runs.

    The workflow computes them at its start, so that edits during a run do not count.

    Parameters
    ----------
    experiment : Configuration
        The experiment.

    Returns
    -------
    dict of str to dict of str to object
        Hashes, inputs and outputs by stage, in JSON's types.
    """
    return {
        name: _made_from(experiment, stage) | {"inputs": stage.inputs, "outputs": stage.outputs}
        for name, stage in stages(experiment).items()
    }


def write_manifest(hashed: Mapping[str, Mapping[str, Any]], results: Path, figures: Path) -> None:
    """Write ``manifest.json``, with hashes of the current files.

    Parameters
    ----------
    hashed : mapping of str to mapping
        From `hash_stages`.
    results, figures : pathlib.Path
        Folders of results and figures.
    """
    content = {
        name: {
            "configuration": stage["configuration"],
            "code": stage["code"],
            "data": _data_hash(stage["inputs"], results),
            "files": {
                output: digest(locate(output, results, figures)) for output in stage["outputs"]
            },
        }
        for name, stage in hashed.items()
    }
    write_json(results / FILE_NAME, content)


def read_manifest(results: Path) -> dict[str, Entry]:
    """Read the manifest of a folder of results.

    Parameters
    ----------
    results : pathlib.Path
        The folder.

    Returns
    -------
    dict of str to Entry
        Entries by stage.

    Raises
    ------
    InputError
        If the manifest is missing or invalid.
    """
    path = results / FILE_NAME
    if not path.exists():
        raise InputError(
            f"{path}: no such file; the results are incomplete or of an older version; regenerate "
            "them"
        )
    try:
        manifest = {name: Entry(**entry) for name, entry in read_json(path).items()}
        outputs = [Path(name) for entry in manifest.values() for name, _ in entry.files.items()]
        if not any(output.is_absolute() or ".." in output.parts for output in outputs):
            return manifest
        raise ValueError("an output is outside of the folder")
    except (AttributeError, TypeError, ValueError):
        raise InputError(f"{path}: not the manifest of results; regenerate them") from None


def differences(
    entry: Entry, stage: Stage | None, experiment: Configuration, results: Path
) -> list[str]:
    """Return the origins of an entry that differ from the current ones.

    Parameters
    ----------
    entry : Entry
        Entry of the manifest.
    stage : Stage or None
        The current stage; None if the experiment no longer has it.
    experiment : Configuration
        The current experiment.
    results : pathlib.Path
        Folder of the results.

    Returns
    -------
    list of str
        Any of ``configuration``, ``code`` and ``data``.
    """
    if stage is None:
        return ["configuration"]
    today = _made_from(experiment, stage) | {"data": _data_hash(stage.inputs, results)}
    return [name for name, value in today.items() if value != getattr(entry, name)]


def _made_from(experiment: Configuration, stage: Stage) -> dict[str, Any]:
    """Return hashes of a stage's code and of its sections of the configuration."""
    content = {section: getattr(experiment, section) for section in stage.sections}
    text = json.dumps(content, sort_keys=True, default=_as_written)
    return {
        "configuration": hashlib.sha256(text.encode()).hexdigest()[:_DIGITS],
        "code": code_hash(stage.modules),
    }


def _as_written(entry: Any) -> dict[str, Any]:
    """Return the fields of a configuration's entry that are in the files."""
    if not is_dataclass(entry):
        raise TypeError(f"{entry!r} is not an entry of a configuration")
    names = [field.name for field in fields(entry) if field.name not in _OF_CODE]
    return {name: getattr(entry, name) for name in names}


def _data_hash(inputs: Iterable[str], results: Path) -> str:
    """Return the hash of files, each in the folder of results or at its own path.

    A missing file changes the hash.
    """
    all_of_them = hashlib.sha256()
    for name in inputs:
        path = results / name if (results / name).exists() else Path(name)
        all_of_them.update(f"{name} {digest(path) if path.exists() else 'gone'}\n".encode())
    return all_of_them.hexdigest()[:_DIGITS]
