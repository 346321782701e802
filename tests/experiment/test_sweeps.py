import copy
import json

import numpy as np
import pytest

from bssbench.cli.main import main
from bssbench.datasets.catalogue import make_dataset
from bssbench.datasets.stacking import make_block
from bssbench.errors import InputError
from bssbench.experiment import sweeps
from bssbench.experiment.cell import Cell, run_cell
from bssbench.experiment.configuration import configure
from bssbench.experiment.demand import expected_seconds, peak_megabytes
from bssbench.experiment.problem import make_problem
from bssbench.methods import load_method
from bssbench.reproduction.artefacts import data_modules, stages
from bssbench.scores.cell import score_separation
from bssbench.scores.collect import collect

NEAR = {
    "question": "How near may they be?",
    "dataset": "gp-distinct",
    "fixed": {"shortest_length_scale": 4},
    "axes": {
        "n_sources": [2, 3],
        "noise": [0, 0.125],
        "length": [64, 128],
        "longest-length-scale": [4, 5.5],
    },
    "methods": {"skr-vae": {"length": [64]}, "sobi": None},
    "figure": {
        "kind": "lines",
        "x": "longest-length-scale",
        "columns": "length",
        "rows": "noise",
        "at": {"n_sources": 2},
    },
}
GOOD = {
    "output": {"results": "results", "figures": "figures"},
    "seeds": "100-101",
    "methods": {"skr-vae": {"steps": 10, "cpu_seconds": 5}, "sobi": None, "oracle": None},
    "sweeps": {"near": NEAR},
}


def changed(**changes):
    """The configuration with other entries of its sweep; None takes one away."""
    own = {key: value for key, value in {**NEAR, **changes}.items() if value is not None}
    return {**copy.deepcopy(GOOD), "sweeps": {"near": own}}


def test_points_are_data_sets_that_anyone_could_name():
    points = configure(GOOD).sweeps["near"].points
    assert len(points) == 16
    assert points[0].name == "near/n_sources=2,noise=0,length=64,longest_length_scale=4"
    assert points[0].dataset == "gp-distinct-2-noise0-t64"
    assert points[5].dataset == "gp-distinct-2-t64"
    expected = {"shortest_length_scale": 4, "longest_length_scale": 5.5, "noise": 0.125}
    assert points[5].parameters == expected
    assert points[5].values == {
        **{"n_sources": 2, "noise": 0.125, "length": 64, "longest_length_scale": 5.5}
    }
    for point in points:
        make_dataset(point.dataset, [0], point.parameters)


def test_blocks_hold_each_point_once_and_have_one_shape_and_the_same_methods():
    sweep = configure(GOOD).sweeps["near"]
    assert [block.name for block in sweep.blocks] == [f"near-00{i}" for i in (1, 2, 3, 4)]
    in_blocks = [point for block in sweep.blocks for point in block.points]
    assert sorted(p.name for p in in_blocks) == sorted(p.name for p in sweep.points)
    for block in sweep.blocks:
        (length,) = {point.values["length"] for point in block.points}
        (n_sources,) = {point.values["n_sources"] for point in block.points}
        assert (block.shape.length, block.shape.n_sources) == (length, n_sources)
        assert block.methods == (("skr-vae", "sobi") if length == 64 else ("sobi",))
    assert ("near-001", "skr-vae") in sweep.cells()
    assert ("near-002", "skr-vae") not in sweep.cells()


def test_points_of_one_shape_that_other_methods_run_on_are_other_blocks():
    by_noise = {"skr-vae": {"noise": [0]}, "sobi": None}
    sweep = configure(changed(methods=by_noise)).sweeps["near"]
    assert len(sweep.blocks) == 8
    for block in sweep.blocks:
        (noise,) = {point.values["noise"] for point in block.points}
        assert ("skr-vae" in block.methods) == (noise == 0)


