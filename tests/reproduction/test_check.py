"""What `bssbench check` calls stale: what depends on a change, and nothing else."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bssbench.cli.main import main
from bssbench.experiment.configuration import configure
from bssbench.reproduction.identity import identify, origin

PROJECT = Path(__file__).parents[2]
CHOICE = {
    **{"choice": "which", "method": "ar-flow-vae", "datasets": ["gp-tp"], "seeds": "5"},
    "candidates": [{}, {"order": 2}],
}
CONFIGURATION = {
    "output": {"results": "results", "figures": "figures"},
    "seeds": "0-1",
    "datasets": {"gp-distinct-t100": None},
    "methods": {"sobi": None, "random": None},
    "training_cost": [{"method": "skr-vae", "lengths": [200]}],
    "selection": [CHOICE],
    "cores": [{"length": [512]}],
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
HELD_OUT = """choice,dataset,method,parameters,seed,objective,status,reason
which,gp-tp,ar-flow-vae,,0,1.5,ok,
which,gp-tp,ar-flow-vae,order=2,0,1.4,ok,
"""
MEASUREMENT = {
    **{"status": "skipped", "reason": "no git", "commit": None, "dirty": None},
    **{"versions": {}, "bench": [], "result": None},
}


def tables(name):
    return {f"results/tables/{name}.{suffix}" for suffix in ("csv", "md", "tex")}


SEPARATION, COSTS_OF_TRAINING, CHOICES = map(tables, ("separation", "training_cost", "selection"))
CORES = tables("cores") | {f"figures/core_scaling.{s}" for s in ("pdf", "png", "txt", "csv")}
ALL = SEPARATION | COSTS_OF_TRAINING | CHOICES | CORES


def write_artefacts():
    """Write tables and a figure as the workflow does."""
    out = ["--out", "results/tables"]
    for sections, words in [
        (["root_seed", "datasets", "methods"], ["tables", "--scores", "results/scores.csv", *out]),
        (["root_seed", "training_cost"], ["tables", "--training-cost", "results/cost.csv", *out]),
        (["cores"], ["cores", "results/measurement.json", "--figures", "figures", *out]),
        (
            ["root_seed", "selection"],
            ["select", "held_out.csv", "--out", "results/selection.csv", "--tables", out[1]],
        ),
    ]:
        run = origin(configure(CONFIGURATION), sections)
        assert main([*words, "--identity", run]) == 0


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A finished run."""
    folder = tmp_path_factory.mktemp("finished")
    with contextlib.chdir(folder):
        shutil.copytree(PROJECT / "config", "config")
        Path("results").mkdir()
        for name, text in [
            ("config/paper.yaml", yaml.safe_dump(CONFIGURATION, sort_keys=False)),
            ("held_out.csv", HELD_OUT),
            ("results/scores.csv", SCORES),
            ("results/cost.csv", COSTS),
            ("results/measurement.json", json.dumps(MEASUREMENT)),
            ("results/provenance.json", json.dumps({"configuration": CONFIGURATION})),
        ]:
            Path(name).write_text(text)
        write_artefacts()
    return folder


@pytest.fixture(autouse=True)
def run(finished, tmp_path, monkeypatch):
    """A copy of it, in the working directory."""
    shutil.copytree(finished, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)


def check(capsys, *arguments):
    """Return the exit code and what is said of each stale file."""
    capsys.readouterr()
    code = main(["check", *map(str, arguments)])
    *lines, _ = capsys.readouterr().out.splitlines()
    return code, dict(line.split(" is stale: ") for line in lines)


def test_a_finished_run_is_up_to_date_and_so_is_its_copy(capsys):
    assert main(["check"]) == 0
    assert capsys.readouterr().out == f"{len(ALL)} artefacts are up to date\n"
    Path("results").rename("elsewhere")
    assert check(capsys, "elsewhere") == (0, {})
    Path("results").mkdir()
    shutil.copytree("elsewhere", "results/reference")
    # Nothing was run here: the reference is what there is.
    assert check(capsys) == (0, {})
    Path("results/reference/scores.csv").unlink()
    assert check(capsys) == (
        1,
        {name.replace("results", "results/reference"): "data" for name in SEPARATION},
    )


