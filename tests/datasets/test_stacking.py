import json

import numpy as np
import pytest

from bssbench.datasets.catalogue import make_dataset
from bssbench.datasets.dataset import Dataset
from bssbench.datasets.naming import name_data
from bssbench.datasets.stacking import make_block, stacked
from bssbench.errors import InputError
from bssbench.files import read_arrays

ARRAYS = ("observations", "sources", "mixing_matrix")
POINTS = [
    {"name": "s/noise=0", "id": "gp-distinct-noise0-t50", "parameters": {}},
    {"name": "s/noise=0.125", "id": "gp-distinct-t50", "parameters": {"noise": 0.125}},
    {"name": "s/scale=9", "id": "gp-distinct-t50", "parameters": {"longest_length_scale": 9.0}},
]
SEEDS = (100, 103)


@pytest.fixture
def block():
    return make_block("s-001", POINTS, SEEDS)


def test_a_replicate_of_a_block_is_that_of_the_data_set_made_alone(block):
    assert block.seeds == SEEDS * 3
    for index, point in enumerate(POINTS):
        alone = make_dataset(point["id"], SEEDS, point["parameters"])
        rows = slice(2 * index, 2 * index + 2)
        assert block.replicate_names[rows] == [point["name"]] * 2
        for array in ARRAYS:
            np.testing.assert_array_equal(getattr(block, array)[rows], getattr(alone, array))
        part = block.parts()[index]
        assert (part.name, part.identifier, part.seeds) == (point["name"], point["id"], SEEDS)
        assert part.parameters == alone.parameters
        np.testing.assert_array_equal(part.sources, alone.sources)


def test_points_of_one_id_have_the_same_noise_and_mixing(block):
    _, noisy, near = block.parts()
    np.testing.assert_array_equal(noisy.mixing_matrix, near.mixing_matrix)


def test_a_block_survives_its_file(block, tmp_path):
    block.save(tmp_path / "block.npz")
    loaded = Dataset.load(tmp_path / "block.npz")
    assert loaded.points == block.points
    assert loaded.replicate_names == block.replicate_names
    for one, other in zip(loaded.parts(), block.parts(), strict=True):
        assert (one.name, one.parameters) == (other.name, other.parameters)
        np.testing.assert_array_equal(one.observations, other.observations)


def test_a_part_survives_its_file(block, tmp_path):
    part = block.parts()[1]
    part.save(tmp_path / "part.npz")
    loaded = Dataset.load(tmp_path / "part.npz")
    assert (loaded.name, loaded.identifier) == (part.name, part.identifier)


def test_an_ordinary_data_set_is_its_only_part_and_its_file_says_nothing_of_blocks(tmp_path):
    dataset = make_dataset("gp-distinct-t50", SEEDS, {})
    assert dataset.parts() == [dataset]
    assert dataset.replicate_names == ["gp-distinct-t50"] * 2
    dataset.save(tmp_path / "data.npz")
    words = json.loads(str(read_arrays(tmp_path / "data.npz")["description"]))
    assert not {"points", "identifier"} & set(words)


def test_only_simulated_data_of_one_shape_can_be_stacked():
    short, long = (make_dataset(f"gp-distinct-t{length}", [0], {}) for length in (50, 60))
    for datasets in ([short, long], []):
        with pytest.raises(InputError, match="of one shape can be stacked"):
            stacked("s-001", datasets)
    with pytest.raises(InputError, match="'name', 'id' and 'parameters'"):
        make_block("s-001", [{"name": "s/a=1"}], [0])


def test_nonlinear_mixtures_of_one_shape_can_be_stacked():
    made = [
        make_dataset(f"gp-distinct-{kind}-t50", [0], {}) for kind in ("post-nonlinear", "mlp-1")
    ]
    block = stacked("s-001", made)
    assert (block.mixing, block.mixing_matrix) == ("nonlinear", None)


@pytest.mark.parametrize(
    ("values", "name", "parameters"),
    [
        ({}, "gp-distinct", {}),
        ({"n_sources": 3, "noise": 0.05, "length": 1000, "n_channels": 3}, "gp-distinct", {}),
        ({"noise": 0, "n-sources": 5}, "gp-distinct-5-noise0", {}),
        ({"noise": 0.29}, "gp-distinct-noise29", {}),
        ({"noise": 0.125, "condition": 10}, "gp-distinct-cond10", {"noise": 0.125}),
        ({"mixing": "mlp-2", "outliers": 1}, "gp-distinct-mlp-2-outliers1", {}),
        ({"mixing": "linear", "outliers": 0}, "gp-distinct", {}),
        (
            {"longest_length_scale": 8, "n_sources": 5, "length": 2000},
            "gp-distinct-5",
            {"longest_length_scale": 8},
        ),
    ],
)
def test_values_have_one_id(values, name, parameters):
    assert name_data("gp-distinct", values) == (name, parameters)
    assert len(make_dataset(name, [0], parameters).seeds) == 1


@pytest.mark.parametrize(
    ("family", "values", "message"),
    [
        ("gp-distinkt", {}, "did you mean 'gp-distinct'"),
        ("fetal-ecg", {}, "no family"),
        ("gp-distinct", {"lenght": 100}, "did you mean 'length'"),
        ("gp-distinct", {"length": "long"}, "must be of type int"),
        ("gp-distinct", {"length": 0}, "at least 1"),
        ("gp-distinct", {"length": 3}, "at least 16"),
        ("gp-distinct", {"n_sources": 5000}, "at most 1,000"),
        ("gp-distinct", {"mixing": "t500"}, "no mixing 't500'"),
        ("gp-distinct", {"mixing": "cubic"}, "an id has the form"),
        ("gp-distinct", {"mixing": 3}, "mixing must be text"),
        ("gp-distinct", {"longest_length_scale": -1}, "must be positive"),
        ("gp-distinct", {"noise": 20.5}, "noise must be at most 10"),
    ],
)
def test_values_that_no_data_have_are_refused_in_one_line(family, values, message):
    with pytest.raises(InputError, match=message) as caught:
        name_data(family, values)
    assert "\n" not in str(caught.value)
