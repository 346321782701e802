"""What a file of claims may say, and how it is told what it may not."""

import copy
from pathlib import Path

import pytest
import yaml

from bssbench.cli.main import main
from bssbench.experiment.configuration import configure
from bssbench.statistics.claims_file import ScoreTest, read_claims

CONFIG = Path(__file__).parents[2] / "config"
GOOD = {
    "claims": [
        {
            "name": "C1",
            "sentence": "It\nis so.",
            "source": "a paper",
            "tests": [
                {
                    "test": "superior",
                    "score": "mcc",
                    "datasets": ["gp-distinct"],
                    "methods": ["skr-vae"],
                    "than": ["gp-vae"],
                    "margin": 0.02,
                    "because": "why",
                },
                {
                    "test": "cheaper",
                    "table": "training_cost",
                    "quantity": "seconds_of_training",
                    "where": {},
                    "of": {"method": "skr-vae"},
                    "than": {"method": "gp-vae"},
                    "each": {"length": [500]},
                    "factor": 1,
                    "resolution": 1.2,
                    "because": "why",
                },
            ],
        }
    ]
}


def written(content, tmp_path):
    path = tmp_path / "claims.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    return path


def test_a_claim_of_ones_own_is_an_entry_alone(tmp_path):
    (claim,) = read_claims(written(GOOD, tmp_path))
    assert (claim.name, claim.sentence) == ("C1", "It is so.")
    assert claim.tests[0] == ScoreTest(
        "superior", "mcc", ("gp-distinct",), ("skr-vae",), ("gp-vae",), 0.02, "why"
    )
    assert claim.tests[1].each == {"length": [500]}


def test_the_projects_claims_are_about_what_its_experiment_has():
    experiment = configure(
        yaml.safe_load((CONFIG / "paper.yaml").read_text()), CONFIG / "schema.yaml"
    )
    assert CONFIG.parent / experiment.claims == CONFIG / "claims.yaml"
    claims = read_claims(CONFIG / "claims.yaml")
    assert {claim.name[:2] for claim in claims} == {"C1", "C2", "C3", "C4", "C5"}
    for claim in claims:
        for test in claim.tests:
            if isinstance(test, ScoreTest):
                for dataset in test.datasets:
                    run = experiment.datasets[dataset].methods
                    assert {*test.methods, *test.than} <= {*run}, (claim.name, dataset)
            elif test.table == "training_cost":
                trials = [
                    (t.method, n) for t in experiment.training_cost.values() for n in t.lengths
                ]
                for side in (test.of, test.than):
                    assert {(side["method"], n) for n in test.each["length"]} <= {*trials}
            elif test.table == "cores":
                for side in (test.of, test.than):
                    case = {**test.where, **side}
                    lengths = {
                        n
                        for grid in experiment.cores
                        if all(value in grid.get(key, [value]) for key, value in case.items())
                        for n in grid["length"]
                    }
                    assert {*test.each.get("length", ())} <= lengths, (claim.name, side)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("claims",), [], "claims: []"),
        (("claim",), [], "'claim' was unexpected"),
        (("claims", 0, "name"), "a claim", "claims.0.name"),
        (("claims", 0, "sentence"), "", "claims.0.sentence"),
        (("claims", 0, "verdict"), "supported", "'verdict' was unexpected"),
        (("claims", 0, "tests"), [], "claims.0.tests"),
        (("claims", 0, "tests", 0, "test"), "better", "claims.0.tests.0.test: 'better'"),
        (("claims", 1), GOOD["claims"][0], "claim C1: stands twice"),
        (("claims", 0, "tests", 0, "margin"), -1, "claim C1, test 1: margin: -1"),
        (("claims", 0, "tests", 0, "threshold"), 1, "test 1: Additional properties"),
        (("claims", 0, "tests", 0, "methods"), ["skrvae"], "test 1: unknown method 'skrvae'; did"),
        (("claims", 0, "tests", 0, "than"), ["gpvae"], "test 1: unknown method 'gpvae'; did"),
        (("claims", 0, "tests", 0, "datasets"), ["gp-distinkt"], "did you mean 'gp-distinct'"),
        (("claims", 0, "tests", 0, "score"), "mmc", "test 1: unknown score 'mmc'; did you mean"),
        (("claims", 0, "tests", 1, "than", "method"), "gpvae", "test 2: unknown method 'gpvae'"),
        (("claims", 0, "tests", 1, "table"), "core", "test 2: table: 'core' is not one of"),
        (("claims", 0, "tests", 1, "resolution"), 0.5, "test 2: resolution: 0.5"),
        (("claims", 0, "tests", 1, "each", "length"), [], "test 2: each.length"),
        (
            ("claims", 0, "tests", 0),
            {
                key: value
                for key, value in GOOD["claims"][0]["tests"][0].items()
                if key != "because"
            },
            "test 1: 'because' is a required property",
        ),
        (
            ("claims", 0, "tests", 0),
            {
                **{"test": "closer_than_start", "score": "mcc", "datasets": ["waveforms"]},
                **{"methods": ["skr-vae"], "margin": 0, "because": "why"},
            },
            "unknown score 'mcc_start'",
        ),
    ],
)
def test_what_is_wrong_is_one_clear_line(path, value, message, tmp_path, capsys):
    content = copy.deepcopy(GOOD)
    place = content
    for step in path[:-1]:
        place = place[step]
    if path[-1] == 1 and isinstance(place, list) and len(place) == 1:
        place.append(value)
    else:
        place[path[-1]] = value
    file = written(content, tmp_path)
    words = ["claims", "--claims", str(file), "--scores", "none.csv", "--out", str(tmp_path)]
    assert main(words) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"bssbench: error: {file}: ")
    assert error.count("\n") == 1
    assert message in error


def test_a_missing_file_is_named(tmp_path, capsys):
    good = str(written(GOOD, tmp_path))
    for claims, named in ((str(tmp_path / "no.yaml"), "no.yaml"), (good, "none.csv")):
        words = ["claims", "--claims", claims, "--scores", "none.csv", "--out", str(tmp_path)]
        assert main(words) == 2
        assert named in capsys.readouterr().err
