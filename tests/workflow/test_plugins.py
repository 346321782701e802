"""The workflow with plug-ins: cells, scores and tables, and stale by their own code."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

PROJECT = Path(__file__).parents[2]
METHOD = '''
from dataclasses import dataclass

from bssbench.methods.controls.random import Method as Random
from bssbench.parameters import parameter

from ._shared import TURNS


@dataclass(frozen=True)
class Method(Random):
    """A rotation that nobody chose."""

    gain: float = parameter(1.0, "this test", above=0)
'''
FAMILY = '''
from dataclasses import dataclass

from bssbench.datasets.families import SourceFamily
from bssbench.scores.record import Score


@dataclass(frozen=True)
class Family(SourceFamily):
    """Noise that is drawn here."""

    def sample(self, generator, n_sources, length):
        return generator.uniform(-1, 1, (n_sources, length))


SCORES = (Score("largest", lambda r: abs(r.estimated).max(), "the largest", "largest", 1.0),)
'''
CONFIGURATION = {
    "output": {"results": "results", "figures": "figures"},
    "plugins": ["own files"],
    "seeds": "0-2",
    "datasets": {"my-family-t100": None, "gp-equal-t100": {"methods": ["sobi", "random"]}},
    "methods": {
        **{"my-method": {"gain": 2.0}, "sobi": None, "random": None},
        "my-variant": {"method": "my-method", "gain": 3.0},
    },
}
CELL = "results/cells/my-family-t100/my-method"


def run(folder, *words):
    return subprocess.run(
        words,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(PROJECT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )


def snakemake(folder, *options):
    done = run(
        folder,
        *(sys.executable, "-m", "snakemake", "--snakefile", str(PROJECT / "Snakefile")),
        *("--directory", str(folder), "--cores", "2"),
        *("--workflow-profile", str(PROJECT / "profiles" / "default")),
        *("--configfile", str(folder / "experiment" / "own.yaml"), *options),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_run_with_plug_ins(tmp_path):
    own = tmp_path / "experiment" / "own files"
    own.mkdir(parents=True)
    (own / "_shared.py").write_text("TURNS = 3\n")
    (own / "my_method.py").write_text(METHOD)
    (own / "my_family.py").write_text(FAMILY)
    (own.parent / "own.yaml").write_text(yaml.safe_dump(CONFIGURATION, sort_keys=False))
    snakemake(tmp_path)
    scores = pd.read_csv(tmp_path / "results" / "scores.csv", keep_default_na=False)
    of_own = scores[(scores["dataset"] == "my-family-t100") & (scores["score"] == "largest")]
    assert set(of_own["method"]) == {"my-method", "my-variant", "sobi", "random"}
    assert set(of_own["status"]) == {"ok"}
    assert "my-variant" in (tmp_path / "results" / "tables" / "separation.md").read_text()
    report = json.loads((tmp_path / CELL / "run.json").read_text())
    (plugin,) = report["provenance"]["plugins"]
    assert Path(plugin["path"]) == own / "my_method.py"
    assert set(plugin["sha256"]) == {"_shared.py", "my_method.py"}
    record = json.loads((tmp_path / "results" / "provenance.json").read_text())
    assert [each["name"] for each in record["plugins"]] == ["my-family", "my-method"]

    # It is a run as any other: recomputed, checked, and stale where it is.
    bssbench = (sys.executable, "-m", "bssbench")
    of_own = ("verify", "results", "--cell", "my-family-t100/my-method")
    assert "then use --plugin" in run(tmp_path, *bssbench, *of_own).stderr
    verified = run(tmp_path, *bssbench, *of_own, "--plugin", str(own))
    assert "1 of 1 cells verified, 0 of them different" in verified.stdout, verified.stderr
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "methods.yaml").write_text("{}\n")
    checked = run(tmp_path, *bssbench, "check", "results", "--configuration", "experiment/own.yaml")
    assert "artefacts are up to date" in checked.stdout, checked.stdout + checked.stderr
    (own / "_shared.py").write_text("TURNS = 3  # as before\n")
    assert "Nothing to be done" in snakemake(tmp_path, "--dry-run")
    (own / "_shared.py").write_text("TURNS = 4\n")
    planned = snakemake(tmp_path, "--dry-run")
    made = [line.split()[1] for line in planned.splitlines() if line.split()[:1] == ["output:"]]
    assert {output for output in made if output.startswith("results/cells")} == {
        f"results/cells/my-family-t100/{name}/separation.npz,"
        for name in ("my-method", "my-variant")
    }
    assert "rule generate" not in planned
