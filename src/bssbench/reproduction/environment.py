"""What has to be the same for a computation to give the same numbers to the last bit."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bssbench.experiment.provenance import provenance

__all__ = ["describe_environment", "environment_changes"]

# Libraries choose their code by these, and a virtual machine may not tell its processor's model.
_INSTRUCTION_SETS = ("sse", "avx", "fma", "f16c", "amx", "asimd", "sve")
_DECISIVE = ("versions", "platform", "processor", "instruction_sets", "threads")


def _instruction_sets() -> list[str]:
    """Return the processor's instruction sets for vectors; none where Linux does not tell."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    named = [line.partition(":")[2].split() for line in lines if line.startswith(("flags", "Feat"))]
    return sorted(flag for flag in (named or [[]])[0] if flag.startswith(_INSTRUCTION_SETS))


def describe_environment(command: str | None = None) -> dict[str, Any]:
    """Return `bssbench.experiment.provenance.provenance` and the processor's ``instruction_sets``.

    Parameters
    ----------
    command : str, optional
        To be recorded in place of this process's own.
    """
    return provenance(command) | {"instruction_sets": _instruction_sets()}


def environment_changes(recorded: Mapping[str, Any], here: Mapping[str, Any]) -> list[str]:
    """Say in words what differs between two environments of what decides the last bits of numbers.

    Parameters
    ----------
    recorded, here : mapping
        As `describe_environment` returns.
    """
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
