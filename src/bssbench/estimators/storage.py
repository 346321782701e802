"""Fitted estimators as files: arrays in safetensors format, with JSON in the header."""

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

import bssbench
from bssbench.estimators.checking import plain
from bssbench.estimators.making import make_estimator
from bssbench.estimators.running import EstimatorError, errors_of_python
from bssbench.estimators.separator import SourceSeparator
from bssbench.files import replacing

__all__ = ["load", "save"]

_KEY = "bssbench"
_FORMAT = 1
# Prefixes for the names of arrays from attributes that are dictionaries.
_PRIVATE = ("_arrays", "_interrupted", "_sklearn_output_config")
_PREFIXES = {"prior_": "prior_/", "_arrays": "_arrays/"}


def save(estimator: SourceSeparator, path: str | Path) -> None:
    """Write a fitted estimator to one file, completely or not at all.

    Raises
    ------
    sklearn.exceptions.NotFittedError
        If the estimator is not fitted.
    OSError
        If the file can't be written.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import save_file

    check_is_fitted(estimator)
    arrays: dict[str, np.ndarray] = {}
    attributes: dict[str, Any] = {}
    parameters = {
        name: _of_json(name, value) for name, value in estimator.get_params(deep=False).items()
    }
    for name, value in vars(estimator).items():
        if not _is_fitted(name):
            continue
        if name in _PREFIXES:
            arrays |= {_PREFIXES[name] + key: array for key, array in value.items()}
            attributes[name] = sorted(value)
        elif name == "feature_names_in_":
            attributes[name] = value.tolist()
        elif isinstance(value, np.ndarray):
            arrays[name] = value
        else:
            attributes[name] = value
    header = {
        "format": _FORMAT,
        "version": bssbench.__version__,
        "method": estimator.method_name,
        "parameters": parameters,
        "attributes": attributes,
    }
    try:
        with replacing(Path(path)) as temporary:
            save_file(arrays, temporary, {_KEY: json.dumps(header)})
    except SafetensorError as error:
        raise OSError(f"{path}: cannot be written ({error})") from None


def load(path: str | Path) -> SourceSeparator:
    """Read an estimator that `SourceSeparator.save` wrote; no code from the file is run.

    Parameters
    ----------
    path : str or pathlib.Path
        The file.

    Returns
    -------
    SourceSeparator
        The fitted estimator.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is another kind of file, or the method is not installed.
    """
    header, arrays = _read(Path(path))
    try:
        with errors_of_python():
            made = make_estimator(header["method"])
        estimator = made(**header["parameters"])
        attributes = dict(header["attributes"])
        if "_arrays" not in attributes or not all(map(_is_fitted, attributes)):
            raise ValueError("unexpected attributes")
        for name, prefix in _PREFIXES.items():
            if name in attributes:
                setattr(
                    estimator, name, {key: arrays.pop(prefix + key) for key in attributes.pop(name)}
                )
        if "feature_names_in_" in attributes:
            attributes["feature_names_in_"] = np.array(
                attributes["feature_names_in_"], dtype=object
            )
    except EstimatorError as error:
        raise EstimatorError(f"{path}: {error}") from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise EstimatorError(f"{path}: damaged estimator of bssbench ({error!r})") from None
    for name, value in (attributes | {k: v for k, v in arrays.items() if _is_fitted(k)}).items():
        setattr(estimator, name, value)
    return estimator


def _read(path: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return the header and the arrays of a file."""
    from safetensors import SafetensorError, safe_open

    if not path.exists():
        raise FileNotFoundError(f"{path}: no such file")
    try:
        with safe_open(path, framework="numpy") as file:
            text = (file.metadata() or {}).get(_KEY)
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        header = json.loads(text) if text else None
    except (SafetensorError, OSError, ValueError, TypeError):
        header = None
    if not isinstance(header, dict):
        raise EstimatorError(f"{path}: not an estimator saved by bssbench")
    if header.get("format") != _FORMAT:
        raise EstimatorError(
            f"{path}: written by bssbench {header.get('version')} in format "
            f"{header.get('format')}; bssbench {bssbench.__version__} reads format {_FORMAT}"
        )
    return header, arrays


def _is_fitted(name: str) -> bool:
    """Return whether an attribute is set by ``fit`` or ``set_output``."""
    return name in _PRIVATE or (name.endswith("_") and not name.startswith("_"))


def _of_json(name: str, value: Any) -> Any:
    """Return a parameter in a type of JSON."""
    value = plain(value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    warnings.warn(
        f"{name}={value!r} is neither a number nor text, and is saved as None",
        UserWarning,
        stacklevel=4,
    )
    return None
