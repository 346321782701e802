"""The workflow as a user runs it, in a copy of the project, with methods that take no time."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
import yaml

from bssbench.scores.catalogue import SCORES

PROJECT = Path(__file__).parents[2]
N_SCORES = sum(score.applies is None for score in SCORES.values())
SNAKEMAKE = Path(sys.executable).with_name("snakemake")

# A new method is one file: these two are dropped into the copy, and that is all.
HEADER = """
import time
from dataclasses import dataclass
from typing import ClassVar
from bssbench.methods.controls.random import Method as Random

@dataclass(frozen=True)
class Method(Random):
    "A method of the test's own."
    deterministic: ClassVar[bool] = False

    def separate(self, problem, progress=None):
"""
BROKEN = HEADER + "        raise RuntimeError('it broke\\non two lines')\n"
SLOW = HEADER + "        time.sleep(8)\n        return super().separate(problem, progress)\n"
# One whose objective on held-out time is what its parameter says.
GUESS = """
import numpy as np
from dataclasses import dataclass
from typing import ClassVar
from bssbench.methods.controls.random import Method as Random

@dataclass(frozen=True)
class Method(Random):
    "A method of the test's own."
    has_held_out_objective: ClassVar[bool] = True
    offset: float = 0.0

    def held_out(self, problem):
        if problem.sources is not None:
            raise RuntimeError("these are the true sources")
        return problem.observations[:, 0, 0] + self.offset
