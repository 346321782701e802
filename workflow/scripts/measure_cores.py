"""Measure the kernel cores by ASV, in the environment at hand and for the current commit.

ASV writes into a folder of its own, emptied first, so that a report never mixes two runs; the
tracked history in .asv/ is left alone. Whatever happens, the report is written: without git, or
if ASV fails, it holds the reason.
"""

import argparse
import importlib.util
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from asv_runs import AsvRuns

import bssbench
from bssbench.errors import InputError
from bssbench.experiment.provenance import provenance
from bssbench.files import write_json
from bssbench.kernels.cases import PARAMETERS, PASSES

# A floor is measured whatever kernel is: it has none, nor anything to learn.
NOT_OF_FLOORS = ("kernel", "parameters", "grid")
PACKAGES = ("python", "torch", "gpytorch", "numpy", "scipy")


def parse_grid(text: str) -> dict[str, list[str]]:
    """Return {parameter: values} of a grid such as ``core=fft,banded length=256,1024``."""
    grid = {}
    for word in text.split():
        name, _, values = word.partition("=")
        if name not in (*PARAMETERS, "pass") or not values:
            raise InputError(f"--grid {word}: expected NAME=VALUE,…; see --help for the names")
        grid[name] = values.split(",")
    unknown = set(grid.get("pass", ())) - set(PASSES)
    if unknown:
        raise InputError(f"--grid pass: unknown {min(unknown)!r}; there is {', '.join(PASSES)}")
    return grid


def expressions(grid: Mapping[str, list[str]]) -> list[str]:
    """Return regular expressions of a grid's benchmarks, as ``asv run --bench`` takes them."""
    timed = "|".join(PASSES[name] for name in grid.get("pass", PASSES))
    on_cuda = "cuda" in grid.get("device", ["cuda"])
    methods = rf"(?:{timed}|peakmem_\w+|track_{'(?:relative|cuda)' if on_cuda else 'relative'}_\w+)"

    def values(name: str) -> str:
        return f"(?:{'|'.join(map(re.escape, grid[name]))})" if name in grid else "[^,']*"

    found = []
    for prefix, free in (("(?!floor-)", ()), ("floor-", NOT_OF_FLOORS)):
        rest = [
            f"'?{'[^,]*' if name in free else values(name)}'?"
            for name in PARAMETERS
            if name != "core"
        ]
        core = f"'{prefix}{values('core')}'"
        found.append(rf"^cores\.\w+\.{methods}\({', '.join([core, *rest])}\)$")
    return found


def measure(benchmarks: Path, bench: list[str], results: Path) -> tuple[Path | None, str]:
    """Run ASV; return (its result file or None, the reason if there is none)."""
    if importlib.util.find_spec("asv") is None:
        return None, "ASV is not installed"
    variables = {
        "OMP_NUM_THREADS": "1",
        # Import torch once, not in each case's process.
        "BSSBENCH_PRELOAD": "1",
        # ASV drops PYTHONPATH; what it measures must be the code that this script found.
        "ASV_PYTHONPATH": str(Path(bssbench.__file__).parents[1]),
        "PYTHONUNBUFFERED": "1",
    }
    asv = AsvRuns(benchmarks / "asv.conf.json", results, variables)
    here = ("--python=same", "--set-commit-hash", "HEAD", "--launch-method", "forkserver")
    return asv.measure(bench, *here)


def main() -> int:
    """Measure, and write the report; return 2 for a wrong command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--out", type=Path, required=True, metavar="JSON", help="the report; ASV's files go beside"
    )
    parser.add_argument(
        "--benchmarks",
        type=Path,
        default=Path("benchmarks"),
        metavar="DIR",
        help="ASV's benchmark_dir, with asv.conf.json and cores.py (default: benchmarks)",
    )
    parser.add_argument(
        "--grid",
        action="append",
        default=[],
        metavar="'NAME=VALUE,… …'",
        help="measure only these cases, for instance --grid 'core=fft,banded length=256,1024'; may "
        f"be given again; names: pass, {', '.join(PARAMETERS)} (default: all cases)",
    )
    arguments = parser.parse_args()
    try:
        grids = [expressions(parse_grid(text)) for text in arguments.grid or [""]]
    except InputError as error:
        print(f"bssbench: error: {error}", file=sys.stderr)
        return 2
    # The memory floor belongs to any of them.
    bench = [r"^cores\.Empty\.", *(expression for grid in grids for expression in grid)]
    made_by = provenance()
    result, status = None, "skipped"
    reason = "there is no git commit to measure"
    if made_by["commit"]:
        result, reason = measure(arguments.benchmarks, bench, arguments.out.parent / "asv")
        status = "ok" if result else "failed"
    report = {
        "status": status,
        "reason": reason,
        "commit": made_by["commit"],
        "dirty": made_by["dirty"],
        "versions": {name: made_by["versions"][name] for name in PACKAGES},
        "bench": bench,
        "result": str(result.relative_to(arguments.out.parent.resolve())) if result else None,
    }
    write_json(arguments.out, report)
    if reason:
        print(f"bssbench: the cores are not measured: {reason}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
