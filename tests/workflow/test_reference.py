"""What is kept of a finished run."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

PROJECT = Path(__file__).parents[2]
TEST = {
    **{"test": "at_least", "score": "mcc", "datasets": ["gp-tp"], "methods": ["sobi"]},
    **{"threshold": 0.9, "because": "why"},
}
CLAIM = {"name": "C1", "sentence": "It is so.", "source": "a paper", "tests": [TEST]}


@pytest.fixture
def run(tmp_path):
    """Finished results whose claim is refuted, beside a reference where it was supported."""
    results, kept = tmp_path / "results", tmp_path / "results" / "reference"
    kept.mkdir(parents=True)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "claims.yaml").write_text(yaml.safe_dump({"claims": [CLAIM]}))
    for name in ("scores.csv", "timings.csv", "manifest.json"):
        (results / name).write_text("new")
    provenance = {"commit": "0123456789abcdef", "time": "2026-02-01T10:00:00+00:00"}
    (results / "provenance.json").write_text(json.dumps(provenance))
    part = {"claim": "C1", "reading": "improved", "claim_verdict": "refuted", "part": 1}
    part |= {"where": "gp-tp", "verdict": "refuted", "seeds_needed": None}
    pd.DataFrame([part]).to_csv(results / "claims.csv", index=False)
    (kept / "gone.csv").write_text("old")
    (kept / "verdicts.csv").write_text(
        "commit,date,claim,sentence,plain,improved,supported,why,reason\n"
        "abc,2026-01-01,C1,It is so.,,supported,1 of 1,,\n"
    )
    return tmp_path


def make_reference(run):
    script = PROJECT / "workflow" / "scripts" / "reference.py"
    path = os.pathsep.join([str(PROJECT / "src"), *filter(None, [os.environ.get("PYTHONPATH")])])
    return subprocess.run(
        [sys.executable, script],
        cwd=run,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": path},
    )


def test_results_replace_the_reference_and_verdicts_are_added_to_it(run):
    done = make_reference(run)
    assert done.returncode == 0, done.stderr
    kept = run / "results" / "reference"
    assert not (kept / "gone.csv").exists()
    assert (kept / "scores.csv").read_text() == "new"
    table = pd.read_csv(kept / "verdicts.csv", dtype=str)
    assert table[["commit", "date", "improved"]].values.tolist() == [
        ["abc", "2026-01-01", "supported"],
        ["0123456789", "2026-02-01", "refuted"],
    ]
    assert "not stated" in (kept / "verdicts.md").read_text()


@pytest.mark.parametrize(
    ("file", "text", "replacement", "message"),
    [
        (
            "config/claims.yaml",
            "name: C1",
            "name: C9",
            "its claims differ from those of config/claims.yaml",
        ),
        ("results/provenance.json", '"0123456789abcdef"', "null", "no commit"),
    ],
)
def test_verdicts_that_are_of_no_claim_or_no_version_are_not_kept(
    run, file, text, replacement, message
):
    path = run / file
    path.write_text(path.read_text().replace(text, replacement))
    done = make_reference(run)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert (run / "results" / "reference" / "gone.csv").exists()


def test_nothing_is_lost_where_the_verdicts_cannot_be_read(run):
    (run / "results" / "reference" / "verdicts.csv").write_text("other\n")
    done = make_reference(run)
    assert done.returncode == 2
    assert done.stderr.startswith("bssbench: error: ")
    assert (run / "results" / "reference" / "gone.csv").exists()


@pytest.mark.parametrize("again", [False, True])
def test_the_table_of_faults_stays_until_there_is_another(run, again):
    kept = run / "results" / "reference" / "faults.md"
    kept.write_text("before")
    if again:
        (run / "results" / "faults.md").write_text("after")
    assert make_reference(run).returncode == 0
    assert kept.read_text() == ("after" if again else "before")
