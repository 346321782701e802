"""Variants of methods, named by the experiment or made by its ablation."""

import copy

import pytest

from bssbench.errors import InputError
from bssbench.experiment.configuration import configure
from bssbench.reproduction.artefacts import cell_modules

CONTENT = {
    "output": {"results": "results", "figures": "paper_figures"},
    "seeds": "0-1",
    "datasets": {
        "gp-distinct-t200": {"methods": ["skr-vae"]},
        "waveforms-t200": {"methods": ["few-steps", "skr-vae"]},
    },
    "methods": {
        "skr-vae": {"steps": 500_000, "cpu-seconds": 7},
        "few-steps": {"method": "skr-vae", "steps": 5, "cpu_seconds": 3},
        "plain": {"method": "vae"},
        "oracle": None,
    },
    "ablation": {
        "datasets": ["gp-distinct-t200"],
        "methods": {
            "skr-vae": {
                "plain": "plain",
                "without": {"Restarts": {"restarts": 1}, "much  training": {"steps": 1}},
            },
            "few-steps": {"without": {"restarts": {"restarts": 1}}},
        },
    },
}
HYPERPARAMETERS = {"skr-vae": {"steps": 700, "regularisation": 0.5}}


def changed(path, value):
    content = copy.deepcopy(CONTENT)
    place = content
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return content


def test_a_variant_has_its_methods_modules_and_hyper_parameters_and_its_own_parameters():
    experiment = configure(CONTENT, HYPERPARAMETERS)
    base, variant = (experiment.methods[name] for name in ("skr-vae", "few-steps"))
    assert (base.base, variant.base) == ("skr-vae", "skr-vae")
    assert variant.modules == base.modules
    assert variant.parameters == {"steps": 5, "regularisation": 0.5}
    assert (base.cpu_seconds, variant.cpu_seconds) == (7, 3)
    assert experiment.datasets["waveforms-t200"].methods == ("skr-vae", "few-steps")
    cells = [("waveforms-t200", name) for name in ("few-steps", "skr-vae")]
    few, many = (experiment.cell_seconds(*cell) for cell in cells)
    assert few < many
    few, many = (experiment.cell_megabytes(*cell) for cell in cells)
    assert few == many


def test_what_a_record_says_of_a_variant_counts_more_than_what_it_says_of_its_method():
    experiment = configure(CONTENT, HYPERPARAMETERS)
    recorded = experiment.method_parameters()
    assert recorded["few-steps"] == {**recorded["skr-vae"], "steps": 5}
    bare = changed(("methods", "few-steps"), {"method": "skr-vae", "cpu_seconds": 3})
    again = configure(bare, recorded)
    assert again.method_parameters() == recorded
    assert again.ablation == configure(CONTENT, recorded).ablation


def test_an_ablation_is_variants_on_its_data_sets_alone():
    experiment = configure(CONTENT)
    ablation = experiment.ablation
    assert ablation.variants == {
        "skr-vae": {
            "Restarts": "skr-vae-without-restarts",
            "much  training": "skr-vae-without-much-training",
            "everything": "plain",
        },
        "few-steps": {"restarts": "few-steps-without-restarts"},
    }
    assert {name: entry.parameters for name, entry in ablation.methods.items()} == {
        "skr-vae-without-restarts": {"steps": 500_000, "restarts": 1},
        "skr-vae-without-much-training": {"steps": 1},
        "few-steps-without-restarts": {"steps": 5, "restarts": 1},
    }
    entry = ablation.methods["few-steps-without-restarts"]
    assert (entry.base, entry.cpu_seconds) == ("skr-vae", 3)
    names = ["skr-vae", *list(ablation.variants["skr-vae"].values()), "few-steps"]
    cells = [("gp-distinct-t200", name) for name in (*names, "few-steps-without-restarts")]
    assert ablation.cells() == cells
    assert not {name for _, name in experiment.cells()} & set(ablation.methods)
    for dataset, name in cells:
        assert experiment.cell_megabytes(dataset, name) > 100
        assert cell_modules(experiment, name)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("methods", "sobi"), {"method": "jade"}, "methods.sobi: 'sobi' is the name of a method"),
        (("methods", "few"), {"method": "skrvae"}, "methods.few: unknown method 'skrvae'; did you"),
        (("methods", "few"), {"method": "few-steps"}, "unknown method 'few-steps'"),
        (("methods", "few"), {"method": "skr-vae", "stepz": 1}, "methods.few: .* 'steps'"),
        (
            ("methods", "few"),
            {"method": "oracle"},
            "'oracle' is a control, which cannot have variants",
        ),
        (
            ("methods", "Few/1"),
            {"method": "skr-vae"},
            "lower-case letters, digits and single hyphens",
        ),
        (("ablation", "datasets"), ["waveforms"], "'waveforms' is not among the experiment's data"),
        (("ablation", "methods", "sobi"), {"without": {"a": {"lags": 1}}}, "experiment's methods"),
        (("ablation", "methods", "skr-vae", "plain"), "vae", "'vae' is not among the experiment's"),
        (
            ("ablation", "methods", "skr-vae", "plain"),
            "skr-vae",
            "another method than 'skr-vae' itself",
        ),
        (
            ("ablation", "methods", "skr-vae", "without"),
            {"a": {}},
            "without.a: .* already the values",
        ),
        (
            ("ablation", "methods", "skr-vae", "without"),
            {"a": {"stepz": 1}},
            "without.a: .*'steps'",
        ),
        (("ablation", "methods", "skr-vae", "without"), {"everything": {"steps": 1}}, "'plain'"),
        (
            ("ablation", "methods", "skr-vae", "without"),
            {"a": {"steps": 500_000}},
            "already the values of",
        ),
        (
            ("ablation", "methods", "skr-vae", "without"),
            {"a b": {"steps": 1}, "a-b": {"steps": 2}},
            "a method 'skr-vae-without-a-b' already exists",
        ),
        (("ablation", "methods", "skr-vae", "without"), {}, "1 or more entries|at least 1"),
    ],
)
def test_what_is_wrong_is_one_clear_line(path, value, message):
    with pytest.raises(InputError, match=message) as caught:
        configure(changed(path, value))
    assert "\n" not in str(caught.value)