@pytest.mark.parametrize(
    ("changes", "stale"),
    [
        ({"seeds": "0-2"}, SEPARATION),
        ({"methods": {"sobi": {"lags": 3}, "random": None}}, SEPARATION),
        ({"training_cost": [{"method": "skr-vae", "lengths": [300]}]}, COSTS_OF_TRAINING),
        ({"root_seed": 7}, ALL - CORES),
        ({"output": {"results": "other", "figures": "other"}}, set()),
        ({"cores": [{"length": [256]}]}, CORES),
        ({"selection": [CHOICE | {"seeds": "4"}]}, CHOICES),
        ({"methods": {"sobi": {}, "random": {}}}, set()),
    ],
)
def test_a_changed_value_makes_stale_what_depends_on_it(capsys, changes, stale):
    Path("config/paper.yaml").write_text(yaml.safe_dump(CONFIGURATION | changes, sort_keys=False))
    assert check(capsys) == (int(bool(stale)), dict.fromkeys(stale, "configuration"))


def test_a_changed_hyperparameter_is_a_changed_configuration(capsys):
    changed = {"skr-vae": {"steps": {"value": 7, "source": "this test"}}}
    Path("config/methods.yaml").write_text(yaml.safe_dump(changed))
    assert check(capsys) == (1, dict.fromkeys(COSTS_OF_TRAINING, "configuration"))


def test_changed_data_make_stale_what_shows_them(capsys):
    scores = Path("results/scores.csv")
    scores.write_text(SCORES.replace("0.8", "0.7"))
    assert check(capsys) == (1, dict.fromkeys(SEPARATION, "data"))
    scores.write_text(SCORES)
    for table, number, stale in [
        ("results/tables/training_cost.csv", "2.5", COSTS_OF_TRAINING),
        ("results/tables/cores.csv", "no git", CORES),
        ("results/selection.csv", "1.4", CHOICES),
    ]:
        text = Path(table).read_text()
        Path(table).write_text(text.replace(number, "1.3"))
        assert check(capsys) == (1, dict.fromkeys(stale, "data"))
        Path(table).write_text(text)


def test_of_a_table_only_what_is_shown_counts():
    table = Path("results/timings.csv")
    told = origin(configure(CONFIGURATION), ["methods"])

    def identity(text):
        table.write_text(text)
        return identify(told, ["bssbench.files"], {table: ("method", "converged")})

    first = identity("method,seconds,converged\nsobi,1.5,2\n")
    assert identity("method,seconds,converged\nsobi,1.6,2\n") == first
    assert identity("method,seconds,converged\nsobi,1.5,1\n") != first


def test_a_file_without_identity_is_stale(capsys):
    for name in ("results/tables/separation.md", "figures/old.pdf", "results/claims.csv"):
        Path(name).write_text("nothing is known of this\n")
    Path("results/tables/training_cost.json").unlink()
    stale = {
        *("results/tables/separation.md", "figures/old.pdf", "results/claims.csv"),
        "results/tables/training_cost.csv",
    }
    assert check(capsys) == (1, dict.fromkeys(stale, "no identity"))


def test_the_same_run_gives_the_same_bytes():
    def written():
        paths = [*Path("results/tables").iterdir(), *Path("figures").iterdir()]
        return {path.name: path.read_bytes() for path in paths}

    first = written()
    for folder in ("results/tables", "figures"):
        shutil.rmtree(folder)
    write_artefacts()
    assert written() == first
    assert len(first) == len(ALL) + 5


def test_bad_input_is_one_line(capsys):
    for arguments, message in [
        (["nowhere"], "nowhere/provenance.json: no such file"),
        (["--configuration", "nothing.yaml"], "nothing.yaml: No such file"),
    ]:
        assert main(["check", *arguments]) == 2
        assert capsys.readouterr().err == f"bssbench: error: {message}" + (
            " or directory\n" if "No" in message else "\n"
        )
    for folder in ("results/tables", "figures"):
        shutil.rmtree(folder)
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
    edit = "\nEDITED = 1\n"
    for edits, expected in [
        ({"paper/latex.py": '\n"""A text."""\n# A comment.\n', "methods/sobi.py": edit}, set()),
        ({"paper/training_cost_table.py": edit, "paper/style.py": edit}, COSTS_OF_TRAINING | CORES),
    ]:
        originals = {name: (package / name).read_text() for name in edits}
        for name, text in edits.items():
            (package / name).write_text(originals[name] + text)
        assert stale() == dict.fromkeys(expected, "sources"), edits
        for name, text in originals.items():
            (package / name).write_text(text)
