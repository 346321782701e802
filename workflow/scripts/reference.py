"""Copy the small files of finished results to where they are committed: tables, not arrays.

The verdicts of all runs that were kept stay there, and those of this one are added.
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
FOLDERS = ("statistics", "tables")
SUFFIXES = (".csv", ".md", ".json")


def main() -> int:
    """Replace the reference; return 2 if the results are not complete."""
    for name in NEEDED:
        if not (RESULTS / name).is_file():
            print(f"{RESULTS / name} is missing; make it with 'make paper'", file=sys.stderr)
            return 2
    try:
        report = history_report(_history())
    except InputError as error:
        print(f"bssbench: error: {error}", file=sys.stderr)
        return 2
    # What is no longer made must not stay.
    shutil.rmtree(REFERENCE, ignore_errors=True)
    REFERENCE.mkdir()
    for path in sorted(RESULTS.iterdir()):
        if path.is_file() and path.suffix in SUFFIXES:
            shutil.copyfile(path, REFERENCE / path.name)
    for name in FOLDERS:
        if (RESULTS / name).is_dir():
            shutil.copytree(
                RESULTS / name,
                REFERENCE / name,
                # Git keeps its own.
                ignore=shutil.ignore_patterns(checksums.FOLDER),
                copy_function=shutil.copyfile,
            )
    write(report, REFERENCE, formats=("csv", "md"))
    return 0


def _history() -> pd.DataFrame:
    """Return the verdicts that are kept, and those of these results."""
    sentences = {claim.name: claim.sentence for claim in read_claims(CLAIMS).claims}
    parts = pd.read_csv(RESULTS / "claims.csv").fillna({"where": ""})
    if other := {*sentences} ^ {*parts["claim"]}:
        raise InputError(
            f"{RESULTS / 'claims.csv'}: of other claims than {CLAIMS} ({min(other)}); make it again"
        )
    run = json.loads((RESULTS / "provenance.json").read_text())
    if run["commit"] is None:
        raise InputError(f"{RESULTS / 'provenance.json'}: no commit, which names a version")
    # Ten digits name a commit.
    return carry_on(
        read_history(REFERENCE / "verdicts.csv"),
        overview(sentences, parts),
        run["commit"][:10],
        run["time"][:10],
    )


if __name__ == "__main__":
    sys.exit(main())
