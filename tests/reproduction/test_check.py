"""What `bssbench check` calls stale: what depends on a change, and nothing else."""

import json
import shutil
from pathlib import Path

import pytest
import yaml

from bssbench.cli.main import main
from bssbench.experiment.configuration import configure
from bssbench.files import read_json, write_json
from bssbench.reproduction.artefacts import cell_modules, locate, stages
from bssbench.reproduction.code_hashes import code_hash
from bssbench.reproduction.manifest import hash_stages

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
    "claims": "config/claims.yaml",
}
MEASURED = tuple(f"results/{name}.csv" for name in ("scores", "timings", "training_cost", "cores"))
STAGES = stages(configure(CONFIGURATION))


def outputs(*names):
    """The files of some stages."""
    found = [output for name in names for output in STAGES[name].outputs]
    return {str(locate(output, Path("results"), Path("figures"))) for output in found}


COSTS, CHOICES, CORES, CLAIMS = map(outputs, ("training cost", "selection", "cores", "claims"))
ALL = outputs(*STAGES)
REPORTED = ALL - COSTS - CHOICES - CORES


def write_manifest():
    """Write the manifest as the workflow does."""
    hashed = json.dumps(hash_stages(configure(CONFIGURATION)))
    words = ["manifest", "--stages", hashed, "--results", "results", "--figures", "figures"]
    assert main(words) == 0