def test_large_blocks_are_split_evenly_and_a_large_point_is_a_block(monkeypatch):
    whole = configure(GOOD).sweeps["near"]
    # Three points of the first shape: 2 seeds, 64 samples, 2 channels.
    monkeypatch.setattr(sweeps, "_BLOCK_VALUES", 3 * 2 * 64 * 2)
    split = configure(GOOD).sweeps["near"]
    assert [len(block.points) for block in split.blocks] == [2, 2, 1, 1, 1, 1, 2, 2, 1, 1, 1, 1]
    order = [point.name for block in split.blocks for point in block.points]
    assert order == [point.name for block in whole.blocks for point in block.points]


def test_a_blocks_cells_declare_what_all_of_its_replicates_take():
    experiment = configure(changed(seeds="100-149"))
    block = experiment.sweeps["near"].blocks[0]
    # Four points of 50 seeds.
    asked = ("skr-vae", {"steps": 10}, block.shape, 200)
    assert experiment.cell_seconds("near-001", "skr-vae") == expected_seconds(*asked)
    assert experiment.cell_megabytes("near-001", "skr-vae") == peak_megabytes(*asked)
    longest = max(experiment.cell_seconds("near-001", name) for name in ("skr-vae", "sobi"))
    assert experiment.longest_cell_seconds("near-001") == longest


def test_a_grid_over_a_methods_parameters_is_methods():
    vary = {"skr-vae": {"steps": [5, 20], "learning-rate": [0.01]}}
    experiment = configure(changed(vary=vary))
    names = ["skr-vae-steps-5-learning-rate-0-01", "skr-vae-steps-20-learning-rate-0-01"]
    assert list(experiment.sweeps["near"].methods) == names
    entry = experiment.all_methods[names[1]]
    assert entry.parameters == {"steps": 20, "learning_rate": 0.01}
    assert (entry.base, entry.cpu_seconds) == ("skr-vae", 5)
    # Where the method itself runs.
    assert experiment.sweeps["near"].blocks[0].methods == ("skr-vae", "sobi", *names)
    assert experiment.sweeps["near"].blocks[1].methods == ("sobi",)
    alone = configure(changed(methods=None, vary=vary))
    assert alone.sweeps["near"].blocks[1].methods == tuple(names)


def test_methods_may_be_a_list():
    sweep = configure(changed(methods=["oracle", "sobi"])).sweeps["near"]
    assert {block.methods for block in sweep.blocks} == {("oracle", "sobi")}


