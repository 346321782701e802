"""Fitted estimators as files: arrays by safetensors, all else as JSON in its header."""

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
# Of dictionaries of arrays: a name that stands before those of its arrays.
_PRIVATE = ("_arrays", "_interrupted", "_sklearn_output_config")
_PREFIXES = {"prior_": "prior_/", "_arrays": "_arrays/"}


def save(estimator: SourceSeparator, path: str | Path) -> None:
    """Write a fitted estimator to one file, whole or not at all.

    Raises
    ------
    sklearn.exceptions.NotFittedError
        If it was not fitted.
    OSError
        If it can't be written there.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import save_file

    check_is_fitted(estimator)
    arrays: dict[str, np.ndarray] = {}
    said: dict[str, Any] = {}
    parameters = {
        name: _of_json(name, value) for name, value in estimator.get_params(deep=False).items()
    }
    for name, value in vars(estimator).items():
        if not _is_fitted(name):
            continue
        if name in _PREFIXES:
            arrays |= {_PREFIXES[name] + key: array for key, array in value.items()}
            said[name] = sorted(value)
        elif name == "feature_names_in_":
            said[name] = value.tolist()
        elif isinstance(value, np.ndarray):
            arrays[name] = value
        else:
            said[name] = value
    header = {
        "format": _FORMAT,
        "version": bssbench.__version__,
        "method": estimator.method_name,
        "parameters": parameters,
        "attributes": said,
    }
    try:
        with replacing(Path(path)) as temporary:
            save_file(arrays, temporary, {_KEY: json.dumps(header)})
    except SafetensorError as error:
        raise OSError(f"{path}: cannot be written ({error})") from None


def load(path: str | Path) -> SourceSeparator:
    """Return the estimator that `SourceSeparator.save` wrote; nothing of the file is run.

    Parameters
    ----------
    path : str or pathlib.Path
        The file.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        In one line, if it is another kind of file, or of a method that is not installed here.
    """
    header, arrays = _read(Path(path))
    try:
        with errors_of_python():
            made = make_estimator(header["method"])
        estimator = made(**header["parameters"])
        said = dict(header["attributes"])
        if "_arrays" not in said or not all(map(_is_fitted, said)):
            raise ValueError("attributes of something else")
        for name, prefix in _PREFIXES.items():
            if name in said:
                setattr(estimator, name, {key: arrays.pop(prefix + key) for key in said.pop(name)})
        if "feature_names_in_" in said:
            said["feature_names_in_"] = np.array(said["feature_names_in_"], dtype=object)
    except EstimatorError as error:
        raise EstimatorError(f"{path}: {error}") from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise EstimatorError(f"{path}: a damaged estimator of bssbench ({error!r})") from None
    for name, value in (said | {k: v for k, v in arrays.items() if _is_fitted(k)}).items():
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
        raise EstimatorError(f"{path}: not an estimator that bssbench saved")
    if header.get("format") != _FORMAT:
        raise EstimatorError(
            f"{path}: written by bssbench {header.get('version')} in format "
            f"{header.get('format')}; this is {bssbench.__version__}, which reads {_FORMAT}"
        )
    return header, arrays


def _is_fitted(name: str) -> bool:
    """Tell whether an attribute is one that a fit sets, or `set_output`."""
    return name in _PRIVATE or (name.endswith("_") and not name.startswith("_"))


def _of_json(name: str, value: Any) -> Any:
    """Return a parameter as JSON has it."""
    value = plain(value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    warnings.warn(
        f"{name}={value!r} is no number and no text: it is saved as None", UserWarning, stacklevel=4
    )
    return None
