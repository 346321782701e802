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

_HERE = Path(__file__).resolve()
# Where this file lies in the project's own repository.
_IN_PROJECT = "src/bssbench/experiment/provenance.py"

# Libraries choose their code by these, and a virtual machine may not tell its processor's model.
_INSTRUCTION_SETS = ("sse", "avx", "fma", "f16c", "amx", "asimd", "sve")
_DECISIVE = ("versions", "platform", "processor", "instruction_sets", "threads", "variables")
# So they do by variables that a user can set: another kernel of OpenBLAS sums in another order.
_DECISIVE_VARIABLES = (
    *("OPENBLAS_", "GOTO_", "MKL_", "BLIS_", "OMP_", "KMP_", "ATEN_CPU_CAPABILITY", "DNNL_"),
    *("ONEDNN_", "NUMBA_CPU_", "NPY_DISABLE_CPU_", "NPY_ENABLE_CPU_", "CUBLAS_", "NVIDIA_TF32_"),
    *("TORCH_ALLOW_TF32_", "GLIBC_TUNABLES"),
)
# These only make libraries talk.
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
    """Return what git says of the source tree, or None where there is no git or no repository."""
    # Git's own variables, as a hook has them, name another repository.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    try:
        answer = subprocess.run(
            ["git", "-C", str(_HERE.parent), *arguments],  # noqa: S607 (it is where the user has it)
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
    """Tell whether git's answers are of this project, and not of what it was unpacked in.

    An installed package or the files of an archive may lie in anyone's repository: in this
    project's own this file has its own place, and is tracked there.
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
    """Return what Linux tells of the processors under these names; nothing where it does not."""
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
        # Snakemake sets those of all libraries, which without them do what OpenMP's says.
        and not (name.endswith("_NUM_THREADS") and value == threads)
    }


def provenance(command: str | None = None) -> dict[str, Any]:
    """Describe this process: commit, versions, hardware, threads, time and its `command`.

    In a job of a cluster, ``node`` is the name that Slurm has for where it runs.

    The commit is that of the project's own repository, None outside it.
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
        "command": command or " ".join(sys.argv),
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def describe_environment(command: str | None = None) -> dict[str, Any]:
    """Return `provenance`, the processor's ``instruction_sets`` for vectors, and ``variables``.

    These are what the environment says of how libraries compute, threads of OpenMP aside.
    """
    flags = next(iter(_processor_lines("flags", "Feat")), "").split()
    found = sorted(flag for flag in flags if flag.startswith(_INSTRUCTION_SETS))
    return provenance(command) | {"instruction_sets": found, "variables": _variables()}


def environment_changes(recorded: Mapping[str, Any], here: Mapping[str, Any]) -> list[str]:
    """Say what differs between two answers of `describe_environment` and decides numbers.

    A record from before ``variables`` were recorded counts as one where none was set.
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
