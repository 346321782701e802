"""HDF5, and MATLAB's format 7.3 within it, as SciPy's `loadmat` simplifies the older ones."""

from pathlib import Path
from typing import Any

import numpy as np

from bssbench.readers.formats._libraries import needed
from bssbench.readers.formats._naming import is_names, is_rate

__all__ = ["hdf5_content"]

_DEEPEST = 6


def hdf5_content(path: Path) -> dict[str, Any]:
    """Return arrays, texts, cells (lists) and structs (dicts) of an HDF5 file by name.

    MATLAB writes columns first, HDF5 has rows first: what MATLAB wrote is transposed. Arrays lose
    axes of length 1, as in `scipy.io.loadmat` with ``simplify_cells=True``. What MATLAB stores as
    objects of a class (tables, strings, datetimes), or sparse, is left out.

    Raises
    ------
    InputError
        If h5py is not installed.
    """
    with needed(path, "h5py"):
        import h5py
    with h5py.File(path, "r") as file:
        return _members(file, file, 0)


def _members(file: Any, group: Any, depth: int) -> dict[str, Any]:
    """Return the content of a group by name, and attributes of arrays by names such as ``X.fs``."""
    import h5py

    members: dict[str, Any] = {}
    for name in group:
        if isinstance(group.get(name, getlink=True), h5py.ExternalLink):
            continue  # another file, which may be any
        item = group.get(name)
        if name.startswith("#") or item is None:
            continue  # what MATLAB refers to, or a link to nowhere
        content = _content(file, item, depth)
        if content is not None:
            members[name] = content
        if not isinstance(content, dict):
            members |= {f"{name}.{key}": value for key, value in _attributes(item).items()}
    return {**_attributes(group), **members}


def _attributes(item: Any) -> dict[str, Any]:
    """Return attributes that give a rate or names of channels."""
    found = {key: item.attrs[key] for key in item.attrs if is_rate(key) or is_names(key)}
    return {key: np.asarray(value) for key, value in found.items()}


def _content(file: Any, item: Any, depth: int) -> Any:
    import h5py

    if depth > _DEEPEST or item is None:
        return None
    matlab_class = item.attrs.get("MATLAB_class", b"")
    if isinstance(matlab_class, bytes):
        matlab_class = matlab_class.decode("ascii", errors="replace")
    if "MATLAB_object_decode" in item.attrs or "MATLAB_sparse" in item.attrs:
        return None
    if isinstance(item, h5py.Group):
        return _members(file, item, depth + 1)
    # Of a recording all is in its file, and not in others that it names.
    if not isinstance(item, h5py.Dataset) or item.external or item.is_virtual:
        return None
    if "MATLAB_empty" in item.attrs:
        return np.empty(0)
    if item.dtype.kind == "O":
        return _objects(file, item, depth)
    if item.dtype.names is not None:
        return _compound(item)
    array = np.asarray(item[()])
    if not matlab_class:
        return array
    array = np.squeeze(array.T)
    if matlab_class == "char":
        return _text(array)
    return array


def _objects(file: Any, item: Any, depth: int) -> Any:
    """Return a cell as a list, from its references, or texts of variable length."""
    import h5py

    if h5py.check_string_dtype(item.dtype) is not None:
        texts = item.asstr(errors="replace")[()]
        return texts if isinstance(texts, str) else np.asarray(texts).ravel().tolist()
    if h5py.check_ref_dtype(item.dtype) is not h5py.Reference:
        return None
    references = np.asarray(item[()]).T.ravel()
    return [_content(file, file[each], depth + 1) if each else None for each in references]


def _text(codes: np.ndarray) -> Any:
    """Return the text that a matrix of character codes is, a list of texts if it has lines."""
    lines = codes.reshape(1, -1) if codes.ndim < 2 else codes
    texts = [
        bytes(np.ascontiguousarray(line, "<u2")).decode("utf-16-le", "replace") for line in lines
    ]
    return texts[0] if len(texts) == 1 else [text.rstrip() for text in texts]


def _compound(item: Any) -> Any:
    """Return complex numbers, which MATLAB has as pairs, or the fields of records."""
    array = np.asarray(item[()])
    fields = array.dtype.names or ()
    if set(fields) == {"real", "imag"}:
        return np.squeeze(array["real"].T + 1j * array["imag"].T)
    return {name: array[name] for name in fields}
