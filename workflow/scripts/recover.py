"""Clean up after a killed run of the workflow, unless a run is still active.

This removes Snakemake's lock on this folder, and the records of data sets that were unavailable, so
that the next run tries to obtain them again.
"""

import subprocess
import sys
from pathlib import Path

import psutil

from bssbench.errors import InputError
from bssbench.files import read_json

HERE = Path.cwd()


def alive() -> list[int]:
    """Return the process ids of Snakemake runs in this folder."""
    found = []
    for process in psutil.process_iter(["pid", "cmdline", "cwd"]):
        words = process.info["cmdline"] or []
        is_snakemake = any(Path(word).name == "snakemake" for word in words[:3])
        if is_snakemake and process.info["cwd"] == str(HERE):
            found.append(process.info["pid"])
    return found


def is_to_be_made_again(report: Path) -> bool:
    """Return whether a data set was unavailable, or its report is damaged."""
    try:
        return bool(read_json(report).get("unavailable"))
    except InputError:
        return True


def main() -> int:
    """Clean up; return exit status 2 if a run is active."""
    running = alive()
    if running:
        print(
            f"a workflow is running in {HERE} (process {running[0]}); wait for it", file=sys.stderr
        )
        return 2
    locks = HERE / ".snakemake" / "locks"
    if locks.is_dir() and any(locks.iterdir()):
        snakemake = Path(sys.executable).with_name("snakemake")
        subprocess.run([snakemake, "--unlock", "--quiet", "all"], check=True)
    for report in HERE.glob("results/**/data/*.json"):
        if is_to_be_made_again(report):
            report.unlink()
            report.with_suffix(".npz").unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
