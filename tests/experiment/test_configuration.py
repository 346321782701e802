import copy
from pathlib import Path

import pandas as pd
import pytest
import yaml

from bssbench.datasets.families import family_names, load_family
from bssbench.errors import InputError
from bssbench.experiment.configuration import changed_hyperparameters, configure
from bssbench.parameters import parse_seeds

CONFIG = Path(__file__).parents[2] / "config"
GOOD = {
    "output": {"results": "results", "figures": "paper_figures"},
    "seeds": "0-4",
    "datasets": {
        "gp-distinct-t200": {"noise": 0.125},
        "modal-frame": {"seeds": "0-1", "methods": ["skr-vae"]},
    },
    "methods": {"skr-vae": {"steps": 10, "cpu_seconds": 5}, "oracle": None},
    "training_cost": [
        {"method": "skr-vae", "lengths": [100, 50]},
        {"method": "gp-vae", "steps": 10, "learning_rate": 0.1, "lengths": [50], "cpu_seconds": 7},
    ],
    "selection": [
        {
            "choice": "the rate",
            "method": "skr-vae",
            "datasets": ["gp-distinct", "waveforms"],
            "seeds": "10-11",
            "common": {"restarts": 1},
            "candidates": [{}, {"learning_rate": 0.1}],
        }
    ],
}
DEVELOPMENT_SEEDS = set(range(10))


@pytest.mark.parametrize("name", ["paper", "extended", "sweeps", "smoke"])
def test_the_shipped_configurations_are_valid(name):
    content = yaml.safe_load((CONFIG / f"{name}.yaml").read_text())
    experiment = configure(content)
    swept = [cell for sweep in experiment.sweeps.values() for cell in sweep.cells()]
    for cell in (*experiment.cells(), *swept):
        # More than half of what jobs may declare together would leave a processor idle.
        assert 100 < experiment.cell_megabytes(*cell) < 8000
    for candidate in experiment.selection.values():
        assert 100 < candidate.megabytes() < 8000


@pytest.mark.parametrize("workers", [2, 4])
def test_the_declared_times_leave_no_processor_idle(workers):
    """Started in their order, the cells of the kept run would end together."""
    experiment = configure(yaml.safe_load((CONFIG / "paper.yaml").read_text()))
    timings = pd.read_csv(CONFIG.parent / "results" / "reference" / "timings.csv")
    cells = {
        (row.dataset, row.method): row.solve_cpu_seconds
        for row in timings.dropna(subset="solve_cpu_seconds").itertuples()
        if row.dataset in experiment.datasets and row.method in experiment.methods
    }
    busy = [0.0] * workers
    for cell in sorted(cells, key=lambda cell: -experiment.cell_seconds(*cell)):
        busy[busy.index(min(busy))] += cells[cell]
    assert max(busy) < 1.05 * sum(busy) / workers


def test_data_are_made_as_early_as_the_longest_of_their_cells():
    experiment = configure(GOOD)
    for dataset, entry in experiment.datasets.items():
        declared = [experiment.cell_seconds(dataset, method) for method in entry.methods]
        assert experiment.longest_cell_seconds(dataset) == max(declared) > 0


@pytest.mark.parametrize("name", ["paper", "extended", "sweeps"])
def test_what_is_reported_was_not_developed_on(name):
    experiment = configure(yaml.safe_load((CONFIG / f"{name}.yaml").read_text()))
    for entry in (*experiment.datasets.values(), *experiment.sweeps.values()):
        assert not DEVELOPMENT_SEEDS & set(parse_seeds(entry.seeds))


def test_the_shipped_hyper_parameters_are_valid():
    changed_hyperparameters(CONFIG / "methods.yaml")


