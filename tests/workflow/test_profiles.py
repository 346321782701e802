"""The profiles of clusters, without a cluster: what they say, and what would be asked of one."""

import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest
import yaml

from bssbench.experiment.configuration import configure

PROJECT = Path(__file__).parents[2]
PROFILES = sorted(path.parent.name for path in (PROJECT / "profiles").glob("*/config.yaml"))
CONFIGURATION = {
    "output": {"results": "results", "figures": "figures"},
    "seeds": "0-3",
    "datasets": {
        "gp-distinct-t200": {"methods": ["sobi", "fastica", "long", "gpu"]},
        "gp-equal-t200": {"methods": ["sobi", "fastica"], "seeds_per_job": 2},
    },
    "methods": {
        "sobi": None,
        "fastica": None,
        "gpu": {"method": "skr-vae", "steps": 5, "device": "cuda"},
        "long": {"method": "skr-vae", "steps": 10**7, "cpu_seconds": 5000},
    },
    "rounds": 1,
    "training_cost": [{"method": "skr-vae", "lengths": [200, 300], "cpu_seconds": 90}],
    "cores": [{"length": [256], "core": ["fft"]}],
}
# Says what it was asked, and that it can't.
SBATCH = '#!/bin/sh\nprintf "%s\\n" "$(printf "%s " "$@" | head -c 100000)" >> calls\nexit 1\n'

plugin = pytest.mark.skipif(
    importlib.util.find_spec("snakemake_executor_plugin_slurm") is None,
    reason="snakemake-executor-plugin-slurm is not installed",
)


def read_profile(name):
    return yaml.safe_load((PROJECT / "profiles" / name / "config.yaml").read_text())


@pytest.mark.parametrize("name", PROFILES)
def test_snakemake_has_every_option_of_a_profile(name):
    from snakemake.cli import get_argument_parser

    executor = read_profile(name).get("executor", "local").replace("-", "_")
    if executor != "local" and not importlib.util.find_spec(
        f"snakemake_executor_plugin_{executor}"
    ):
        pytest.skip(f"the executor {executor} is not installed")
    known = get_argument_parser()._option_string_actions
    assert not [option for option in read_profile(name) if f"--{option}" not in known]


def test_what_holds_everywhere_holds_on_clusters():
    everywhere = read_profile("default")
    for name in set(PROFILES) - {"default"}:
        profile = read_profile(name)
        assert "machine=1" in profile["default-resources"]
        for option in ("rerun-incomplete", "keep-going", "show-failed-logs", "scheduler"):
            assert profile[option] == everywhere[option], (name, option)


def test_what_takes_the_whole_machine_has_a_node_to_itself():
    timed = {
        match[1]
        for path in (PROJECT / "workflow" / "rules").glob("*.smk")
        for match in re.finditer(
            r"^rule (\w+):(?:(?!^rule ).)*machine=WHOLE", path.read_text(), re.M | re.S
        )
    }
    assert timed == {"cores", "training_cost"}
    resources = read_profile("slurm")["set-resources"]
    assert timed == {rule for rule in resources if "--exclusive" in resources[rule]["slurm_extra"]}


@pytest.fixture
def asked(tmp_path):
    """What a cluster that refuses everything is asked: sbatch's words by job, for each attempt."""
    for name in ("src", "workflow", "profiles", "config"):
        shutil.copytree(
            PROJECT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(PROJECT / "Snakefile", tmp_path)
    (tmp_path / "config" / "paper.yaml").write_text(yaml.safe_dump(CONFIGURATION, sort_keys=False))
    (tmp_path / "bin").mkdir()
    for command, text in {
        "sbatch": SBATCH,
        "squeue": "#!/bin/sh\n",
        "sinfo": "#!/bin/sh\n",
    }.items():
        (tmp_path / "bin" / command).write_text(text)
        (tmp_path / "bin" / command).chmod(0o755)
    data = tmp_path / "results" / "data"
    data.mkdir(parents=True)
    # As if they had been made: what is asked for is what comes after them.
    for name in CONFIGURATION["datasets"]:
        for suffix in ("npz", "json"):
            (data / f"{name}.{suffix}").touch()
    experiment = configure(CONFIGURATION)
    cells = [f"results/cells/{data}/{method}/run.json" for data, method in experiment.cells()]
    timed = [f"results/{name}/round-0.csv" for name in ("training_cost", "cores")]
    words = [sys.executable, "-m", "snakemake", *cells, *timed, "--workflow-profile"]
    completed = subprocess.run(
        [*words, "profiles/slurm", "--slurm-init-seconds-before-status-checks", "1"],
        cwd=tmp_path,
        env=os.environ
        | {"PYTHONPATH": str(tmp_path / "src"), "PATH": f"{tmp_path}/bin:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert (tmp_path / "calls").exists(), completed.stderr
    jobs = defaultdict(list)
    for line in (tmp_path / "calls").read_text().splitlines():
        words = shlex.split(line.partition(" --wrap")[0])
        jobs[re.search(r"--comment (\S+)", line)[1]].append(words)
    return jobs


def option(words, name):
    """Return an option's number."""
    return int(words[words.index(name) + 1])


@plugin
@pytest.mark.slow
def test_a_cluster_is_asked_for_what_rules_declare(asked):
    experiment = configure(CONFIGURATION)
    assert len(asked) == 5, "all cells of seconds are one job, and those on a GPU another"
    (short,) = [attempts for job, attempts in asked.items() if "rule_seconds" in job]
    on_gpu = {job for job, attempts in asked.items() if all("--gpus=1" in w for w in attempts)}
    assert on_gpu == {"rule_gpu_seconds_separate"}
    assert not any("--gpus=1" in words for job in asked.keys() - on_gpu for words in asked[job])
    (long,) = [attempts for job, attempts in asked.items() if "long" in job]
    (cost,) = [attempts for job, attempts in asked.items() if "training_cost" in job]
    declared = experiment.cell_megabytes("gp-distinct-t200", "long")
    beside = option(long[0], "--mem") - declared
    for attempts in asked.values():
        assert len(attempts) == 3
        for name in ("--mem", "-t"):
            numbers = [option(words, name) for words in attempts]
            assert numbers == sorted(set(numbers)), f"{name} grows: {numbers}"
    assert [option(words, "--mem") for words in long] == [n * declared + beside for n in (1, 2, 3)]
    # Its estimate is far above its limit, which it keeps to by itself.
    limit = experiment.methods["long"].cpu_seconds / 60
    assert all(limit < option(words, "-t") < limit + 15 for words in long)
    # One after the other: the memory of the largest, and two minutes for each, blocks counted.
    n_cells = 2 + 2 * 2
    assert option(short[0], "-t") == 2 * n_cells
    largest = max(
        experiment.cell_megabytes(name, method)
        for name in CONFIGURATION["datasets"]
        for method in ("sobi", "fastica")
    )
    assert option(short[0], "--mem") == largest + beside
    trial = CONFIGURATION["training_cost"][0]
    seconds = trial["cpu_seconds"] * len(trial["lengths"])
    assert option(cost[0], "-t") >= seconds / 60
    alone = {job for job, attempts in asked.items() if any("--exclusive" in w for w in attempts)}
    assert {job.partition("_wildcards")[0] for job in alone} == {"rule_cores", "rule_training_cost"}
