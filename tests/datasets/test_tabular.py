import numpy as np
import pytest

from bssbench.datasets.tabular import check_observations, read_observations
from bssbench.errors import InputError


@pytest.mark.parametrize(
    "text",
    [
        "1,2\n3,4\n5,6\n",
        "left,right\n1,2\n3,4\n5,6",
        "1;2\n3;4\n\n5;6\n",
        "a\tb\n1\t2\n3\t4\n5\t6\n",
        "1 2\n3 4\n5 6\n",
        '"left","right"\r\n1.0,2e0\r\n3,4\r\n5,6\r\n',
        "\ufeffx,y\n1,2\n3,4\n5,6\n",
    ],
)
def test_csv_in_many_dresses(tmp_path, text):
    path = tmp_path / "recording.csv"
    path.write_text(text, encoding="utf-8")
    np.testing.assert_array_equal(read_observations(path), [[1, 2], [3, 4], [5, 6]])


@pytest.mark.parametrize("dtype", [np.float32, np.int16, np.float64])
def test_npy_of_any_real_type(tmp_path, dtype):
    np.save(tmp_path / "recording.npy", np.array([[1, 2], [3, 4]], dtype=dtype))
    read = read_observations(tmp_path / "recording.npy")
    assert read.dtype == np.float64
    np.testing.assert_array_equal(read, [[1, 2], [3, 4]])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("\n\n", "the file is empty"),
        ("a,b\n", "header but no data"),
        ("1,2\n3,x\n", "line 2, column 2: expected a number, found 'x'"),
        ("a,b\n1,2\n3,\n", "line 3, column 2: expected a number, found an empty cell"),
        ("1,2\n3\n", "line 2 has 1 columns, expected 2"),
    ],
)
def test_bad_csv_is_named_with_its_place(tmp_path, text, message):
    path = tmp_path / "recording.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        read_observations(path)


def test_bad_npy(tmp_path):
    path = tmp_path / "recording.npy"
    for array, message in [
        (np.zeros(3), r"\(time, channel\)"),
        (np.array([["a", "b"]]), "real numbers"),
        (np.array([[{}]], dtype=object), "cannot be read"),
    ]:
        np.save(path, array)
        with pytest.raises(InputError, match=message):
            read_observations(path)
    for content in (b"no npy", b"PK\x03\x04"):
        path.write_bytes(content)
        with pytest.raises(InputError, match="cannot be read"):
            read_observations(path)
    (tmp_path / "recording.csv").write_text("1,2\n" + "3" * 200_000 + ",4\n")
    with pytest.raises(InputError, match="cannot be read as CSV"):
        read_observations(tmp_path / "recording.csv")


def test_unfit_observations(rng):
    good = rng.standard_normal((50, 3))
    check_observations(good, 3, "file")
    with_nan, constant = good.copy(), good.copy()
    with_nan[4, 1] = np.nan
    constant[:, 2] = 7.0
    for observations, n_sources, message in [
        (with_nan, 3, "row 5, channel 2 is nan"),
        (constant, 3, "channel 3 is constant"),
        (good, 4, "3 channels are fewer than 4 sources"),
        (good[:2], 2, "2 samples are fewer than 3 channels"),
        (good, 0, "at least 1"),
        (good * 1e200, 3, "too large"),
    ]:
        with pytest.raises(InputError, match=message):
            check_observations(observations, n_sources, "file")