def test_a_changed_hyper_parameter_holds_where_the_experiment_says_nothing_else(tmp_path):
    path = tmp_path / "methods.yaml"
    path.write_text(
        "skr-vae:\n"
        "  steps: {value: 700, source: tried}\n"
        "  regularisation: {value: 0.5, source: tried}\n"
        "  core: {value: auto, source: the default}\n"
    )
    changed = changed_hyperparameters(path)
    assert changed == {"skr-vae": {"steps": 700, "regularisation": 0.5}}
    experiment = configure(GOOD, changed)
    assert experiment.methods["skr-vae"].parameters == {"steps": 10, "regularisation": 0.5}
    trial = {"steps": 700, "regularisation": 0.5}
    assert experiment.training_cost["skr-vae"].parameters == trial
    candidate = list(experiment.selection.values())[1]
    assert candidate.parameters == {**trial, "restarts": 1, "learning_rate": 0.1}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("skrvae: {}", "did you mean 'skr-vae'"),
        ("skr-vae: {stepz: {value: 1, source: x}}", "did you mean 'steps'"),
        ("skr-vae: {steps: {value: a, source: x}}", "must be of type int"),
        ("skr-vae: {steps: {value: 1}}", "skr-vae.steps: expected"),
        ("skr-vae: {steps: {value: 1, source: ' '}}", "source must be one line"),
        ('skr-vae: {steps: {value: 1, source: "a\\nb"}}', "source must be one line"),
        ("skr-vae: 3", "expected parameters"),
        ("3", "expected keys and values"),
    ],
)
def test_what_is_wrong_with_hyper_parameters_is_one_clear_line(text, message, tmp_path):
    (tmp_path / "methods.yaml").write_text(text)
    with pytest.raises(InputError, match=message) as caught:
        changed_hyperparameters(tmp_path / "methods.yaml")
    assert "\n" not in str(caught.value)


def test_entries_are_resolved():
    experiment = configure(GOOD)
    assert experiment.datasets["gp-distinct-t200"].seeds == "0-4"
    assert experiment.datasets["gp-distinct-t200"].parameters == {"noise": 0.125}
    assert experiment.datasets["gp-distinct-t200"].shape.length == 200
    assert experiment.datasets["gp-distinct-t200"].methods == ("skr-vae", "oracle")
    assert experiment.datasets["modal-frame"].seeds == "0-1"
    assert experiment.datasets["modal-frame"].methods == ("skr-vae",)
    assert experiment.methods["skr-vae"].cpu_seconds == 5
    assert experiment.methods["skr-vae"].parameters == {"steps": 10}
    assert experiment.methods["oracle"].cpu_seconds == 900
    assert list(experiment.training_cost) == ["skr-vae", "gp-vae-steps-10-learning_rate-0.1"]
    trial = experiment.training_cost["gp-vae-steps-10-learning_rate-0.1"]
    assert trial.parameters == {"steps": 10, "learning_rate": 0.1}
    assert (trial.lengths, trial.cpu_seconds) == ((50,), 7)
    assert 100 < trial.megabytes() < 4000
    assert list(experiment.selection) == [
        "the-rate-skr-vae-gp-distinct",
        "the-rate-skr-vae-gp-distinct-learning_rate-0.1",
        "the-rate-skr-vae-waveforms",
        "the-rate-skr-vae-waveforms-learning_rate-0.1",
    ]
    candidate = experiment.selection["the-rate-skr-vae-waveforms-learning_rate-0.1"]
    assert (candidate.dataset, candidate.seeds) == ("waveforms", (10, 11))
    assert candidate.words == "restarts=1 learning_rate=0.1"
    assert 100 < candidate.megabytes() < 4000


def test_a_file_of_claims_may_be_named():
    assert configure(GOOD).claims == ""
    assert configure(GOOD | {"claims": "config/mine.yaml"}).claims == "config/mine.yaml"


