"""Copy the small files of complete results (tables, not arrays) to the committed reference.

The verdicts of this run are added to the history of verdicts in the reference.
"""

import json
import shutil
import sys
from pathlib import Path

import pandas as pd

from bssbench.errors import InputError
from bssbench.files import checksums
from bssbench.paper.claims_table import overview
from bssbench.paper.report import write
from bssbench.paper.verdict_history import carry_on, history_report, read_history
from bssbench.statistics.claims_file import read_claims

RESULTS = Path("results")
REFERENCE = RESULTS / "reference"
CLAIMS = Path("config/claims.yaml")
NEEDED = ("scores.csv", "timings.csv", "claims.csv", "provenance.json", "manifest.json")
# Written by 'make faults', not by the experiment: kept unless there is a new one.
KEPT = ("faults.md",)
FOLDERS = ("statistics", "tables")
SUFFIXES = (".csv", ".md", ".json")


def main() -> int:
    """Replace the reference; return exit status 2 if the results are incomplete."""
    for name in NEEDED:
        if not (RESULTS / name).is_file():
            print(f"{RESULTS / name} is missing; run 'make paper'", file=sys.stderr)
            return 2
    try:
        report = history_report(_history())
    except InputError as error:
        print(f"bssbench: error: {error}", file=sys.stderr)
        return 2
    # Files that the workflow no longer makes must not remain.
    kept = {name: (REFERENCE / name).read_bytes() for name in KEPT if (REFERENCE / name).is_file()}
    shutil.rmtree(REFERENCE, ignore_errors=True)
    REFERENCE.mkdir()
    for name, content in kept.items():
        (REFERENCE / name).write_bytes(content)
    for path in sorted(RESULTS.iterdir()):
        if path.is_file() and path.suffix in SUFFIXES:
            shutil.copyfile(path, REFERENCE / path.name)
    for name in FOLDERS:
        if (RESULTS / name).is_dir():
            shutil.copytree(
                RESULTS / name,
                REFERENCE / name,
                # Checksums are not needed for committed files.
                ignore=shutil.ignore_patterns(checksums.FOLDER),
                copy_function=shutil.copyfile,
            )
    write(report, REFERENCE, formats=("csv", "md"))
    return 0


def _history() -> pd.DataFrame:
    """Return the history of verdicts, with those of these results added."""
    sentences = {claim.name: claim.sentence for claim in read_claims(CLAIMS).claims}
    parts = pd.read_csv(RESULTS / "claims.csv").fillna({"where": ""})
    if other := {*sentences} ^ {*parts["claim"]}:
        raise InputError(
            f"{RESULTS / 'claims.csv'}: its claims differ from those of {CLAIMS} ({min(other)}); "
            "regenerate it"
        )
    run = json.loads((RESULTS / "provenance.json").read_text())
    if run["commit"] is None:
        raise InputError(f"{RESULTS / 'provenance.json'}: no commit to identify the version by")
    # Ten digits are enough to identify a commit.
    return carry_on(
        read_history(REFERENCE / "verdicts.csv"),
        overview(sentences, parts),
        run["commit"][:10],
        run["time"][:10],
    )


if __name__ == "__main__":
    sys.exit(main())