"""


@pytest.fixture
def project(tmp_path):
    """A copy of the project with a small configuration."""
    for name in ("src", "workflow", "profiles", "config"):
        shutil.copytree(
            PROJECT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(PROJECT / "Snakefile", tmp_path)
    configure(tmp_path)
    return tmp_path


def configure(project, **changes):
    content = {
        "output": {"results": "results", "figures": "figures"},
        "seeds": "0-1",
        "datasets": {"gp-distinct-t100": None, "gp-equal-t100": None},
        "methods": {"oracle": None, "random": None},
    }
    (project / "config" / "paper.yaml").write_text(
        yaml.safe_dump(content | changes, sort_keys=False)
    )


def environment(project):
    # The copy's package goes before the installed one.
    return os.environ | {"PYTHONPATH": str(project / "src")}


def snakemake(project, *options, check=True):
    completed = subprocess.run(
        [SNAKEMAKE, "--cores", "2", *options],
        cwd=project,
        env=environment(project),
        capture_output=True,
        text=True,
        check=False,
    )
    assert not check or completed.returncode == 0, completed.stdout + completed.stderr
    return completed


def check(project):
    """The exit code of 'bssbench check', and the stale files."""
    completed = subprocess.run(
        [sys.executable, "-m", "bssbench", "check"],
        cwd=project,
        env=environment(project),
        capture_output=True,
        text=True,
    )
    *lines, _ = completed.stdout.splitlines()
    return completed.returncode, {line.partition(" is stale")[0] for line in lines}


def planned(project):
    """The jobs that a dry run would do, as (rule, output file)."""
    text = snakemake(project, "--dry-run").stdout
    jobs, rule = set(), None
    for line in text.splitlines():
        words = line.split()
        if words[:1] in (["rule"], ["localrule"]):
            rule = words[1].rstrip(":")
        if words[:1] == ["output:"] and rule != "all":
            jobs.add((rule, words[1].rstrip(",")))
    return jobs


def snapshot(project):
    """Bytes of scores, tables and the figures drawn from them; learning curves draw timings."""
    figures = (project / "figures").iterdir()
    files = [
        project / "results" / "scores.csv",
        *sorted((project / "results" / "tables").iterdir()),
        *sorted(path for path in figures if path.stem != "learning_curves"),
    ]
    return {str(path.relative_to(project)): path.read_bytes() for path in files}


def cell(dataset, method):
    return f"results/cells/{dataset}/{method}/separation.npz"


@pytest.mark.slow
def test_an_edit_makes_stale_what_depends_on_it_and_no_more(project):
    snakemake(project)
    assert planned(project) == set()
    assert check(project) == (0, set())
    downstream = {"score", "provenance", "tables", "statistics", "figure"}
    for file, stale_rules, stale_cells in [
        (
            "methods/controls/oracle.py",
            {"separate", *downstream},
            {cell("gp-distinct-t100", "oracle"), cell("gp-equal-t100", "oracle")},
        ),
        (
            "datasets/families/gp_equal.py",
            {"generate", "separate", *downstream},
            {cell("gp-equal-t100", "oracle"), cell("gp-equal-t100", "random")},
        ),
        ("scores/amari.py", downstream, set()),
        ("paper/tables.py", {"tables"}, set()),
        ("paper/rank_tables.py", {"statistics"}, set()),
        ("paper/figures/score_distributions.py", {"figure"}, set()),
        ("methods/classical/sobi.py", set(), set()),
        ("cli/main.py", set(), set()),
    ]:
        path = project / "src" / "bssbench" / file
        text = path.read_text()
        path.write_text(text + "\n# A comment changes nothing.\n")
        assert planned(project) == set(), file
        path.write_text(text + "\nEDITED = True\n")
        jobs = planned(project)
        assert {rule for rule, _ in jobs} == stale_rules, file
        assert {output for rule, output in jobs if rule == "separate"} == stale_cells, file
        if stale_rules == {"figure"}:
            assert jobs == {("figure", "figures/score_distributions.pdf")}
        path.write_text(text)
    assert planned(project) == set()


@pytest.mark.slow
def test_the_number_of_cores_changes_no_byte(project):
    methods = {"oracle": None, "random": None, "skr-vae": {"steps": 5}}
    configure(project, datasets={"gp-distinct-t100": None}, methods=methods)
    snakemake(project, "--cores", "1")
    first = snapshot(project)
    shutil.rmtree(project / "results")
    shutil.rmtree(project / "figures")
    snakemake(project, "--cores", "2")
    assert snapshot(project) == first
    scores = pd.read_csv(project / "results" / "scores.csv")
    assert len(scores) == 3 * 2 * N_SCORES
    assert set(scores["status"]) == {"ok", "skipped"}


@pytest.mark.slow
def test_a_failed_cell_is_rows_and_the_run_goes_on(project):
    (project / "src" / "bssbench" / "methods" / "broken.py").write_text(BROKEN)
    configure(project, methods={"broken": None, "oracle": None})
    snakemake(project)
    scores = pd.read_csv(project / "results" / "scores.csv", keep_default_na=False)
    broken = scores[scores["method"] == "broken"]
    assert len(broken) == 2 * 2 * N_SCORES
    assert (broken["value"] == "").all()
    failed = broken[broken["status"] == "failed"]
    assert set(failed["score"]) == {"mcc", "mcc_spearman", "amari", "si_sdr", "rmse", "r2"}
    assert set(failed["reason"]) == {"RuntimeError: it broke"}
    log = project / "results" / "logs" / "separate" / "gp-equal-t100" / "broken.log"
    assert "Traceback" in log.read_text()


@pytest.mark.slow
def test_a_data_set_is_separated_by_the_methods_that_it_names(project):
    datasets = {"gp-distinct-t100": None, "gp-equal-t100": {"methods": ["random"]}}
    configure(project, datasets=datasets)
    snakemake(project)
    scores = pd.read_csv(project / "results" / "scores.csv")
    cells = set(zip(scores["dataset"], scores["method"], strict=True))
    expected = {
        ("gp-distinct-t100", "oracle"),
        ("gp-distinct-t100", "random"),
        ("gp-equal-t100", "random"),
    }
    assert cells == expected
    # What a fresh clone has: the small results that are kept, and not what they are made from.
    shutil.rmtree(project / "results" / "cells")
    shutil.rmtree(project / "results" / "data")
    shutil.rmtree(project / ".snakemake")
    jobs = planned(project)
    assert {output for rule, output in jobs if rule == "separate"} == {cell(*c) for c in expected}
    assert {"score", "tables", "figure"} <= {rule for rule, _ in jobs}


@pytest.mark.slow
def test_choices_are_recorded_and_made_again_only_where_a_candidate_changes(project):
    (project / "src" / "bssbench" / "methods" / "guess.py").write_text(GUESS)
    choice = {
        "choice": "the method's offset",
        "method": "guess",
        "datasets": ["gp-distinct-t50", "gp-equal-t60"],
        "seeds": "5-6",
        "candidates": [{}, {"offset": -0.5}],
    }
    configure(project, methods={"random": None}, selection=[choice])
    snakemake(project)
    rows = pd.read_csv(project / "results" / "selection.csv", keep_default_na=False)
    assert set(rows["status"]) == {"ok"}
    assert len(rows) == 2 * 2 * 2
    assert set(rows["seed"]) == {5, 6}
    text = (project / "results" / "tables" / "selection.md").read_text()
    assert "## the method's offset (guess)" in text
    assert "-0.500 (2/2)" in text
    assert planned(project) == set()
    choice["candidates"][1] = {"offset": 0.5}
    configure(project, methods={"random": None}, selection=[choice])
    jobs = planned(project)
    assert {rule for rule, _ in jobs} == {"held_out", "select", "provenance"}
    assert len(jobs) == 4

    configure(project, methods={"random": None}, selection=[choice | {"seeds": "1"}])
    completed = snakemake(project, check=False)
    assert completed.returncode == 2
    assert "seed 1 is reported" in completed.stderr


@pytest.mark.slow
def test_a_claim_is_judged_anew_where_its_file_changes_and_nothing_else_is(project):
    claim = {
        **{"name": "own", "sentence": "The oracle separates.", "source": "its definition"},
        "tests": [
            {
                **{"test": "at_least", "score": "mcc", "datasets": ["gp-equal-t100"]},
                **{"methods": ["oracle"], "threshold": 0.9, "because": "why"},
            }
        ],
    }
    file = project / "config" / "own.yaml"
    file.write_text(yaml.safe_dump({"claims": [claim]}))
    configure(project, claims="config/own.yaml")
    snakemake(project)
    assert "## own: supported" in (project / "results" / "claims.md").read_text()
    file.write_text(file.read_text().replace("0.9", "0.8"))
    assert {rule for rule, _ in planned(project)} == {"claims"}
    file.write_text(file.read_text().replace("oracle]", "orakle]").replace("- oracle", "- orakle"))
    completed = snakemake(project, check=False)
    assert completed.returncode == 2
    assert "unknown method 'orakle'; did you mean 'oracle'" in completed.stderr


@pytest.mark.slow
def test_a_killed_run_is_completed_and_repeats_no_finished_cell(project):
    (project / "src" / "bssbench" / "methods" / "slow.py").write_text(SLOW)
    methods = {"oracle": None, "random": None, "slow": None}
    configure(project, datasets={"gp-equal-t100": None}, methods=methods)
    snakemake(project)
    expected = snapshot(project)
    shutil.rmtree(project / "results")
    shutil.rmtree(project / "figures")
    shutil.rmtree(project / ".snakemake")

    command = [SNAKEMAKE, "--cores", "2"]
    with subprocess.Popen(
        command,
        cwd=project,
        env=environment(project),
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        finished = [project / cell("gp-equal-t100", method) for method in ("oracle", "random")]
        deadline = time.monotonic() + 60
        while not all(path.exists() for path in finished) and time.monotonic() < deadline:
            time.sleep(0.05)
        # Long enough for Snakemake to note them, not for the slow one to end.
        time.sleep(1.0)
        recovery = [sys.executable, "workflow/scripts/recover.py"]
        while_alive = subprocess.run(recovery, cwd=project, capture_output=True, text=True)
        assert while_alive.returncode == 2
        assert "is running" in while_alive.stderr
        os.killpg(process.pid, signal.SIGKILL)
    done = {p: p.stat().st_mtime_ns for p in (project / "results" / "cells").rglob("run.json")}
    assert len(done) == 2
    assert any((project / ".snakemake" / "locks").iterdir()), "a killed run leaves its lock"

    subprocess.run(recovery, cwd=project, env=environment(project), check=True)
    snakemake(project)
    assert snapshot(project) == expected
    for path, modified in done.items():
        assert path.stat().st_mtime_ns == modified, f"{path} was made again"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("seeds: 0-1\nfoo: 3\n", "unknown key 'foo'"),
        ("seeds: [0-1\n", "not valid YAML"),
        ("datasets: {gp-equal: {1: 2}}\n", "datasets.gp-equal: key 1 must be text"),
    ],
)
def test_a_malformed_configuration_stops_before_anything_runs(project, text, message):
    (project / "config" / "paper.yaml").write_text(text)
    completed = snakemake(project, check=False)
    assert completed.returncode == 2
    *before, line = completed.stderr.splitlines()
    assert line.startswith("bssbench: error: ")
    assert message in line
    # Snakemake itself says which profile it uses, and that is all.
    assert len(before) <= 1
    assert not (project / "results").exists()


def test_a_missing_recording_is_tried_again_after_recovery(project):
    data = project / "results" / "data"
    data.mkdir(parents=True)
    for name, reason in (("modal-frame", '"offline"'), ("gp-equal", "null")):
        (data / f"{name}.npz").touch()
        (data / f"{name}.json").write_text('{"unavailable": ' + reason + "}")
    subprocess.run([sys.executable, "workflow/scripts/recover.py"], cwd=project, check=True)
    assert sorted(path.name for path in data.iterdir()) == ["gp-equal.json", "gp-equal.npz"]
