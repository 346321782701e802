import copy
from pathlib import Path

import pytest
import yaml

from bssbench.configuration import configure
from bssbench.errors import InputError
from bssbench.settings import parse_seeds

CONFIG = Path(__file__).parents[2] / "config"
SCHEMA = CONFIG / "schema.yaml"
GOOD = {
    "output": {"results": "results", "figures": "paper_figures"},
    "seeds": "0-4",
    "datasets": {"gp-distinct": {"length": 200}, "modal-frame": {"seeds": "0-1"}},
    "methods": {"skr-vae": {"steps": 10, "cpu_seconds": 5}, "oracle": None},
    "training_cost": [
        {"method": "skr-vae", "lengths": [100, 50]},
        {"method": "gp-vae", "steps": 10, "learning_rate": 0.1, "lengths": [50], "cpu_seconds": 7},
    ],
}


@pytest.mark.parametrize("name", ["paper", "smoke"])
def test_the_shipped_configurations_are_valid(name):
    content = yaml.safe_load((CONFIG / f"{name}.yaml").read_text())
    experiment = configure(content, SCHEMA)
    for dataset in experiment.datasets:
        for method in experiment.methods:
            assert 100 < experiment.cell_megabytes(dataset, method) < 4000


def test_entries_are_resolved():
    experiment = configure(GOOD, SCHEMA)
    assert experiment.datasets["gp-distinct"].seeds == "0-4"
    assert experiment.datasets["gp-distinct"].parameters == {"length": 200}
    assert experiment.datasets["gp-distinct"].shape.length == 200
    assert experiment.datasets["modal-frame"].seeds == "0-1"
    assert experiment.methods["skr-vae"].cpu_seconds == 5
    assert experiment.methods["skr-vae"].parameters == {"steps": 10}
    assert experiment.methods["oracle"].cpu_seconds == 900
    assert list(experiment.training_cost) == ["skr-vae", "gp-vae-steps-10-learning_rate-0.1"]
    trial = experiment.training_cost["gp-vae-steps-10-learning_rate-0.1"]
    assert trial.parameters == {"steps": 10, "learning_rate": 0.1}
    assert (trial.lengths, trial.cpu_seconds) == ((50,), 7)
    assert 100 < trial.megabytes() < 4000


def test_without_its_section_no_training_is_timed():
    content = {key: value for key, value in GOOD.items() if key != "training_cost"}
    assert configure(content, SCHEMA).training_cost == {}


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("sedes",), 1, "unknown key 'sedes' at the top level; did you mean 'seeds'"),
        (("output", "plots"), "x", "unknown key 'plots' at output"),
        (("datasets", "gp-distinkt"), None, "did you mean 'gp-distinct'"),
        (("methods", "skrvae"), None, "did you mean 'skr-vae'"),
        (("methods", "skr-vae", "stepz"), 3, "did you mean 'steps'"),
        (("datasets", "gp-distinct", "lenght"), 3, "did you mean 'length'"),
        (("datasets", "gp-distinct", "length"), [3], "datasets.gp-distinct.length"),
        (("seeds",), "a", "expected ranges"),
        (("datasets", "gp-distinct", "seeds"), "3-1", "a range is empty"),
        (("cpu_seconds",), 0, "cpu_seconds"),
        (("methods",), {}, "methods"),
        (("methods", 2), None, "key 2 must be text"),
        ((False,), 2, "key False must be text"),
        (("datasets", "waveforms"), {"n_sources": 9}, "too many"),
        (("output", "results"), "my results", "output.results"),
        (("datasets",), None, "datasets"),
        (("training_cost", 0, "method"), "skrvae", "did you mean 'skr-vae'"),
        (("training_cost", 0, "stepz"), 3, "did you mean 'steps'"),
        (("training_cost", 0, "lengths"), [], "training_cost.0.lengths"),
        (("training_cost", 0, "lengths"), [3], "length must be at least 16"),
        (("training_cost", 0, 2), 3, "key 2 must be text"),
        (("training_cost", 1), {"lengths": [50]}, "'method' is a required property"),
        (("training_cost", 1), {"method": "skr-vae", "lengths": [50]}, "stands twice"),
        (("training_cost",), "skr-vae", "training_cost"),
    ],
)
def test_what_is_wrong_is_one_clear_line(path, value, message):
    content = copy.deepcopy(GOOD)
    place = content
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(InputError, match=message) as caught:
        configure(content, SCHEMA)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("key", ["output", "seeds", "datasets", "methods"])
def test_what_is_missing_is_named(key):
    with pytest.raises(InputError, match=key):
        configure({k: v for k, v in GOOD.items() if k != key}, SCHEMA)


def test_seeds():
    assert parse_seeds("0-3,10") == [0, 1, 2, 3, 10]
    assert parse_seeds("7") == [7]
    for text in ("", "1-", "-1", "1,1", "0-3,2", "x", "0-99999999999"):
        with pytest.raises(InputError):
            parse_seeds(text)
