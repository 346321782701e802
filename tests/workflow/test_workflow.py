"""The workflow as a user runs it, in a copy of the project, with methods that take no time."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
import yaml
from filelock import FileLock

from bssbench.scores.catalogue import SCORES

PROJECT = Path(__file__).parents[2]
N_SCORES = sum(score.applies is None for score in SCORES.values())
SNAKEMAKE = Path(sys.executable).with_name("snakemake")

# A new method is one file: these are dropped into the copy, and that is all.
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
# Waits for as long as there is a file of that name.
WAITING = (
    HEADER
    + """        from pathlib import Path
        while Path("wait").exists():
            time.sleep(0.1)
        return super().separate(problem, progress)
"""
)
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


DATASETS = {
    "gp-distinct-t100": {"methods": ["oracle", "random", "skr-vae", "broken"]},
    "gp-equal-t100": {"methods": ["oracle", "broken", "waiting"]},
}
METHODS = {"oracle": None, "random": None, "skr-vae": {"steps": 5}, "broken": None, "waiting": None}
# A variant that no data set names.
METHODS["unused"] = {"method": "vae"}
CELLS = {(name, method) for name, own in DATASETS.items() for method in own["methods"]}
CHOICE = {
    "choice": "the method's offset",
    "method": "guess",
    "datasets": ["gp-distinct-t50", "gp-equal-t60"],
    "seeds": "5-6",
    "candidates": [{}, {"offset": -0.5}],
}
CONFIGURATION = {
    "output": {"results": "results", "figures": "figures"},
    "seeds": "0-1",
    "datasets": DATASETS,
    "methods": METHODS,
    "selection": [CHOICE],
    "claims": "config/own.yaml",
}
CLAIM = {
    **{"name": "own", "sentence": "The oracle separates.", "source": "its definition"},
    "tests": [
        {
            **{"test": "at_least", "score": "mcc", "datasets": ["gp-equal-t100"]},
            **{"methods": ["oracle"], "threshold": 0.9, "because": "why"},
        }
    ],
}


def copy_project(folder):
    """Copy the project, with methods, claims and a configuration of the test's own."""
    for name in ("src", "workflow", "profiles", "config"):
        shutil.copytree(PROJECT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "Snakefile", folder)
    for name, text in {"broken": BROKEN, "waiting": WAITING, "guess": GUESS}.items():
        (folder / "src" / "bssbench" / "methods" / f"{name}.py").write_text(text)
    write_yaml(folder / "config" / "own.yaml", {"claims": [CLAIM]})
    write_yaml(folder / "config" / "paper.yaml", CONFIGURATION)


def write_yaml(path, content):
    path.write_text(yaml.safe_dump(content, sort_keys=False))


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A run that ended, on one core; made once, however many processes run the tests."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder = shared / "finished"
    with FileLock(shared / "finished.lock"):
        if not folder.exists():
            folder.mkdir()
            copy_project(folder)
            snakemake(folder, "--cores", "1", "--verbose")
    return folder


@pytest.fixture
def run(finished, tmp_path):
    """A copy of it, to be changed."""
    shutil.copytree(finished, tmp_path, dirs_exist_ok=True)
    return tmp_path


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
    """Bytes of scores, tables and figures, but for what shows seconds."""
    tables, figures = (project / "results" / "tables").iterdir(), (project / "figures").iterdir()
    files = [
        project / "results" / "scores.csv",
        *sorted(path for path in tables if path.is_file() and path.stem != "efficiency"),
        *sorted(path for path in figures if path.stem != "learning_curves"),
    ]
    return {str(path.relative_to(project)): path.read_bytes() for path in files}


def log_of(project):
    return next((project / ".snakemake" / "log").iterdir()).read_text()


def cell(dataset, method):
    return f"results/cells/{dataset}/{method}/separation.npz"


@pytest.mark.slow
def test_a_run_ends_by_naming_the_results_to_open_first(run):
    (run / "results" / "claims.md").unlink()
    words = snakemake(run).stdout.partition("Open first:\n")[2].split()
    paths = [word for word in words if "/" in word]
    assert paths == [
        "figures/median_scores.png",
        "results/tables/separation.md",
        "results/claims.md",
    ]
    assert all((run / path).is_file() for path in paths)


@pytest.mark.slow
def test_a_run_has_all_results_and_what_fails_is_rows_of_them(finished):
    assert planned(finished) == set()
    command = [sys.executable, "-m", "bssbench", "check"]
    subprocess.run(command, cwd=finished, env=environment(finished), check=True)
    results = finished / "results"
    scores = pd.read_csv(results / "scores.csv", keep_default_na=False)
    assert set(zip(scores["dataset"], scores["method"], strict=True)) == CELLS
    assert len(scores) == len(CELLS) * 2 * N_SCORES
    broken = scores["method"] == "broken"
    assert set(scores["status"][~broken]) == {"ok", "skipped"}
    assert (scores["value"][broken] == "").all()
    failed = scores[broken & (scores["status"] == "failed")]
    assert set(failed["score"]) == {"mcc", "mcc_spearman", "amari", "si_sdr", "sir", "rmse", "r2"}
    assert set(failed["reason"]) == {"RuntimeError: it broke"}
    log = results / "logs" / "separate" / "gp-equal-t100" / "broken.log"
    assert "Traceback" in log.read_text()
    rows = pd.read_csv(results / "selection.csv", keep_default_na=False)
    assert set(rows["status"]) == {"ok"}
    assert len(rows) == 2 * 2 * 2
    assert set(rows["seed"]) == {5, 6}
    text = (results / "tables" / "selection.md").read_text()
    assert "## the method's offset (guess)" in text
    assert "-0.500 (2/2)" in text
    assert "## own: supported" in (results / "claims.md").read_text()