@pytest.mark.parametrize("section", ["training_cost", "selection"])
def test_without_its_section_nothing_is_measured(section):
    content = {key: value for key, value in GOOD.items() if key != section}
    assert getattr(configure(content), section) == {}


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("sedes",), 1, "the top level: unknown key 'sedes'; did you mean 'seeds'"),
        (("output", "plots"), "x", "output: unknown key 'plots'; choose from figures, results"),
        (("datasets", "gp-distinkt"), None, "did you mean 'gp-distinct'"),
        (("methods", "skrvae"), None, "did you mean 'skr-vae'"),
        (("methods", "skr-vae", "stepz"), 3, "did you mean 'steps'"),
        (("datasets", "gp-distinct-t200", "lenght"), 3, "did you mean 'length'"),
        (("datasets", "gp-distinct-t200", "length"), 300, "write 'gp-distinct-t300'"),
        (("datasets", "gp-distinct-t200", "noise"), [3], "datasets.gp-distinct-t200.noise"),
        (("seeds",), "a", "expected ranges"),
        (("datasets", "gp-distinct-t200", "seeds"), "3-1", "a range is empty"),
        (("cpu_seconds",), 0, "cpu_seconds"),
        (("methods",), {}, "methods"),
        (("methods", 2), None, "configuration: methods: key 2 must be text"),
        (("cores",), [{"length": [8], "core": ["ftt"]}], "cores.0.core.0: unknown core 'ftt'; did"),
        ((False,), 2, "the top level: key False must be text"),
        (("datasets", "gp-distinct-t200", 2), 3, "datasets.gp-distinct-t200: key 2 must be text"),
        (("methods", "skr-vae", 2), 3, "methods.skr-vae: key 2 must be text"),
        (("methods", "skr-vae", "cpu-seconds"), 3, "methods.skr-vae: 'cpu_seconds' is given twice"),
        (("datasets", "waveforms-9"), None, "too many"),
        (("output", "results"), "my results", "output.results"),
        (("claims",), ["claims.yaml"], "claims"),
        (("datasets",), None, "datasets"),
        (("sweeps",), {}, "sweeps: expected 1 or more entries"),
        (("training_cost", 0, "method"), "skrvae", "did you mean 'skr-vae'"),
        (("training_cost", 0, "stepz"), 3, "did you mean 'steps'"),
        (("training_cost", 0, "lengths"), [], "training_cost.0.lengths"),
        (("training_cost", 0, "lengths"), [3], "length must be at least 16"),
        (("training_cost", 0, 2), 3, "key 2 must be text"),
        (("training_cost", 1), {"lengths": [50]}, "training_cost.1: 'method' is missing"),
        (("training_cost", 1), {"method": "skr-vae", "lengths": [50]}, "is given twice"),
        (("training_cost",), "skr-vae", "training_cost"),
        (("datasets", "modal-frame", "methods"), ["orakle"], "did you mean 'oracle'"),
        (("datasets", "modal-frame", "methods"), ["sobi"], "not among the experiment's methods"),
        (("datasets", "modal-frame", "methods"), [], "datasets.modal-frame.methods"),
        (("selection", 0, "seeds"), "0-11", "'the rate': seed 0 is reported"),
        (("selection", 0, "seeds"), "a", "expected ranges"),
        (("selection", 0, "method"), "skrvae", "did you mean 'skr-vae'"),
        (("selection", 0, "datasets"), ["gp-distinkt"], "did you mean 'gp-distinct'"),
        (("selection", 0, "candidates"), [{}, {"stepz": 1}], "did you mean 'steps'"),
        (("selection", 0, "candidates"), [{}, {}], "is given twice"),
        (("selection", 0, "candidates"), [{}], "selection.0.candidates"),
        (("selection", 0, "candidate"), [{}], "did you mean 'candidates'"),
        (("selection", 0, "datasets"), ["modal-frame"], "'the rate': 'modal-frame' is reported"),
        (("selection", 0, "datasets"), ["modal-frame-4x"], "'modal-frame-4x' is reported"),
        (("selection", 0, "datasets"), ["shot-noise-5-t200"], "the family of 'shot-noise-5-t200'"),
        (("selection", 0, 2), 3, "key 2 must be text"),
        (("selection", 0, "common", 2), 3, "selection.0.common: key 2 must be text"),
        (("selection", 0, "candidates", 1, 2), 3, "selection.0.candidates.1: key 2 must be text"),
        (("selection", 0, "choice"), "x" * 300, "too long for a file name"),
        (("output", "results"), "-x", "output.results: must match pattern"),
        (("output", "results"), "x" * 300, "output.results: must have at most 200 characters"),
        (("datasets", "x" * 300), None, "must have at most 200 characters"),
        (("rounds",), 10**12, "rounds: must be less than or equal to 1000"),
        (("cpu_seconds",), 10**12, "cpu_seconds: must be less than or equal to"),
        (("plugins",), ["\0.py"], "plugins: embedded null byte"),
        (("plugins",), ["x" * 300 + ".py"], "plugins: .*File name too long"),
    ],
)
def test_what_is_wrong_is_one_clear_line(path, value, message):
    content = copy.deepcopy(GOOD)
    place = content
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(InputError, match=message) as caught:
        configure(content)
    assert "\n" not in str(caught.value)


