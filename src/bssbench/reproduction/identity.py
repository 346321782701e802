"""The identity of a table or figure: hashes of configuration, code and data that it was made from.

It names what is hashed as well, so that a file alone says how to compare it with today's. The
commit is no part of it, for committing the file would change that; nor are times and places, so
the same results give the same bytes.
"""

import csv
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from bssbench.errors import InputError
from bssbench.experiment.configuration import Configuration
from bssbench.reproduction.code_hashes import code_hash

__all__ = ["differences", "identify", "origin"]

_DIGITS = 16
# Fields of a configuration's entries that the code adds to what the files say.
_OF_CODE = ("module", "modules", "shape")


def origin(experiment: Configuration, sections: Iterable[str]) -> str:
    """Return what the workflow tells a command of the run: folder and configuration.

    Parameters
    ----------
    experiment : Configuration
        The experiment.
    sections : iterable of str
        Fields of the configuration that the files to be written depend on.
    """
    sections = sorted(sections)
    return json.dumps(
        {
            "results": experiment.results,
            "sections": sections,
            "configuration": _configuration_hash(experiment, sections),
        }
    )


def identify(
    told: str | None, modules: Iterable[str], files: Mapping[Path, Sequence[str]]
) -> str | None:
    """Return the identity of what `modules` make of `files`, as JSON in one line.

    Parameters
    ----------
    told : str or None
        By `origin`; without it there is no identity: None.
    modules : iterable of str
        Dotted names; what they import counts as well.
    files : mapping
        From the files that are shown to the columns that are, all of the file if there are none. A
        file below the folder of results is known by its place there, another by its path.

    Raises
    ------
    InputError
        If `told` is not what `origin` says.
    """
    if told is None:
        return None
    try:
        run = json.loads(told)
        results, sections, configuration = (
            run[key] for key in ("results", "sections", "configuration")
        )
    except (ValueError, TypeError, KeyError):
        raise InputError(f"--identity {told}: this is for the workflow; leave it out") from None
    names = {_name(path, Path(results)): list(columns) for path, columns in files.items()}
    modules = sorted(modules)
    return json.dumps(
        {
            "configuration": configuration,
            "sources": code_hash(modules),
            "data": _data_hash(names, Path(results)),
            "sections": sections,
            "modules": modules,
            "files": names,
        }
    )


def differences(identity: Mapping[str, Any], experiment: Configuration, results: Path) -> list[str]:
    """Return which hashes of an identity are not today's: configuration, sources, data.

    What is gone, be it a file, a module or a section, is another one.
    """
    hashes = {
        "configuration": lambda: _configuration_hash(experiment, identity["sections"]),
        "sources": lambda: code_hash(identity["modules"]),
        "data": lambda: _data_hash(identity["files"], results),
    }
    return [name for name, take in hashes.items() if _taken(take) != identity.get(name)]


def _taken(take: Any) -> str | None:
    """Return the hash, or None where what it is of is not there."""
    try:
        return str(take())
    except (OSError, LookupError, AttributeError, TypeError, ValueError, SyntaxError):
        return None


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:_DIGITS]


def _configuration_hash(experiment: Configuration, sections: Iterable[str]) -> str:
    """Return the hash of what the experiment's files say in some sections."""
    content = {section: getattr(experiment, section) for section in sections}
    return _hash(json.dumps(content, sort_keys=True, default=_as_written).encode())


def _as_written(entry: Any) -> dict[str, Any]:
    """Return of a configuration's entry what the files say."""
    if not is_dataclass(entry):
        raise TypeError(f"{entry!r} is no entry of a configuration")
    names = [field.name for field in fields(entry) if field.name not in _OF_CODE]
    return {name: getattr(entry, name) for name in names}


def _name(path: Path, results: Path) -> str:
    """Return how a file is known."""
    inside = path.is_relative_to(results)
    return (path.relative_to(results) if inside else path).as_posix()


def _data_hash(files: Mapping[str, Sequence[str]], results: Path) -> str:
    """Return the hash of files, or of some columns of tables."""
    contents = []
    for name, columns in files.items():
        inside = results / name
        contents.append((name, _content(inside if inside.exists() else Path(name), columns)))
    return _hash(repr(contents).encode())


def _content(path: Path, columns: Sequence[str]) -> Any:
    if not columns:
        return path.read_bytes()
    with path.open(encoding="utf-8", newline="") as file:
        return [[row[column] for column in columns] for row in csv.DictReader(file)]
