"""What `bssbench check` calls stale: what depends on a change, and nothing else."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bssbench.cli import main
from bssbench.configuration import configure
from bssbench.identity import identify, origin

pytestmark = pytest.mark.usefixtures("run")

PROJECT = Path(__file__).parents[2]
SCHEMA = PROJECT / "config" / "schema.yaml"
CONFIGURATION = {
    "output": {"results": "results", "figures": "figures"},
    "seeds": "0-1",
    "datasets": {"gp-distinct-t100": None},
    "methods": {"sobi": None, "random": None},
    "training_cost": [{"method": "skr-vae", "lengths": [200]}],
}
SCORES = """dataset,method,seed,score,value,status,reason
gp-distinct-t100,sobi,0,mcc,0.9,ok,
gp-distinct-t100,sobi,1,mcc,0.8,ok,
"""
COSTS = (
    "method,core,length_scales,parameters,length,seeds,steps,seconds_to_separation,"
    "seconds_of_training,mcc,peak_bytes,status,reason,threads,device\n"
    "skr-vae,fft,fixed,restarts=1,200,3,600,2.5,5.0,0.99,342000000,ok,,1,cpu\n"
)
COST_TABLES = {f"results/tables/training_cost.{suffix}" for suffix in ("csv", "md", "tex")}
SEPARATION_TABLES = {f"results/tables/separation.{suffix}" for suffix in ("csv", "md", "tex")}


def experiment(**changes):
    return configure(CONFIGURATION | changes, SCHEMA)


def write_tables():
    """Write both tables as the workflow does."""
    run = origin(experiment(), ["root_seed", "datasets", "methods"])
    assert main(["tables", "--scores", "results/scores.csv", *_rest(run)]) == 0
    run = origin(experiment(), ["root_seed", "training_cost"])
    assert main(["tables", "--training-cost", "results/training_cost/a.csv", *_rest(run)]) == 0


def _rest(run):
    return ["--out", "results/tables", "--identity", run]


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A finished run, in the working directory."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(PROJECT / "config", "config")
    Path("config/paper.yaml").write_text(yaml.safe_dump(CONFIGURATION, sort_keys=False))
    Path("results/training_cost").mkdir(parents=True)
    Path("results/scores.csv").write_text(SCORES)
    Path("results/training_cost/a.csv").write_text(COSTS)
    Path("results/provenance.json").write_text(json.dumps({"configuration": CONFIGURATION}))
    write_tables()


def check(capsys, *arguments):
    """Return the exit code and what is said of each stale file."""
    capsys.readouterr()
    code = main(["check", *map(str, arguments)])
    *lines, _ = capsys.readouterr().out.splitlines()
    return code, dict(line.split(" is stale: ") for line in lines)


def test_a_finished_run_is_up_to_date_and_so_is_its_copy(capsys):
    assert main(["check"]) == 0
    assert capsys.readouterr().out == "6 artefacts are up to date\n"
    Path("results").rename("elsewhere")
    assert check(capsys, "elsewhere") == (0, {})
    Path("results").mkdir()
    shutil.copytree("elsewhere", "results/reference")
    # Nothing was run here: the reference is what there is.
    assert check(capsys) == (0, {})
    Path("results/reference/scores.csv").unlink()
    assert check(capsys) == (
        1,
        {name.replace("results", "results/reference"): "data" for name in SEPARATION_TABLES},
    )


@pytest.mark.parametrize(
    ("changes", "stale"),
    [
        ({"seeds": "0-2"}, SEPARATION_TABLES),
        ({"methods": {"sobi": {"lags": 3}, "random": None}}, SEPARATION_TABLES),
        ({"training_cost": [{"method": "skr-vae", "lengths": [300]}]}, COST_TABLES),
        ({"root_seed": 7}, SEPARATION_TABLES | COST_TABLES),
        ({"output": {"results": "other", "figures": "other"}}, set()),
        ({"cores": [{"length": [256]}]}, set()),
        ({"methods": {"sobi": {}, "random": {}}}, set()),
    ],
)
def test_a_changed_value_makes_stale_what_depends_on_it(capsys, changes, stale):
    Path("config/paper.yaml").write_text(yaml.safe_dump(CONFIGURATION | changes, sort_keys=False))
    assert check(capsys) == (int(bool(stale)), dict.fromkeys(stale, "configuration"))


def test_a_changed_hyperparameter_is_a_changed_configuration(capsys):
    changed = {"skr-vae": {"steps": {"value": 7, "source": "this test"}}}
    Path("config/methods.yaml").write_text(yaml.safe_dump(changed))
    assert check(capsys) == (1, dict.fromkeys(COST_TABLES, "configuration"))


def test_changed_data_make_stale_what_shows_them(capsys):
    scores = Path("results/scores.csv")
    scores.write_text(SCORES.replace("0.8", "0.7"))
    assert check(capsys) == (1, dict.fromkeys(SEPARATION_TABLES, "data"))
    scores.write_text(SCORES)
    costs = Path("results/tables/training_cost.csv")
    costs.write_text(costs.read_text().replace("2.5", "1.5"))
    assert check(capsys) == (1, dict.fromkeys(COST_TABLES, "data"))


def test_of_a_table_only_what_is_shown_counts():
    table = Path("results/timings.csv")
    told = origin(experiment(), ["methods"])

    def identity(text):
        table.write_text(text)
        return identify(told, ["bssbench.files"], {table: ("method", "converged")})

    first = identity("method,seconds,converged\nsobi,1.5,2\n")
    assert identity("method,seconds,converged\nsobi,1.6,2\n") == first
    assert identity("method,seconds,converged\nsobi,1.5,1\n") != first


def test_a_file_without_identity_is_stale(capsys):
    Path("figures").mkdir()
    for name in ("results/tables/separation.md", "figures/old.pdf", "results/claims.csv"):
        Path(name).write_text("nothing is known of this\n")
    Path("results/tables/training_cost.json").unlink()
    stale = {
        *("results/tables/separation.md", "figures/old.pdf", "results/claims.csv"),
        "results/tables/training_cost.csv",
    }
    assert check(capsys) == (1, dict.fromkeys(stale, "no identity"))


def test_the_same_run_gives_the_same_bytes():
    def tables():
        return {path.name: path.read_bytes() for path in Path("results/tables").iterdir()}

    first = tables()
    shutil.rmtree("results/tables")
    write_tables()
    assert tables() == first


def test_bad_input_is_one_line(capsys):
    for arguments, message in [
        (["nowhere"], "nowhere/provenance.json: no such file"),
        (["--configuration", "nothing.yaml"], "nothing.yaml: No such file"),
    ]:
        assert main(["check", *arguments]) == 2
        assert capsys.readouterr().err == f"bssbench: error: {message}" + (
            " or directory\n" if "No" in message else "\n"
        )
    shutil.rmtree("results/tables")
    assert main(["check"]) == 2
    assert "there are no tables" in capsys.readouterr().err
    Path("results/provenance.json").write_text('{"configuration": 3}')
    assert main(["check"]) == 2
    assert "not the provenance of a run" in capsys.readouterr().err


def test_code_counts_and_comments_do_not():
    shutil.copytree(PROJECT / "src", "src", ignore=shutil.ignore_patterns("__pycache__"))

    def stale():
        completed = subprocess.run(
            [sys.executable, "-m", "bssbench", "check"],
            env=os.environ | {"PYTHONPATH": "src"},
            capture_output=True,
            text=True,
        )
        *lines, _ = completed.stdout.splitlines()
        assert completed.returncode == int(bool(lines))
        return dict(line.split(" is stale: ") for line in lines)

    package = Path("src/bssbench")
    for edited, text, expected in [
        ("paper/latex.py", '\n"""A text."""\n# A comment.\n', set()),
        ("methods/sobi.py", "\nEDITED = 1\n", set()),
        ("paper/training_cost_table.py", "\nEDITED = 1\n", COST_TABLES),
        ("paper/latex.py", "\nEDITED = 1\n", SEPARATION_TABLES | COST_TABLES),
    ]:
        path = package / edited
        original = path.read_text()
        path.write_text(original + text)
        assert stale() == dict.fromkeys(expected, "sources"), edited
        path.write_text(original)
