"""Timing a training: what it measures, how it is asked for, and that it has the machine alone."""

import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

from bssbench.cli.main import main
from bssbench.errors import InputError
from bssbench.experiment.training_cost import Trial, measure_round, parse_trial

PROJECT = Path(__file__).parents[2]


def test_a_row_for_each_length_shortest_first():
    trials = [
        Trial("skr-vae", (120, 60), {"steps": 20}),
        Trial("skr-vae", (60,), {"steps": 20, "restarts": 1}, sources=2, seeds=1, rounds=1),
    ]
    rows = measure_round(trials)
    sizes = [(row.length, row.sources, row.seeds, row.round) for row in rows]
    assert sizes == [(60, 3, 3, 0), (60, 2, 1, 0), (120, 3, 3, 0)]
    for row in rows:
        assert (row.status, row.steps) == ("ok", 20)
        assert row.parameters == "restarts=1 steps=20"
        assert row.seconds_of_training > 0
        assert row.peak_bytes > 1e8
        assert row.si_sdr is not None
    later = measure_round(trials, 1)
    assert [(row.length, row.sources, row.round) for row in later] == [(60, 3, 1), (120, 3, 1)]


def test_a_trial_is_read_as_it_is_written():
    trial = Trial("gp-vae", (50, 60), {"core": "cholesky"}, sources=2, rounds=1, cpu_seconds=9)
    assert parse_trial(trial.words()) == trial
    assert trial.dataset(60) == "gp-distinct-2-t60"


def test_a_length_beyond_one_that_ran_out_of_time_is_not_tried():
    trial = Trial("skr-vae", (60, 120, 180), {"steps": 10**7}, cpu_seconds=2)
    first, *others = measure_round([trial])
    assert (first.status, first.seconds_of_training) == ("timeout", None)
    for row, length in zip(others, (120, 180), strict=True):
        assert (row.status, row.length) == ("skipped", length)
        assert row.reason == f"not tried: at length 60 {first.reason}"


@pytest.mark.parametrize(
    ("trial", "message"),
    [
        ("skrvae lengths=60", "did you mean 'skr-vae'"),
        ("skr-vae lengths=60 stepz=3", "did you mean 'steps'"),
        ("skr-vae lengths=60,60", "stands twice"),
        ("skr-vae", "no length"),
        ("skr-vae lengths=2", "length must be at least 16"),
        ("skr-vae lengths=60 cpu_seconds=0", "at least 1"),
        ("skr-vae lengths=60 seeds=many", "at least 1"),
        ("", "a trial is METHOD"),
    ],
)
def test_bad_input_is_one_line(trial, message, tmp_path, capsys):
    assert main(["training-cost", trial, "--out", str(tmp_path / "out.csv")]) == 2
    error = capsys.readouterr().err
    assert error.startswith("bssbench: error: ")
    assert message in error
    assert error.count("\n") == 1
    assert not (tmp_path / "out.csv").exists()


def test_a_trial_needs_a_length():
    with pytest.raises(InputError, match="no length"):
        Trial("skr-vae", ())


def test_from_the_command_to_the_table(tmp_path, capsys):
    rounds = [str(tmp_path / f"round-{number}.csv") for number in range(2)]
    for number, out in enumerate(rounds):
        words = ["training-cost", "sobi lengths=200", "--round", str(number), "--out", out]
        assert main(words) == 0
    assert main(["join-rounds", *rounds, "--out", str(tmp_path / "sobi.csv")]) == 0
    words = ["tables", "--training-cost", tmp_path / "sobi.csv", "--out", tmp_path / "tables"]
    assert main([str(word) for word in words]) == 0
    table = pd.read_csv(tmp_path / "tables" / "training_cost.csv")
    assert table[["method", "processes"]].to_numpy().tolist() == [["sobi", 2]]
    assert main(["tables", "--out", str(tmp_path)]) == 2
    assert "--training-cost" in capsys.readouterr().err


CLOCKED = """

rule clocked:
    output: "{name}.time"
    params: seconds=1
    shell: "date +%s.%N > {output}; sleep {params.seconds}; date +%s.%N >> {output}"

use rule clocked as timed with:
    output: "timed.time"
    resources: machine=WHOLE_MACHINE

ruleorder: timed > clocked
"""


@pytest.mark.slow
def test_what_is_timed_has_the_machine_alone(tmp_path):
    for name in ("workflow", "profiles", "config"):
        shutil.copytree(PROJECT / name, tmp_path / name)
    (tmp_path / "Snakefile").write_text((PROJECT / "Snakefile").read_text() + CLOCKED)
    content = {
        "output": {"results": "results", "figures": "figures"},
        "seeds": 0,
        "datasets": {"gp-equal-t100": None},
        "methods": {"random": None},
        "training_cost": [{"method": "sobi", "lengths": [50]}],
    }
    (tmp_path / "config" / "paper.yaml").write_text(yaml.safe_dump(content))

    def snakemake(*words):
        program = Path(sys.executable).with_name("snakemake")
        # A limit of one's own on another resource must not lift this one.
        command = [program, "--cores", "8", *words, "--resources", "mem_mb=6000"]
        completed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert completed.returncode == 0, completed.stdout + completed.stderr
        return completed.stdout

    snakemake("a.time", "b.time", "timed.time", "c.time")
    spans = {
        path.stem: tuple(map(float, path.read_text().split())) for path in tmp_path.glob("*.time")
    }
    began, ended = spans.pop("timed")
    assert all(end <= began or begin >= ended for begin, end in spans.values()), "alone"
    begins, ends = zip(*spans.values(), strict=True)
    assert max(begins) < min(ends), "and the others side by side"

    rule = None
    takes = {}
    for line in snakemake("--dry-run").splitlines():
        words = line.split()
        if words[:1] in (["rule"], ["localrule"]):
            rule = words[1].rstrip(":")
        if words[:1] == ["resources:"]:
            takes[rule] = next(word.rstrip(",") for word in words if word.startswith("machine="))
    assert takes.pop("training_cost") == "machine=100"
    assert set(takes.values()) == {"machine=1"}
    assert "training_cost_table" in takes
