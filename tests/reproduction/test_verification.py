"""A record is confirmed by computing it again, and an altered one is found out."""

import dataclasses
import json
import shutil

import numpy as np
import pandas as pd
import pytest

from bssbench.cli.main import main
from bssbench.datasets.catalogue import make_dataset
from bssbench.experiment.cell import Cell, run_cell
from bssbench.experiment.configuration import configure
from bssbench.experiment.provenance import describe_environment, environment_changes
from bssbench.files import read_json, write_json
from bssbench.parameters import parse_seeds
from bssbench.reproduction.recorded_results import RecordedResults
from bssbench.reproduction.verification import BATCH_TOLERANCE, draw_cells, verify
from bssbench.scores.catalogue import SCORES
from bssbench.scores.collect import collect

CONTENT = {
    "output": {"results": "results", "figures": "figures"},
    "root_seed": 3,
    "seeds": "4-5",
    "datasets": {"gp-distinct-t500": {"noise": 0.125}, "fetal-ecg": {"methods": ["random"]}},
    "methods": {
        "random": None,
        "sobi": {"lags": 20},
        "brief-vae": {"method": "vae", "steps": 5, "restarts": 1},
    },
}
SIMULATED = "gp-distinct-t500"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Results as the workflow leaves them; of a recording that was not there."""
    directory = tmp_path_factory.mktemp("made")
    experiment = configure(CONTENT)
    runs = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BSSBENCH_DATA_DIR", str(directory / "nowhere"))
        for name, entry in experiment.datasets.items():
            data = directory / "data" / f"{name}.npz"
            seeds = parse_seeds(entry.seeds)
            make_dataset(name, seeds, entry.parameters, experiment.root_seed).save(data)
            for method in entry.methods:
                own = experiment.methods[method]
                cell = Cell(data, own.base, own.parameters, method, experiment.root_seed)
                run_cell(cell, directory / method)
                runs.append(directory / name / method / "run.json")
                shutil.move(directory / method, runs[-1].parent)
    results = directory / "results"
    results.mkdir()
    for name, table in zip(("scores", "timings"), collect(runs, directory / "data"), strict=True):
        table.to_csv(results / f"{name}.csv", index=False, lineterminator="\n")
    words = ["provenance", "--command-line", "make", "--out", str(results / "provenance.json")]
    words += ["--settings", json.dumps(CONTENT)]
    assert main([*words, "--parameters", json.dumps(experiment.method_parameters())]) == 0
    return results


@pytest.fixture
def results(made, tmp_path, monkeypatch):
    monkeypatch.setenv("BSSBENCH_DATA_DIR", str(tmp_path / "nowhere"))
    return shutil.copytree(made, tmp_path / "results")


@pytest.fixture
def recomputed(made, monkeypatch):
    """A recomputation that takes no time, and comes to what was made."""

    def recompute(_part, method, dataset, _timed_out):
        scores = RecordedResults.read(made).scores
        chosen = scores["seed"].isin([str(seed) for seed in dataset.seeds])
        return scores[chosen & (scores["dataset"] == dataset.name) & (scores["method"] == method)]

    monkeypatch.setattr("bssbench.reproduction.verification._recompute", recompute)


def alter_provenance(results, **changes):
    path = results / "provenance.json"
    write_json(path, read_json(path) | changes)


def alter_score(results, method, score, change, seed=5):
    """Add `change` to the recorded score of a seed."""
    path = results / "scores.csv"
    scores = pd.read_csv(path)
    chosen = (scores[["dataset", "method", "score"]] == [SIMULATED, method, score]).all(axis=1)
    scores.loc[chosen & (scores["seed"] == seed), "value"] += change
    scores.to_csv(path, index=False, lineterminator="\n")


def verdicts(results, method, seed=None):
    found = verify(RecordedResults.read(results), SIMULATED, method, seed)
    return {each.score: each.verdict for each in found}


def run(*words):
    return main(["verify", *map(str, words)])


@pytest.mark.parametrize("method", ["random", "sobi", "brief-vae"])
def test_a_cell_is_the_same_bytes_in_the_same_environment(results, method, capsys):
    assert run(results, "--cell", f"{SIMULATED}/{method}") == 0
    printed = capsys.readouterr()
    assert printed.out.count("| identical") == 7
    assert "1 of 1 cells verified, 0 of them different" in printed.out
    assert f"recomputing {SIMULATED}/{method}" in printed.err


@pytest.mark.usefixtures("recomputed")
def test_the_last_digit_of_one_score_counts_in_the_same_environment(results, capsys):
    alter_score(results, "sobi", "mcc", 2e-16)
    assert run(results, "--cell", f"{SIMULATED}/sobi") == 1
    assert capsys.readouterr().out.count("DIFFERENT") == 1


def test_a_seed_alone_may_differ_by_rounding_and_no_more(results):
    alter_score(results, "sobi", "mcc", BATCH_TOLERANCE / 2)
    alter_score(results, "sobi", "r2", BATCH_TOLERANCE * 2)
    found = verdicts(results, "sobi", seed=5)
    assert found.pop("mcc") == "within tolerance"
    assert found.pop("r2") == "DIFFERENT"
    assert set(found.values()) <= {"identical", "within tolerance"}


@pytest.mark.usefixtures("recomputed")
def test_of_a_seed_alone_no_other_is_looked_at(results):
    alter_score(results, "sobi", "mcc", 0.1, seed=5)
    assert set(verdicts(results, "sobi", seed=4).values()) == {"identical"}
    assert verdicts(results, "sobi", seed=5)["mcc"] == "DIFFERENT"


@pytest.mark.usefixtures("recomputed")
def test_a_seed_alone_is_not_asked_what_it_has_beside_others_alone(results):
    with (results / "scores.csv").open("a") as file:
        file.writelines(f"{SIMULATED},random,{seed},agreement,0.5,ok,\n" for seed in (4, 5))
    alone = verdicts(results, "random", seed=4)
    assert set(alone.values()) == {"identical"}
    assert "agreement" not in alone
    # Of the whole cell it has to be there again, and here it is not.
    assert verdicts(results, "random")["agreement"] == "DIFFERENT"


@pytest.mark.usefixtures("recomputed")
def test_in_another_environment_means_over_seeds_have_to_agree(results):
    alter_provenance(results, platform="another")
    allowed = SCORES["mcc"].tolerance / np.sqrt(2)
    # Of two seeds, one that is off by x moves the mean by x / 2.
    alter_score(results, "sobi", "mcc", 2 * 0.99 * allowed)
    assert verdicts(results, "sobi")["mcc"] == "within tolerance"
    alter_score(results, "sobi", "mcc", 2 * 0.02 * allowed)
    assert verdicts(results, "sobi")["mcc"] == "DIFFERENT"


@pytest.mark.usefixtures("recomputed")
def test_a_failure_has_to_be_one_again_in_any_environment(results, capsys):
    alter_provenance(results, platform="another")
    scores = (results / "scores.csv").read_text()
    failed = scores.replace(f"{SIMULATED},sobi,5,mcc,", f"{SIMULATED},sobi,5,mcc,,failed,broken#")
    (results / "scores.csv").write_text(
        "\n".join(line.partition("#")[0] for line in failed.splitlines()) + "\n"
    )
    assert run(results, "--cell", f"{SIMULATED}/sobi") == 1
    assert "seed 5: ok, recorded failed" in capsys.readouterr().out


def test_what_is_recorded_of_parameters_counts_and_not_todays_defaults(results):
    parameters = json.loads((results / "provenance.json").read_text())["parameters"]
    assert parameters["sobi"]["lags"] == 20
    content = CONTENT | {"methods": CONTENT["methods"] | {"sobi": None}}
    alter_provenance(results, configuration=content)
    assert set(verdicts(results, "sobi").values()) == {"identical"}
    parameters["sobi"]["lags"] = 3
    alter_provenance(results, parameters=parameters)
    assert "DIFFERENT" in verdicts(results, "sobi").values()


@pytest.mark.parametrize("status", ["ok", "skipped"])
def test_not_verified_is_not_passed(results, status, capsys):
    path = results / "scores.csv"
    path.write_text(path.read_text().replace("skipped,/", f"{status},/"))
    assert run(results, "--cell", "fetal-ecg/random") == 1
    out = capsys.readouterr().out
    assert "NOT VERIFIED | " in out
    assert "does not exist" in out


@pytest.mark.usefixtures("recomputed")
def test_in_a_sample_another_cell_takes_the_place_of_one_that_cannot_be_had(results, capsys):
    for seed in range(20):
        words = ("--sample", 3, "--any", "--sampling-seed", seed)
        assert run(results, *words) == 0
        out = capsys.readouterr().out
        assert "3 of 3 cells verified" in out
        if "NOT VERIFIED" in out:
            break
    assert "fetal-ecg/random" in out
    assert run(results, "--sample", 4, "--any") == 1


@pytest.mark.usefixtures("recomputed")
def test_a_sample_prints_its_seed_and_can_be_repeated(results, capsys):
    assert run(results, "--sample", 1) == 0
    first = capsys.readouterr().out
    seed = first.partition("--sampling-seed ")[2].split()[0]
    assert run(results, "--sample", 1, "--sampling-seed", seed) == 0
    assert capsys.readouterr().out == first


def test_a_sample_is_of_quick_cells_unless_any(results):
    timings = pd.read_csv(results / "timings.csv")
    slow = (timings["method"] == "brief-vae").to_numpy()
    timings.loc[slow, "solve_wall_seconds"] = 119.99
    timings.to_csv(results / "timings.csv", index=False)
    recorded = RecordedResults.read(results)
    quick = draw_cells(recorded, np.random.default_rng(0))
    assert sorted(quick) == [(SIMULATED, "random"), (SIMULATED, "sobi")]
    everything = draw_cells(recorded, np.random.default_rng(0), any_duration=True)
    assert sorted(everything) == sorted(recorded.cells())
    drawn = {draw_cells(recorded, np.random.default_rng(seed))[0] for seed in range(9)}
    assert len(drawn) == 2


def test_what_decides_the_last_bits_makes_an_environment():
    here = describe_environment()
    assert environment_changes(here, here) == []
    assert environment_changes(here, here | {"commit": "another", "time": "later"}) == []
    versions = here["versions"] | {"numpy": "1.0"}
    assert environment_changes(here, here | {"versions": versions}) == [
        f"numpy {here['versions']['numpy']} → 1.0"
    ]
    assert environment_changes(
        here | {"instruction_sets": ["avx2"]}, {**here, "instruction_sets": []}
    ) == ["without avx2"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--cell", "gp-distinct-t500/sob"], "did you mean 'gp-distinct-t500/sobi'?"),
        (["--cell", "gp-distinct-t500/sobi", "--seed", "7"], "seed 7 of gp-distinct-t500/sobi"),
        (["--cell", "gp-distinct-t500/sobi", "--any"], "--any and --sampling-seed require"),
        (["--sample", "2", "--seed", "4"], "can't be combined with --seed"),
        (["--sample", "9"], "only 3 cells qualify"),
        ([], "one of the arguments --cell --sample --fresh-seeds is required"),
    ],
)
def test_bad_input_is_one_line(results, words, message, capsys):
    assert run(results, *words) == 2
    error = capsys.readouterr().err
    assert error.startswith("bssbench: error: ")
    assert error.count("\n") == 1
    assert message in error


@pytest.mark.parametrize("key", ["configuration", "parameters"])
def test_a_record_without_its_making_is_refused(results, key, capsys):
    content = json.loads((results / "provenance.json").read_text())
    del content[key]
    write_json(results / "provenance.json", content)
    assert run(results, "--sample", 1) == 2
    assert key in capsys.readouterr().err


def test_all_parameters_of_a_method_are_recorded():
    recorded = configure(CONTENT).method_parameters()
    assert recorded["sobi"]["lags"] == 20
    assert "tolerance" in recorded["sobi"]
    again = configure(CONTENT, recorded)
    assert again.method_parameters() == recorded
    assert dataclasses.asdict(again)["methods"]["sobi"]["parameters"] == recorded["sobi"]