def test_a_hyphen_is_as_good_as_an_underscore():
    content = copy.deepcopy(GOOD)
    content["methods"]["skr-vae"] = {"learning-rate": 0.1, "cpu-seconds": 7}
    content["selection"][0]["common"] = {"learning-rate": 0.1}
    # Of what methods.yaml says as well, the experiment's counts.
    experiment = configure(content, {"skr-vae": {"learning_rate": 0.2}})
    entry = experiment.methods["skr-vae"]
    assert (entry.parameters, entry.cpu_seconds) == ({"learning_rate": 0.1}, 7)
    candidate = experiment.selection["the-rate-skr-vae-waveforms"]
    assert candidate.parameters == {"learning_rate": 0.1}


def test_a_recording_may_be_chosen_on_if_it_is_mixed_anew_or_is_not_reported():
    content = copy.deepcopy(GOOD)
    content["datasets"]["speech-mixed"] = None
    content["selection"][0]["datasets"] = ["speech-mixed", "fetal-ecg"]
    assert len(configure(content).selection) == 4


def test_a_record_that_is_reported_may_not_be_chosen_on_whatever_the_seed():
    content = copy.deepcopy(GOOD)
    content["datasets"]["fetal-ecg-scalp"] = None
    content["selection"][0]["datasets"] = ["fetal-ecg-scalp"]
    with pytest.raises(InputError, match="'fetal-ecg-scalp' is reported by the experiment"):
        configure(content)


@pytest.mark.parametrize("name", [n for n in family_names() if load_family(n).untouched])
def test_nothing_is_chosen_on_an_untouched_family(name):
    content = copy.deepcopy(GOOD)
    content["selection"][0]["datasets"] = ["gp-distinct", name]
    with pytest.raises(InputError, match=f"the family of '{name}' is reserved for testing"):
        configure(content)
    content["selection"][0]["datasets"] = ["gp-distinct"]
    content["datasets"][name] = None
    assert name in configure(content).datasets


@pytest.mark.parametrize(("method", "parameter"), [("sobi", "lags"), ("ivae", "segments")])
def test_a_choice_needs_an_objective_on_held_out_time(method, parameter):
    content = copy.deepcopy(GOOD)
    own = {"method": method, "common": {}, "candidates": [{}, {parameter: 3}]}
    content["selection"][0] |= own
    with pytest.raises(InputError, match=f"'{method}' has no objective on held-out time"):
        configure(content)


@pytest.mark.parametrize("key", ["output", "seeds", "datasets", "methods"])
def test_what_is_missing_is_named(key):
    with pytest.raises(InputError, match=key):
        configure({k: v for k, v in GOOD.items() if k != key})


def test_a_data_set_may_be_split_into_jobs_of_some_seeds():
    content = copy.deepcopy(GOOD)
    whole = configure(content)
    assert whole.datasets["gp-distinct-t200"].seed_blocks() == [[0, 1, 2, 3, 4]]
    content["datasets"]["gp-distinct-t200"]["seeds_per_job"] = 2
    split = configure(content)
    assert split.datasets["gp-distinct-t200"].seed_blocks() == [[0, 1], [2, 3], [4]]
    # Its jobs declare what two seeds take.
    content["datasets"]["gp-distinct-t200"] |= {"seeds": "0-1", "seeds_per_job": None}
    cell = ("gp-distinct-t200", "skr-vae")
    assert split.cell_megabytes(*cell) == configure(content).cell_megabytes(*cell)
    assert split.cell_seconds(*cell) == configure(content).cell_seconds(*cell)


def test_a_vae_may_compute_on_a_gpu_and_nothing_else_can():
    content = copy.deepcopy(GOOD)
    content["methods"]["skr-vae"]["device"] = "cuda"
    methods = configure(content).methods
    assert {name: own.device for name, own in methods.items()} == {
        "skr-vae": "cuda",
        "oracle": "cpu",
    }
    content["methods"]["sobi"] = {"device": "cuda"}
    with pytest.raises(InputError, match=r"methods\.sobi\.device: 'sobi' runs on the CPU"):
        configure(content)


def test_seeds():
    assert parse_seeds("0-3,10") == [0, 1, 2, 3, 10]
    assert parse_seeds("7") == [7]
    for text in ("", "1-", "-1", "1,1", "0-3,2", "x", "0-99999999999"):
        with pytest.raises(InputError):
            parse_seeds(text)
