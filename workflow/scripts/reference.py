"""Copy the small files of finished results to where they are committed: tables, not arrays."""

import shutil
import sys
from pathlib import Path

RESULTS = Path("results")
REFERENCE = RESULTS / "reference"
NEEDED = ("scores.csv", "timings.csv", "provenance.json", "manifest.json")
FOLDERS = ("statistics", "tables")
SUFFIXES = (".csv", ".md", ".json")


def main() -> int:
    """Replace the reference; return 2 if the results are not complete."""
    for name in NEEDED:
        if not (RESULTS / name).is_file():
            print(f"{RESULTS / name} is missing; make it with 'make paper'", file=sys.stderr)
            return 2
    # What is no longer made must not stay.
    shutil.rmtree(REFERENCE, ignore_errors=True)
    REFERENCE.mkdir()
    for path in sorted(RESULTS.iterdir()):
        if path.is_file() and path.suffix in SUFFIXES:
            shutil.copyfile(path, REFERENCE / path.name)
    for name in FOLDERS:
        if (RESULTS / name).is_dir():
            shutil.copytree(RESULTS / name, REFERENCE / name, copy_function=shutil.copyfile)
    return 0


if __name__ == "__main__":
    sys.exit(main())
