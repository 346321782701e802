"""Values of benchmarks, read from a file that ASV wrote."""

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["benchmark_title", "iterate_values"]


def benchmark_title(name: str, parameters: tuple[str, ...]) -> str:
    """Return how ASV calls a benchmark with its parameters, which ``--bench`` selects by."""
    return f"{name}({', '.join(parameters)})" if parameters else name


def iterate_values(
    result: Mapping[str, Any],
) -> Iterator[tuple[str, tuple[str, ...], float | None]]:
    """Yield (benchmark, its parameters as text, value) of every combination of parameters.

    `result` is the file's content. A value is None where a benchmark failed, and NaN where it was
    skipped or not selected.
    """
    for name, entries in result["results"].items():
        row = dict(zip(result["result_columns"], entries, strict=False))
        # Where all failed, ASV keeps one null.
        values = row["result"] or itertools.repeat(None)
        for parameters, value in zip(itertools.product(*row["params"]), values, strict=False):
            yield name, parameters, value