@pytest.fixture(autouse=True)
def run(tmp_path, monkeypatch):
    """A finished run in the working directory; what its files say does not matter."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(PROJECT / "config", "config")
    provenance = {"configuration": CONFIGURATION, "commit": "0123abc"}
    for name, text in [
        ("config/paper.yaml", yaml.safe_dump(CONFIGURATION, sort_keys=False)),
        ("results/provenance.json", json.dumps(provenance)),
        *((name, name) for name in (*ALL, *MEASURED)),
    ]:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text)
    write_manifest()


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
    stale = {name.replace("results", "results/reference") for name in REPORTED}
    assert check(capsys) == (1, dict.fromkeys(stale, "data"))


@pytest.mark.parametrize(
    ("changes", "stale"),
    [
        ({"seeds": "0-2"}, REPORTED),
        ({"methods": {"sobi": {"lags": 3}, "random": None}}, REPORTED),
        ({"training_cost": [{"method": "skr-vae", "lengths": [300]}]}, COSTS),
        ({"training_cost": []}, COSTS),
        ({"root_seed": 7}, ALL - CORES),
        ({"output": {"results": "other", "figures": "other"}}, set()),
        ({"cores": [{"length": [256]}]}, CORES),
        ({"selection": [CHOICE | {"seeds": "4"}]}, CHOICES),
        ({"methods": {"sobi": {}, "random": {}}}, set()),
    ],
)
def test_a_changed_value_makes_stale_what_depends_on_it(capsys, changes, stale):
    Path("config/paper.yaml").write_text(yaml.safe_dump(CONFIGURATION | changes, sort_keys=False))
    code, found = check(capsys)
    # Which tables of costs claims are judged by is one of their data.
    if changes == {"training_cost": []}:
        stale = stale | CLAIMS
    assert (code, set(found)) == (int(bool(stale)), stale)
    assert set(found.values()) <= {"configuration", "data"}


def test_a_changed_hyperparameter_is_a_changed_configuration(capsys):
    changed = {"skr-vae": {"steps": {"value": 7, "source": "this test"}}}
    Path("config/methods.yaml").write_text(yaml.safe_dump(changed))
    assert check(capsys) == (1, dict.fromkeys(COSTS, "configuration"))


@pytest.mark.parametrize(
    ("file", "stale"),
    [
        ("results/scores.csv", REPORTED),
        ("config/claims.yaml", CLAIMS),
        ("results/training_cost.csv", COSTS | CLAIMS),
        ("results/cores.csv", CORES | CLAIMS),
        ("results/selection.csv", CHOICES),
    ],
)
def test_changed_data_make_stale_what_shows_them(capsys, file, stale):
    Path(file).write_text("changed")
    expected = dict.fromkeys(stale, "data")
    if file in ALL:
        expected[file] = "data, modified"
    assert check(capsys) == (1, expected)


def test_changed_code_makes_stale_what_it_makes(capsys, edit):
    for file in ("training_cost_table", "core_tables"):
        edit(f"paper/{file}.py")
    edit("methods/classical/sobi.py")
    assert check(capsys) == (1, dict.fromkeys(COSTS | CORES, "code"))


def test_a_file_that_is_changed_lost_or_unknown_is_stale(capsys):
    Path("results/tables/separation.md").write_text("by hand")
    Path("figures/ranks.pdf").unlink()
    Path("figures/old.pdf").write_text("of another run")
    expected = {
        "results/tables/separation.md": "modified",
        "figures/ranks.pdf": "missing",
        "figures/old.pdf": "not in the manifest",
    }
    assert check(capsys) == (1, expected)
    # Where no figure is kept, none is missed.
    shutil.rmtree("figures")
    assert set(check(capsys)[1]) == {"results/tables/separation.md"}


def test_the_same_run_gives_the_same_manifest():
    manifest = Path("results/manifest.json")
    first = manifest.read_bytes()
    write_manifest()
    assert manifest.read_bytes() == first


def test_a_copy_of_a_figure_is_known_by_its_bytes(capsys):
    shutil.copytree("results", "results/reference")
    shutil.copy("figures/ranks.pdf", "figure-3.pdf")
    Path("results/scores.csv").write_text("changed")

    def said(*arguments):
        capsys.readouterr()
        return main(["check", *arguments]), capsys.readouterr().out.splitlines()

    named = "figure-3.pdf is figures/ranks.pdf of"
    here = f"{named} results (scores of commit 0123abc), stale: data"
    reference = f"{named} results/reference (scores of commit 0123abc), up to date"
    assert said("figure-3.pdf") == (0, [here, reference])
    assert said("figure-3.pdf", "--results", "results/reference") == (0, [reference])
    Path("figure-3.pdf").write_text("drawn by hand")
    code, (line,) = said("figure-3.pdf")
    assert code == 1
    assert line.startswith("figure-3.pdf is from no known run")


def test_bad_input_is_one_line(capsys):
    def error(*arguments):
        assert main(["check", *arguments]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        return line.removeprefix("bssbench: error: ")

    assert error("nowhere") == "nowhere: no such file"
    assert error("config") == "config/provenance.json: no such file"
    assert error("--configuration", "no.yaml").startswith("no.yaml: No such file")
    assert error("results", "--results", "results").startswith("--results is for finding")
    assert error("config/paper.yaml", "--results", "figures").startswith("figures/manifest.json")
    write_json(Path("results/manifest.json"), {"tables": {"sha256": "1"}})
    assert "not the manifest of results" in error()
    Path("results/manifest.json").unlink()
    assert "regenerate them" in error()
    Path("results/provenance.json").write_text('{"configuration": 3}')
    assert "not the provenance of a run" in error()


def test_cells_of_an_older_version_are_named(capsys):
    assert main(["generate", "gp-distinct-t100", "--seeds", "0-1", "--out", "data.npz"]) == 0
    for method in ("sobi", "random"):
        out = f"results/cells/gp-distinct-t100/{method}"
        code = code_hash(cell_modules(configure(CONFIGURATION), method))
        words = ["separate", "data.npz", "--method", method, "--out", out, "--code", code]
        assert main(words) == 0
    assert main(["check"]) == 0
    path = Path("results/cells/gp-distinct-t100/sobi/run.json")
    run = read_json(path)
    run["provenance"]["versions"]["bssbench"] = "0.0.9"
    write_json(path, run | {"code": "0123456789abcdef"})
    assert check(capsys) == (1, {str(path): "code (of bssbench 0.0.9)"})
    # One of before the code was recorded.
    write_json(path, {key: value for key, value in run.items() if key != "code"})
    assert check(capsys) == (1, {str(path): "code (of bssbench 0.0.9)"})


def test_cells_of_different_code_are_not_scored_together(capsys):
    data = "gp-distinct-t100.npz"
    assert main(["generate", "gp-distinct-t100", "--seeds", "0", "--out", data]) == 0
    for code in ("new", "old"):
        assert main(["separate", data, "--method", "amuse", "--code", code, "--out", code]) == 0
    score = ["score", "new/run.json", "old/run.json", "--data", ".", "--out", "scores.csv"]
    capsys.readouterr()
    assert main(score) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("bssbench: error: old/run.json: made by other code than new/run.json")
