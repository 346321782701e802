"""What a file of claims may say, and what is said of what it may not."""

import copy
from pathlib import Path

import pytest
import yaml

from bssbench.cli.main import main
from bssbench.datasets.families import family_names, load_family
from bssbench.experiment.configuration import configure
from bssbench.statistics.claims_file import Comparison, ScoreTest, check_methods, read_claims

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
                    "because": "why",
                },
            ],
        }
    ]
}
SCORES, COSTS = ("claims", 0, "tests", 0), ("claims", 0, "tests", 1)


def written(content, tmp_path):
    path = tmp_path / "claims.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    return path


def test_a_claim_of_ones_own_is_an_entry_alone(tmp_path):
    (claim,) = read_claims(written(GOOD, tmp_path)).claims
    assert (claim.name, claim.sentence) == ("C1", "It is so.")
    superior, cheaper = claim.tests
    assert isinstance(superior, Comparison)
    assert (superior.datasets, superior.methods) == (("gp-distinct",), ("skr-vae",))
    assert (superior.than, superior.bound) == (("gp-vae",), 0.02)
    assert cheaper.each == {"length": (500,)}


def test_the_projects_claims_are_about_what_its_experiment_has():
    experiment = configure(yaml.safe_load((CONFIG / "paper.yaml").read_text()))
    assert CONFIG.parent / experiment.claims == CONFIG / "claims.yaml"
    file = read_claims(CONFIG / "claims.yaml")
    check_methods(file, experiment.methods)
    claims = file.claims
    assert [*file.questions] == ["C1", "C2", "C3", "C4", "C5"]
    for claim in claims:
        for test in claim.tests:
            if isinstance(test, ScoreTest):
                for dataset in test.datasets:
                    run = experiment.datasets[dataset].methods
                    named = {*test.methods, *test.than}
                    named |= {file.plain[method] for method in named & {*file.plain}}
                    assert named <= {*run}, (claim.name, dataset)
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


def test_what_is_claimed_of_every_kind_of_source_is_asked_of_every_family():
    """A family that is added has to be asked of as well.

    `mixed` is of several kinds, and those of `ar-generalised` are other families'.
    """
    claims = {claim.name: claim for claim in read_claims(CONFIG / "claims.yaml").claims}
    (test,) = claims["C3f"].tests
    separable = {name for name in family_names() if not load_family(name).negative_control}
    assert {*test.datasets} == separable - {"mixed", "ar-generalised"}


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("claims",), [], "claims: expected 1 or more entries, not []"),
        (("claim",), [], "the top level: unknown key 'claim'; did you mean 'claims'"),
        (("claims", 0, "name"), "a claim", "claims.a claim.name: must match"),
        (("claims", 0, "sentence"), "", "claims.C1.sentence: must have at least 1 character"),
        (("claims", 0, "verdict"), "supported", "claims.C1: unknown key 'verdict'"),
        (("claims", 0, "tests"), [], "claims.C1.tests: expected 1 or more"),
        (
            (*SCORES, "test"),
            "better",
            "claims.C1.tests.0: unknown test 'better'; choose from at_least",
        ),
        (("claims", 1), GOOD["claims"][0], "claims: C1 stands twice"),
        (("questions",), {"D": "Is it?"}, "claim C1 needs one of questions: D"),
        (("questions",), {"C": "Is it?", "C1": "Is it?"}, "claim C1 needs one of questions: C, C1"),
        (("questions",), {"C": "Is it?", "D": "Is it?"}, "no claim's name begins with D"),
        (
            ("claims", 1),
            GOOD["claims"][0] | {"name": "C2"},
            "claims: C1 and C2 are one sentence",
        ),
        (
            (*SCORES, "margin"),
            -1,
            "C1.tests.0.margin: must be greater than or equal to 0, not -1",
        ),
        ((*SCORES, "threshold"), 1, "C1.tests.0: unknown key 'threshold'"),
        ((*SCORES, "methods"), ["skr-vae"] * 2, "tests.0.methods: 'skr-vae' is given twice"),
        (("plain",), ["skr-vae"], "plain: expected keys and values, not ['skr-vae']"),
        (
            (*SCORES, "datasets"),
            ["gp-distinkt"],
            "tests.0.datasets.0: unknown data set 'gp-distinkt'",
        ),
        (
            (*SCORES, "score"),
            "mmc",
            "C1.tests.0.score: unknown score 'mmc'; did you mean",
        ),
        (
            (*COSTS, "table"),
            "core",
            "C1.tests.1.table: must be 'training_cost' or 'cores'",
        ),
        ((*COSTS, "resolution"), 1.2, "C1.tests.1: unknown key 'resolution'"),
        (
            (*COSTS, "each", "length"),
            [],
            "C1.tests.1.each.length: expected 1 or more",
        ),
        (
            SCORES,
            {
                key: value
                for key, value in GOOD["claims"][0]["tests"][0].items()
                if key != "because"
            },
            "C1.tests.0: 'because' is missing",
        ),
        (
            SCORES,
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


def test_a_misspelt_method_is_one_line(tmp_path, capsys):
    """Which methods there are is seen from the scores, where variants have names of their own."""
    content = copy.deepcopy(GOOD)
    content["claims"][0]["tests"][0]["methods"] = ["skr-vae-clozed"]
    scores = tmp_path / "scores.csv"
    scores.write_text(
        "dataset,method,seed,score,value,status,reason\ngp-distinct,skr-vae-closed,0,mcc,1,ok,\n"
    )
    words = ["claims", "--claims", str(written(content, tmp_path)), "--scores", str(scores)]
    assert main([*words, "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err == (
        "bssbench: error: claim C1: unknown method 'skr-vae-clozed'; "
        "did you mean 'skr-vae-closed'?\n"
    )
