"""What a result has to say of its making, and what of that decides the last bits of its numbers."""

import importlib.metadata
import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

__all__ = ["describe_environment", "environment_changes", "provenance"]

# Libraries choose their code by these, and a virtual machine may not tell its processor's model.
_INSTRUCTION_SETS = ("sse", "avx", "fma", "f16c", "amx", "asimd", "sve")
_DECISIVE = ("versions", "platform", "processor", "instruction_sets", "threads")

_PACKAGES = (
    "bssbench",
    "torch",
    "gpytorch",
    "linear-operator",
    "numpy",
    "scipy",
    "pandas",
    "scikit-learn",
    "python-picard",
    "pyriemann",
    "matplotlib",
    "snakemake",
)


def _git(*arguments: str) -> str | None:
    """Return what git says of the source tree, or None where there is no git or no repository."""
    try:
        answer = subprocess.run(
            ["git", "-C", str(Path(__file__).parent), *arguments],
            capture_output=True,
            text=True,
            check=True,
            timeout=20,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()


def _versions() -> dict[str, str | None]:
    versions: dict[str, str | None] = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            versions[package] = None
    return versions


def _processor_lines(*names: str) -> list[str]:
    """Return what Linux tells of the processors under these names; nothing where it does not."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    return [line.partition(":")[2].strip() for line in lines if line.startswith(names)]


def provenance(command: str | None = None) -> dict[str, Any]:
    """Describe this process: commit, versions, hardware, threads, time and its `command`."""
    # A method not yet committed counts; what a run writes does not.
    code = (
        "src",
        "benchmarks",
        "workflow",
        "config",
        "profiles",
        "Snakefile",
        "pyproject.toml",
        "constraints.txt",
    )
    changes = _git("status", "--porcelain", "--", *(f":(top){path}" for path in code))
    named = _processor_lines("model name")
    return {
        "commit": _git("rev-parse", "HEAD"),
        "dirty": None if changes is None else bool(changes),
        "versions": _versions(),
        "platform": platform.platform(),
        "processor": named[0] if named else platform.processor() or platform.machine(),
        "processors": os.cpu_count(),
        "threads": os.environ.get("OMP_NUM_THREADS"),
        "command": command or " ".join(sys.argv),
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def describe_environment(command: str | None = None) -> dict[str, Any]:
    """Return `provenance` and the processor's ``instruction_sets`` for vectors."""
    flags = next(iter(_processor_lines("flags", "Feat")), "").split()
    found = sorted(flag for flag in flags if flag.startswith(_INSTRUCTION_SETS))
    return provenance(command) | {"instruction_sets": found}


def environment_changes(recorded: Mapping[str, Any], here: Mapping[str, Any]) -> list[str]:
    """Say what differs between two answers of `describe_environment` and decides numbers."""
    changes = []
    for key in _DECISIVE:
        before, now = recorded.get(key), here.get(key)
        if isinstance(before, dict) and isinstance(now, dict):
            changes += [
                f"{name} {before.get(name)} → {now.get(name)}"
                for name in sorted({*before, *now})
                if before.get(name) != now.get(name)
            ]
        elif isinstance(before, list) and isinstance(now, list):
            gone, new = sorted(set(before) - set(now)), sorted(set(now) - set(before))
            changes += [f"without {name}" for name in gone] + [f"with {name}" for name in new]
        elif before != now:
            changes.append(f"{key} {before or 'not recorded'} → {now}")
    return changes
