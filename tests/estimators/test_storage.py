"""Saved estimators: the same to the last bit, and nothing else is taken for one."""

import json

import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import save_file
from sklearn.exceptions import NotFittedError

import bssbench


def same(one, other):
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other)
    return type(one) is type(other) and one == other


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_it_comes_back_to_the_last_bit(each_class, brief, recording, tmp_path):
    frame = pd.DataFrame(recording, columns=["a", "b", "µ"])
    for nonlinear in (False, True):
        if nonlinear and "nonlinear" not in brief(each_class).get_params():
            continue
        change = {"nonlinear": nonlinear} if nonlinear else {}
        saved = brief(each_class, random_state=np.int64(0), **change).set_output(transform="pandas")
        saved.fit(frame)
        saved.save(tmp_path / "one")
        loaded = bssbench.load(tmp_path / "one")
        assert type(loaded) is type(saved)
        assert loaded.get_params() == saved.get_params()
        assert same(vars(loaded) | {"random_state": 0}, vars(saved) | {"random_state": 0})
        assert loaded.transform(frame).equals(saved.transform(frame))
        sources = saved.transform(frame).to_numpy()
        assert same(loaded.inverse_transform(sources), saved.inverse_transform(sources))
        if hasattr(saved, "score"):
            assert loaded.score(frame) == saved.score(frame)
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


def test_one_without_a_fit_is_not_saved(brief, tmp_path):
    with pytest.raises(NotFittedError):
        brief("SOBI").save(tmp_path / "one")
    assert not list(tmp_path.iterdir())


def test_a_random_state_that_is_no_number_is_said_to_be_lost(brief, recording, tmp_path):
    estimator = brief("SOBI", random_state=np.random.default_rng(0)).fit(recording)
    with pytest.warns(UserWarning, match="random_state=.* is saved as None"):
        estimator.save(tmp_path / "one")
    assert bssbench.load(tmp_path / "one").random_state is None


def of_header(path, **changes):
    header = {"format": 1, "version": "0.1.0", "method": "sobi", "parameters": {}}
    header |= {"attributes": {}} | changes
    save_file({"mean_": np.zeros(3)}, path, {"bssbench": json.dumps(header)})


FOREIGN = {
    "text": lambda path: path.write_text("a,b\n1,2\n"),
    "empty": lambda path: path.write_bytes(b""),
    "arrays": lambda path: np.savez(path.open("wb"), a=np.zeros(3)),
    "folder": lambda path: path.mkdir(),
    "tensors": lambda path: save_file({"mean_": np.zeros(3)}, path),
    "no JSON": lambda path: save_file({"a": np.zeros(3)}, path, {"bssbench": "{"}),
    "no object": lambda path: save_file({"a": np.zeros(3)}, path, {"bssbench": "[1]"}),
    "later format": lambda path: of_header(path, format=2, version="9.0"),
    "unknown method": lambda path: of_header(path, method="my-own"),
    "unknown parameter": lambda path: of_header(path, parameters={"lagz": 3}),
    "missing arrays": lambda path: of_header(path, attributes={"_arrays": ["scale"]}),
    "another attribute": lambda path: of_header(path, attributes={"__class__": 1, "_arrays": []}),
    "not fitted": lambda path: of_header(path),
    "no attributes": lambda path: of_header(path, attributes=3),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_another_file_is_refused_in_one_line(kind, tmp_path):
    FOREIGN[kind](tmp_path / "one")
    with pytest.raises(ValueError, match="one: ") as caught:
        bssbench.load(tmp_path / "one")
    assert "\n" not in str(caught.value)
    assert {"later format": "bssbench 9.0", "unknown method": "'my-own'"}.get(kind, "") in str(
        caught.value
    )


def test_a_file_cut_short_is_refused(brief, recording, tmp_path):
    brief("SOBI").fit(recording).save(tmp_path / "one")
    whole = (tmp_path / "one").read_bytes()
    for count in (4, 100, len(whole) - 1):
        (tmp_path / "one").write_bytes(whole[:count])
        with pytest.raises(ValueError, match="not an estimator saved by bssbench"):
            bssbench.load(tmp_path / "one")


def test_where_nothing_can_be_written_nothing_is_left(brief, recording, tmp_path):
    (tmp_path / "one").mkdir()
    with pytest.raises(OSError, match="one"):
        brief("SOBI").fit(recording).save(tmp_path / "one")
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


def test_no_such_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="none"):
        bssbench.load(tmp_path / "none")