@pytest.mark.slow
def test_the_longest_cell_starts_first_and_its_data_are_made_first(finished):
    log = log_of(finished)
    assert re.findall("output: (results/data/.*).npz,", log)[0].endswith("gp-distinct-t100")
    assert re.findall("output: results/cells/(.*)/separation.npz", log)[0].endswith("skr-vae")


@pytest.mark.slow
def test_jobs_are_looked_for_when_one_has_ended_and_not_for_ever(finished):
    log = log_of(finished)
    assert 10 < log.count("Ready jobs:") <= log.count("Finished jobid:") + 1


@pytest.mark.slow
def test_an_edit_makes_stale_what_depends_on_it_and_no_more(run):
    for file in ("priors/kernel_regression.py", "errors.py", "methods/classical/sobi.py"):
        with (run / "src" / "bssbench" / file).open("a") as code:
            code.write("\nEDITED = True\n")
    jobs = planned(run)
    assert {output for rule, output in jobs if rule == "separate"} == {
        cell("gp-distinct-t100", "skr-vae")
    }
    downstream = {"score", "provenance", "tables", "efficiency", "statistics"}
    downstream |= {"figure", "claims", "manifest"}
    assert {rule for rule, _ in jobs} == {"separate"} | downstream


@pytest.mark.slow
def test_a_changed_candidate_or_claim_makes_nothing_else_again(run):
    candidates = [{}, {"offset": 0.5}]
    changed = CONFIGURATION | {"selection": [CHOICE | {"candidates": candidates}]}
    write_yaml(run / "config" / "paper.yaml", changed)
    claims = run / "config" / "own.yaml"
    claims.write_text(claims.read_text().replace("0.9", "0.8"))
    jobs = planned(run)
    assert {rule for rule, _ in jobs} == {"held_out", "select", "claims", "provenance", "manifest"}
    assert len(jobs) == 2 + 4


@pytest.mark.slow
def test_a_fresh_clone_with_the_kept_results_makes_all_again(run):
    for name in ("results/cells", "results/data", "results/selection", ".snakemake"):
        shutil.rmtree(run / name)
    jobs = planned(run)
    assert {output for rule, output in jobs if rule == "separate"} == {cell(*c) for c in CELLS}
    assert {"held_out", "score", "tables", "figure", "manifest"} <= {rule for rule, _ in jobs}


@pytest.mark.slow
def test_a_killed_run_is_completed_to_the_same_bytes_and_repeats_no_finished_cell(run):
    """And with two cores, where the finished one had one."""
    expected = snapshot(run)
    for name in ("results", "figures", ".snakemake"):
        shutil.rmtree(run / name)
    (run / "wait").touch()
    recovery = [sys.executable, "workflow/scripts/recover.py"]
    with subprocess.Popen(
        [SNAKEMAKE, "--cores", "2", *(cell(*each) for each in sorted(CELLS))],
        cwd=run,
        env=environment(run),
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        # Written last, so that a cell that has it is finished.
        finished = [
            (run / cell(*each)).with_name("run.json") for each in CELLS if each[1] != "waiting"
        ]
        deadline = time.monotonic() + 120
        while not all(path.exists() for path in finished) and time.monotonic() < deadline:
            time.sleep(0.05)
        # Long enough for Snakemake to note them; the one that waits does not end.
        time.sleep(2.0)
        while_alive = subprocess.run(recovery, cwd=run, capture_output=True, text=True)
        assert while_alive.returncode == 2
        assert "is running" in while_alive.stderr
        os.killpg(process.pid, signal.SIGKILL)
    done = {path: path.stat().st_mtime_ns for path in finished}
    assert any((run / ".snakemake" / "locks").iterdir()), "a killed run leaves its lock"

    (run / "wait").unlink()
    subprocess.run(recovery, cwd=run, env=environment(run), check=True)
    snakemake(run)
    assert snapshot(run) == expected
    for path, modified in done.items():
        assert path.stat().st_mtime_ns == modified, f"{path} was made again"


@pytest.mark.parametrize(
    ("file", "text", "replacement", "message"),
    [
        ("paper.yaml", "seeds:", "foo: 3\nseeds:", "unknown key 'foo'"),
        ("paper.yaml", "seeds:", "seeds: 3\nseeds:", "the key 'seeds' stands twice"),
        ("own.yaml", "- oracle", "- orakle", "unknown method 'orakle'; did you mean 'oracle'"),
        ("own.yaml", "- oracle", "- unused", "unknown method 'unused'"),
    ],
)
def test_bad_input_stops_before_anything_runs(tmp_path, file, text, replacement, message):
    copy_project(tmp_path)
    path = tmp_path / "config" / file
    path.write_text(path.read_text().replace(text, replacement, 1))
    completed = snakemake(tmp_path, check=False)
    assert completed.returncode == 2
    *before, line = completed.stderr.splitlines()
    assert line.startswith("bssbench: error: ")
    assert message in line
    # Snakemake itself says which profile it uses, and that is all.
    assert len(before) <= 1
    assert not (tmp_path / "results").exists()


def test_a_missing_recording_is_tried_again_after_recovery(tmp_path):
    data = tmp_path / "results" / "data"
    data.mkdir(parents=True)
    for name, reason in (("modal-frame", '"offline"'), ("gp-equal", "null")):
        (data / f"{name}.npz").touch()
        (data / f"{name}.json").write_text('{"unavailable": ' + reason + "}")
    recovery = [sys.executable, PROJECT / "workflow" / "scripts" / "recover.py"]
    subprocess.run(recovery, cwd=tmp_path, check=True)
    assert sorted(path.name for path in data.iterdir()) == ["gp-equal.json", "gp-equal.npz"]
