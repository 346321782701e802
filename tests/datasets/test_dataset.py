import numpy as np
import pytest

from bssbench.datasets.catalogue import dataset_module, make_dataset
from bssbench.datasets.dataset import Dataset
from bssbench.errors import InputError


def assert_equal(first, second):
    for name in Dataset.__dataclass_fields__:
        one, other = getattr(first, name), getattr(second, name)
        if isinstance(one, np.ndarray):
            np.testing.assert_array_equal(one, other)
        else:
            assert one == other


def test_a_data_set_survives_its_file(tmp_path):
    for name in ("gp-distinct", "gp-distinct-post-nonlinear"):
        dataset = make_dataset(f"{name}-t50", [4, 7], {})
        dataset.save(tmp_path / "data.npz")
        assert_equal(dataset, Dataset.load(tmp_path / "data.npz"))


def test_equal_data_sets_are_equal_bytes(tmp_path):
    for path in ("one.npz", "two.npz"):
        make_dataset("gp-distinct-t50", [0, 1], {}).save(tmp_path / path)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


def test_files_that_are_no_data_sets_are_refused(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        Dataset.load(tmp_path / "none.npz")
    (tmp_path / "text.npz").write_text("hello")
    with pytest.raises(InputError, match="cannot be read"):
        Dataset.load(tmp_path / "text.npz")
    np.savez(tmp_path / "other.npz", a=np.zeros(3))
    with pytest.raises(InputError, match="not a data set"):
        Dataset.load(tmp_path / "other.npz")


def test_no_pickle_is_ever_loaded(tmp_path):
    np.savez(tmp_path / "evil.npz", description=np.array([{"a": 1}], dtype=object))
    with pytest.raises(InputError, match="cannot be read"):
        Dataset.load(tmp_path / "evil.npz")


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("gp-distinkt", {}, "did you mean 'gp-distinct'"),
        ("gp-distinct", {"lenght": 3}, "did you mean 'length'"),
        ("gp-distinct", {"length": "long"}, "must be of type int"),
        ("gp-distinct", {"length": 3}, "at least 16"),
        ("gp-distinct", {"noise": -1.0}, "not be negative"),
        ("gp-equal", {"length-scale": 5.0, "length_scale": 6.0}, "'length_scale' is given twice"),
        ("gp-equal", {1: 2}, "key 1 must be text"),
        ("modal-frame", {"length": 3}, "has no parameter"),
    ],
)
def test_impossible_requests_are_one_clear_line(name, parameters, message):
    with pytest.raises(InputError, match=message):
        make_dataset(name, [0], parameters)


def test_noise_of_no_whole_percent_is_a_parameter():
    assert make_dataset("gp-equal-t50", [0], {"noise": 0.125}).parameters["noise"] == 0.125


def test_a_data_set_is_made_by_its_own_module():
    assert dataset_module("gp-distinct-post-nonlinear") == "bssbench.datasets.families.gp_distinct"
    assert dataset_module("modal-frame") == "bssbench.datasets.recordings.modal_frame"
