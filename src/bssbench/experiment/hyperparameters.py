"""The file of hyper-parameters: a value for each, and a line that says where it comes from."""

from pathlib import Path
from typing import Any

from bssbench.errors import InputError
from bssbench.files import read_yaml
from bssbench.methods import load_method
from bssbench.parameters import with_underscores

__all__ = ["changed_hyperparameters"]


def changed_hyperparameters(path: Path) -> dict[str, dict[str, Any]]:
    """Read ``methods.yaml`` and return, by method, the values that are not the method's defaults.

    What equals a default needs no mention: a cell is the same with and without it.

    Parameters
    ----------
    path : pathlib.Path
        YAML: method → parameter → ``{value: …, source: …}``.

    Raises
    ------
    InputError
        For an unknown method or parameter, an impossible value, or one without a source.
    """
    changed = {}
    for name, entries in read_yaml(path).items():
        if not isinstance(entries, dict):
            raise InputError(f"{path}: {name}: expected parameters, found {entries!r}")
        values = {
            key: _value(entry, f"{path}: {name}.{key}")
            for key, entry in with_underscores(entries, f"{path}: {name}").items()
        }
        default, chosen = load_method(str(name), {}), load_method(str(name), values)
        differing = {key for key in values if getattr(chosen, key) != getattr(default, key)}
        changed[name] = {key: value for key, value in values.items() if key in differing}
    return changed


def _value(entry: Any, where: str) -> Any:
    """Return the value of an entry that also has a source."""
    if not isinstance(entry, dict) or set(entry) != {"value", "source"}:
        raise InputError(f"{where}: expected {{value: …, source: …}}, found {entry!r}")
    source = entry["source"]
    if not isinstance(source, str) or not source.strip() or "\n" in source.strip():
        raise InputError(f"{where}: the source must be one line of text, not {source!r}")
    return entry["value"]
