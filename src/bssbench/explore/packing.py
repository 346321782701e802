"""Packing numbers into the page: JSON, compressed, in letters that HTML leaves as they are."""

import base64
import gzip
import json
import math
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["columns_of", "pack", "unpack"]


def pack(content: Any) -> str:
    """Return JSON of `content`, compressed, in Base64; equal content gives equal text."""
    text = json.dumps(content, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode("ascii")


def unpack(packed: str) -> Any:
    """Return what `pack` packed."""
    return json.loads(gzip.decompress(base64.b64decode(packed)))


def columns_of(table: pd.DataFrame) -> dict[str, Any]:
    """Return a table by columns.

    Returns
    -------
    dict
        ``size``, the number of rows, and ``columns``: numbers as a list, in which what is missing
        is None; texts as ``{"words": [...], "codes": [...]}``, each different text once.
    """
    columns = {str(name): _column(table[name]) for name in table.columns}
    return {"size": len(table), "columns": columns}


def _column(values: pd.Series) -> Any:
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        if pd.api.types.is_integer_dtype(values):
            return [None if pd.isna(value) else int(value) for value in values]
        numbers = values.to_numpy(dtype=np.float64, na_value=math.nan)
        return [value if math.isfinite(value) else None for value in numbers.tolist()]
    codes, words = pd.factorize(values.fillna("").astype(str))
    return {"words": words.tolist(), "codes": codes.tolist()}
