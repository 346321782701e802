"""What a result has to say of its making: code, environment, hardware and command."""

import importlib.metadata
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

__all__ = ["provenance"]

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


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def provenance(command: str | None = None) -> dict[str, Any]:
    """Describe this process: commit, versions, hardware, threads, command and time.

    Parameters
    ----------
    command : str, optional
        To be recorded in place of this process's own.
    """
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
    return {
        "commit": _git("rev-parse", "HEAD"),
        "dirty": None if changes is None else bool(changes),
        "versions": _versions(),
        "platform": platform.platform(),
        "processor": _processor(),
        "processors": os.cpu_count(),
        "threads": os.environ.get("OMP_NUM_THREADS"),
        "command": command or " ".join(sys.argv),
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
    }
