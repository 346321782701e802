"""The manifest of a folder of results: what each file was made from, and which bytes it has.

The commit is no part of it, for committing the manifest would change that, nor are times and
places: the same results give the same bytes. ``provenance.json``, beside it, has these.
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
# Fields of a configuration's entries that the code adds to what the files say.
_OF_CODE = ("module", "modules", "shape")


@dataclass(frozen=True)
class Entry:
    """A stage: hashes of what it was made from, and SHA-256 of each of `Stage.outputs`."""

    configuration: str
    code: str
    data: str
    files: dict[str, str]


def hash_stages(experiment: Configuration) -> dict[str, dict[str, Any]]:
    """Return of each stage what is known before it has run, in JSON's types.

    The workflow takes it when it starts: an edit during the run must not pass for what was run.
    """
    return {
        name: _made_from(experiment, stage) | {"inputs": stage.inputs, "outputs": stage.outputs}
        for name, stage in stages(experiment).items()
    }


def write_manifest(hashed: Mapping[str, Mapping[str, Any]], results: Path, figures: Path) -> None:
    """Write ``manifest.json`` of what `hash_stages` returned and the files as they are."""
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

    Raises
    ------
    InputError
        If there is none, or it is not one.
    """
    path = results / FILE_NAME
    if not path.exists():
        raise InputError(
            f"{path}: no such file: results of an older version or not complete; make them again"
        )
    try:
        manifest = {name: Entry(**entry) for name, entry in read_json(path).items()}
        outputs = [Path(name) for entry in manifest.values() for name, _ in entry.files.items()]
        if not any(output.is_absolute() or ".." in output.parts for output in outputs):
            return manifest
        raise ValueError("an output lies elsewhere")
    except (AttributeError, TypeError, ValueError):
        raise InputError(f"{path}: not the manifest of results; make them again") from None


def differences(
    entry: Entry, stage: Stage | None, experiment: Configuration, results: Path
) -> list[str]:
    """Return what an entry was made from that is not today's: configuration, code, data.

    Today's `stage` is None if the experiment has it no more.
    """
    if stage is None:
        return ["configuration"]
    today = _made_from(experiment, stage) | {"data": _data_hash(stage.inputs, results)}
    return [name for name, value in today.items() if value != getattr(entry, name)]


def _made_from(experiment: Configuration, stage: Stage) -> dict[str, Any]:
    """Return hashes of a stage's code and of what the experiment's files say in its sections."""
    content = {section: getattr(experiment, section) for section in stage.sections}
    text = json.dumps(content, sort_keys=True, default=_as_written)
    return {
        "configuration": hashlib.sha256(text.encode()).hexdigest()[:_DIGITS],
        "code": code_hash(stage.modules),
    }


def _as_written(entry: Any) -> dict[str, Any]:
    """Return of a configuration's entry what the files say."""
    if not is_dataclass(entry):
        raise TypeError(f"{entry!r} is no entry of a configuration")
    names = [field.name for field in fields(entry) if field.name not in _OF_CODE]
    return {name: getattr(entry, name) for name in names}


def _data_hash(inputs: Iterable[str], results: Path) -> str:
    """Return the hash of files, each in the folder of results or else where its path says.

    A file that is gone is another one.
    """
    all_of_them = hashlib.sha256()
    for name in inputs:
        path = results / name if (results / name).exists() else Path(name)
        all_of_them.update(f"{name} {digest(path) if path.exists() else 'gone'}\n".encode())
    return all_of_them.hexdigest()[:_DIGITS]