def test_what_is_told_of_a_sweep_is_json_and_names_all_of_its_cells():
    sweep = configure(GOOD).sweeps["near"]
    told = json.loads(sweep.description())
    assert (told["name"], told["question"]) == ("near", "How near may they be?")
    assert list(told["axes"]) == ["n_sources", "noise", "length", "longest_length_scale"]
    assert told["points"][3] == {"name": sweep.points[3].name, "values": sweep.points[3].values}
    assert [tuple(cell) for cell in told["cells"]] == sweep.cells()
    assert told["figure"] == {
        **{"kind": "lines", "x": "longest_length_scale", "y": None, "columns": "length"},
        **{"rows": "noise", "at": {"n_sources": 2}, "show": ["separation"]},
    }


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"dataset": "fetal-ecg"}, "no family"),
        ({"dataset": "gp-distinct-3"}, "did you mean 'gp-distinct'"),
        ({"axes": {"lenght": [64]}}, "axes: 'lenght' is not among .* did you mean 'length'"),
        ({"axes": {**NEAR["axes"], "length": [64, 3]}}, "length=3.*at least 16"),
        ({"axes": {**NEAR["axes"], "length": [64, 64]}}, "64 is given twice"),
        ({"axes": {**NEAR["axes"], "length": []}}, "1 or more entries"),
        ({"axes": {**NEAR["axes"], "length": [None]}}, "null is not a valid value"),
        ({"axes": {**NEAR["axes"], "noise": [0.1234567, 0.12345671]}}, "two points have the name"),
        ({"axes": {**NEAR["axes"], "noise": [n / 1000 for n in range(80)]}}, "more than 500"),
        ({"fixed": {"noise": 0}}, "'noise' is also an axis"),
        ({"fixed": {"scale": 2}}, "unknown parameter 'scale'"),
        ({"methods": ["sobbi"]}, "did you mean 'sobi'"),
        ({"methods": ["sobi", "sobi"]}, "'sobi' is given twice"),
        ({"methods": {"sobi": {"size": [1]}}}, "'size' is not among the sweep's axes"),
        ({"methods": {"sobi": {"length": [65]}}}, "65 is not a value of the axis"),
        ({"methods": {"sobi": {"length": [64]}}}, "no method runs at"),
        ({"methods": None}, "there are no methods"),
        ({"vary": {"jade": {"lags": [1]}}}, "'jade' is not among"),
        ({"vary": {"skr-vae": {"stepz": [1]}}}, "did you mean 'steps'"),
        ({"vary": {"oracle": {"steps": [1]}}}, "control"),
        ({"figure": {**NEAR["figure"], "at": {}}}, "'n_sources' is not drawn"),
        ({"figure": {**NEAR["figure"], "at": {"n_sources": 4}}}, "4 is not a value"),
        ({"figure": {**NEAR["figure"], "at": {"size": 4}}}, "'size' is not among"),
        ({"figure": {**NEAR["figure"], "rows": "length"}}, "'noise' is not drawn|is given twice"),
        ({"figure": {**NEAR["figure"], "kind": "pie"}}, "unknown kind 'pie'"),
        ({"figure": {**NEAR["figure"], "show": ["speed"]}}, "figure"),
        ({"seeds": "a"}, "expected ranges"),
        ({"colour": 1}, "unknown key 'colour'"),
    ],
)
def test_what_is_wrong_is_one_line_with_its_place(changes, message):
    with pytest.raises(InputError, match=message) as caught:
        configure(changed(**changes))
    assert "sweeps.near" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sweeps": {"Near": NEAR}}, "lower-case letters"),
        ({"sweeps": {"near": NEAR, "near-001": NEAR}}, "'near-001' is in use"),
        ({"sweeps": {"gp-distinct": NEAR}, "datasets": {"gp-distinct": None}}, "is in use"),
        ({"sweeps": {}}, "sweeps: expected 1 or more"),
        ({"sweeps": None}, "sweeps"),
        (
            {
                "selection": [
                    {
                        **{"choice": "steps", "method": "skr-vae", "datasets": ["gp-distinct"]},
                        **{"seeds": "101", "candidates": [{}, {"steps": 5}]},
                    }
                ]
            },
            "seed 101 is reported",
        ),
    ],
)
def test_names_and_seeds_that_are_in_use_are_refused(changes, message):
    with pytest.raises(InputError, match=message):
        configure({**GOOD, **changes})


def test_a_sweep_may_not_take_the_place_of_another_table_or_figure():
    experiment = configure({**GOOD, "datasets": {"gp-distinct": None}, "sweeps": {"ranks": NEAR}})
    with pytest.raises(InputError, match="belongs to the stage 'tables'"):
        stages(experiment)


def test_without_data_sets_there_are_the_stages_of_sweeps_alone():
    assert list(stages(configure(GOOD))) == ["sweep near", "findings"]
    both = stages(configure({**GOOD, "datasets": {"gp-distinct": None}}))
    assert {"statistics", "tables", "sweep near", "findings"} <= set(both)
    without = {key: value for key, value in GOOD.items() if key != "sweeps"}
    assert "findings" not in stages(configure({**without, "datasets": {"gp-distinct": None}}))


def test_a_block_depends_on_its_family():
    modules = data_modules(configure(GOOD), "near-001")
    assert "bssbench.datasets.families.gp_distinct" in modules


POINTS = [
    {"name": "s/noise=0", "id": "gp-distinct-2-noise0-t100", "parameters": {}},
    {"name": "s/noise=0.1", "id": "gp-distinct-2-noise10-t100", "parameters": {}},
]


