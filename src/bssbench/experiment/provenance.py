"""The provenance of results, and the parts of the environment that affect rounding errors."""

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

_HERE = Path(__file__).resolve()
# Location of this file in the project's own repository.
_IN_PROJECT = "src/bssbench/experiment/provenance.py"

# Libraries select code by these. A virtual machine may hide the model of its processor.
_INSTRUCTION_SETS = ("sse", "avx", "fma", "f16c", "amx", "asimd", "sve")
_DECISIVE = ("versions", "platform", "processor", "instruction_sets", "threads", "variables")
# Variables by which users can change the code of libraries, such as the summation order in
# OpenBLAS.
_DECISIVE_VARIABLES = (
    *("OPENBLAS_", "GOTO_", "MKL_", "BLIS_", "OMP_", "KMP_", "ATEN_CPU_CAPABILITY", "DNNL_"),
    *("ONEDNN_", "NUMBA_CPU_", "NPY_DISABLE_CPU_", "NPY_ENABLE_CPU_", "CUBLAS_", "NVIDIA_TF32_"),
    *("TORCH_ALLOW_TF32_", "GLIBC_TUNABLES"),
)
# Variables that only change the output of libraries.
_INDECISIVE_VARIABLES = (
    *("OMP_DISPLAY_ENV", "OMP_DISPLAY_AFFINITY", "OPENBLAS_VERBOSE"),
    *("MKL_VERBOSE", "DNNL_VERBOSE", "ONEDNN_VERBOSE", "KMP_VERSION", "KMP_SETTINGS"),
    # scikit-learn sets these when it is imported.
    *("KMP_DUPLICATE_LIB_OK", "KMP_INIT_AT_FORK"),
)

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
    """Return git's output for the source tree, or None without git or a repository."""
    # In a hook, git's variables refer to another repository.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    try:
        answer = subprocess.run(
            ["git", "-C", str(_HERE.parent), *arguments],  # noqa: S607 (wherever the user has it)
            capture_output=True,
            text=True,
            check=True,
            timeout=20,
            env=environment,
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
    return answer.stdout.strip()


def _is_in_own_repository() -> bool:
    """Return whether git's output refers to this project's repository.

    An installed package or an unpacked archive may be inside another repository. In the project's
    own repository, this file is tracked at a known location.
    """
    place = _git("ls-files", "--full-name", "--error-unmatch", "--", _HERE.name)
    return place == _IN_PROJECT


def _versions() -> dict[str, str | None]:
    versions: dict[str, str | None] = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            versions[package] = None
    return versions


def _processor_lines(*names: str) -> list[str]:
    """Return the values of these entries of Linux's processor information, or an empty list."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    return [line.partition(":")[2].strip() for line in lines if line.startswith(names)]


def _variables() -> dict[str, str]:
    threads = os.environ.get("OMP_NUM_THREADS")
    return {
        name: value
        for name, value in sorted(os.environ.items())
        if name.startswith(_DECISIVE_VARIABLES)
        and name not in _INDECISIVE_VARIABLES
        # Snakemake sets these for all libraries; without them, libraries follow OpenMP's variable.
        and not (name.endswith("_NUM_THREADS") and value == threads)
    }


def provenance(command: str | None = None) -> dict[str, Any]:
    """Describe this process: commit, versions, hardware, threads, time and command.

    The commit is that of the project's own repository, and None outside of it. In a cluster's job,
    ``node`` is the name of its node in Slurm.

    Parameters
    ----------
    command : str, optional
        The command; the default is that of this process.

    Returns
    -------
    dict of str to object
        In JSON's types.
    """
    # Uncommitted code counts as a change; files written by a run do not.
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
    own = _is_in_own_repository()
    changes = _git("status", "--porcelain", "--", *(f":(top){p}" for p in code)) if own else None
    named = _processor_lines("model name")
    return {
        "commit": _git("rev-parse", "HEAD") if own else None,
        "dirty": None if changes is None else bool(changes),
        "versions": _versions(),
        "platform": platform.platform(),
        "processor": named[0] if named else platform.processor() or platform.machine(),
        "processors": os.cpu_count(),
        "threads": os.environ.get("OMP_NUM_THREADS"),
        "node": os.environ.get("SLURMD_NODENAME"),
        "command": command or _command(sys.argv),
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def describe_environment(command: str | None = None) -> dict[str, Any]:
    """Return `provenance` with ``instruction_sets`` and ``variables``.

    ``instruction_sets`` are the processor's vector instructions; ``variables`` are environment
    variables that affect the computations of libraries, except the number of OpenMP threads.

    Parameters
    ----------
    command : str, optional
        As for `provenance`.

    Returns
    -------
    dict of str to object
        In JSON's types.
    """
    flags = next(iter(_processor_lines("flags", "Feat")), "").split()
    found = sorted(flag for flag in flags if flag.startswith(_INSTRUCTION_SETS))
    return provenance(command) | {"instruction_sets": found, "variables": _variables()}


def environment_changes(recorded: Mapping[str, Any], here: Mapping[str, Any]) -> list[str]:
    """Return the differences between two environments that affect numerical results.

    A record without ``variables`` counts as one in which none was set.

    Parameters
    ----------
    recorded, here : mapping of str to object
        From `describe_environment`.

    Returns
    -------
    list of str
        One text for each difference.
    """
    changes = []
    for key in _DECISIVE:
        unknown: dict[str, Any] | None = {} if key == "variables" else None
        before, now = recorded.get(key, unknown), here.get(key, unknown)
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


def _command(words: list[str]) -> str:
    """Return a command line without the folder in which the program lies."""
    program = Path(words[0])
    name = "bssbench" if program.name == "__main__.py" else program.name
    return " ".join([name, *words[1:]])