def separate(dataset, name, parameters):
    """Return a method's separation and its rows of scores."""
    method = load_method(name, parameters)
    separation = method.separate(make_problem(dataset, method, len(dataset.seeds), root_seed=0))
    return separation, score_separation(dataset, name, separation, dataset.seeds)


@pytest.mark.parametrize(
    ("method", "parameters"), [("sobi", {}), ("skr-vae", {"steps": 30, "restarts": 2})]
)
def test_a_method_does_on_a_block_what_it_does_on_each_point_alone(method, parameters):
    block = make_block("s-001", POINTS, [100, 101])
    together, rows = separate(block, method, parameters)
    names = [point["name"] for point in POINTS]
    assert list(dict.fromkeys(row.dataset for row in rows)) == names
    for index, point in enumerate(POINTS):
        # Made under its id: not even the name of the sweep plays a part.
        alone = make_dataset(point["id"], [100, 101], point["parameters"])
        own, own_rows = separate(alone, method, parameters)
        part = together.part(slice(2 * index, 2 * index + 2))
        scale = np.abs(own.sources).max()
        np.testing.assert_allclose(part.sources, own.sources, atol=1e-3 * scale)
        found = [row for row in rows if row.dataset == point["name"]]
        for one, other in zip(found, own_rows, strict=True):
            assert (one.seed, one.score, one.status) == (other.seed, other.score, other.status)
            if one.value is not None:
                assert one.value == pytest.approx(other.value, rel=0.01, abs=1e-3)


def test_a_blocks_failed_cell_has_rows_of_its_points(tmp_path):
    make_block("s-001", POINTS, [100, 101]).save(tmp_path / "s-001.npz")
    directory = tmp_path / "cell"
    cell = Cell(tmp_path / "s-001.npz", "gp-vae", {"max_minutes": 0.0})
    assert run_cell(cell, directory) == "skipped"
    scores, _ = collect([directory / "run.json"], tmp_path)
    rows = scores[scores["score"] == "mcc"]
    names = [point["name"] for point in POINTS]
    assert list(rows["dataset"]) == [name for name in names for _ in range(2)]
    assert list(rows["seed"]) == [100, 101] * 2
    assert set(rows["status"]) == {"skipped"}


def test_the_command_makes_a_block(tmp_path, capsys):
    out = tmp_path / "s-001.npz"
    words = ["generate-block", "s-001", "--seeds", "4,6", "--out", str(out), "--points"]
    assert main([*words, json.dumps(POINTS)]) == 0
    report = json.loads(out.with_suffix(".json").read_text())
    assert [point["name"] for point in report["points"]] == [point["name"] for point in POINTS]
    assert main([*words, "{"]) == 2
    assert main([*words, '[{"id": "gp-distinct"}]']) == 2
    assert capsys.readouterr().err.count("--points: expected JSON") == 2


def test_sweeps_are_listed(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["list"]) == 0
    assert "Sweeps" not in capsys.readouterr().out
    (tmp_path / "config").mkdir()
    # JSON is YAML.
    (tmp_path / "config" / "sweeps.yaml").write_text(json.dumps(GOOD))
    assert main(["list"]) == 0
    assert "How near may they be?" in capsys.readouterr().out
    (tmp_path / "own.yaml").write_text(json.dumps(changed(question="Mine?")))
    assert main(["list", "sweeps", "--configfile", "own.yaml"]) == 0
    out = capsys.readouterr().out
    assert "Mine?" in out
    assert "longest_length_scale 4, 5.5" in out
    assert "16 points, seeds 100-101, 6 cells" in out
    # What is wrong with the file must not hide what else there is.
    (tmp_path / "config" / "sweeps.yaml").write_text("3")
    assert main(["list"]) == 0
    assert "gp-distinct" in capsys.readouterr().out
    assert main(["list", "sweeps"]) == 2
