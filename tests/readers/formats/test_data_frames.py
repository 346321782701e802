"""Parquet and Feather: columns of numbers, with dates as time and text left out."""

import decimal

import numpy as np
import pandas as pd
import pytest

from bssbench.errors import InputError
from bssbench.readers.formats import parquet
from bssbench.readers.table import Request


@pytest.fixture
def frame(signals):
    return pd.DataFrame(signals, columns=["a", "b", "ç"])


def written(frame, path):
    (frame.to_parquet if path.suffix == ".parquet" else frame.to_feather)(path)
    return path


@pytest.mark.parametrize("suffix", [".parquet", ".feather"])
def test_columns_of_numbers_are_channels_with_their_names(tmp_path, frame, signals, suffix):
    path = written(frame, tmp_path / f"a{suffix}")
    table = parquet.read(path, Request())
    assert parquet.recognises(path.read_bytes()[:512])
    assert np.array_equal(table.values, signals)
    assert table.names == ("a", "b", "ç")
    parquet.write(tmp_path / f"w{suffix}", signals[:, :2], ("s_1", "s_2"), table)
    again = parquet.read(tmp_path / f"w{suffix}", Request())
    assert np.array_equal(again.values, signals[:, :2])
    assert again.names == ("s_1", "s_2")


def test_dates_are_time_with_a_rate_and_come_back_as_dates(tmp_path, frame, signals):
    frame.index = pd.date_range("2024-03-31", periods=600, freq="10ms", name="when")
    table = parquet.read(written(frame, tmp_path / "a.parquet"), Request())
    assert np.array_equal(table.values, signals)
    assert table.sampling_rate == 100
    assert table.time.name == "when"
    parquet.write(tmp_path / "w.parquet", signals, ("x", "y", "z"), table)
    again = pd.read_parquet(tmp_path / "w.parquet")
    assert list(again) == ["when", "x", "y", "z"]
    assert (again["when"].to_numpy() == frame.index.to_numpy()).all()


def test_times_in_whole_numbers_lose_no_digit(tmp_path, frame):
    nanoseconds = 1_700_000_000_000_000_001 + 4_000_000 * np.arange(600)
    frame.insert(0, "timestamp", nanoseconds)
    table = parquet.read(written(frame, tmp_path / "a.parquet"), Request())
    assert table.sampling_rate == 250
    assert np.array_equal(table.time.cells, nanoseconds)


def test_missing_cells_are_nan_and_truth_values_numbers(tmp_path, frame):
    frame["n"] = pd.array([1, None, 3] * 200, dtype="Int64")
    frame["flag"] = [True, False, True] * 200
    frame["price"] = [decimal.Decimal("1.5"), None, decimal.Decimal(2)] * 200
    table = parquet.read(written(frame, tmp_path / "a.parquet"), Request())
    np.testing.assert_array_equal(
        table.values[:3, 3:], [[1, 1, 1.5], [np.nan, 0, np.nan], [3, 1, 2]]
    )


def test_text_is_left_out_and_said(tmp_path, frame):
    frame["who"] = "me"
    frame["group"] = pd.Categorical(["x", "y"] * 300)
    table = parquet.read(written(frame, tmp_path / "a.parquet"), Request())
    assert table.names == ("a", "b", "ç")
    assert table.left_out.keys() == {"who", "group"}


def test_a_folder_that_is_called_like_a_partition_adds_no_column(tmp_path, frame):
    folder = tmp_path / "subject=7"
    folder.mkdir()
    table = parquet.read(written(frame, folder / "a.parquet"), Request())
    assert table.names == ("a", "b", "ç")


def test_without_numbers_or_rows_it_is_refused(tmp_path, frame):
    with pytest.raises(InputError, match="no column of numbers"):
        parquet.read(written(frame.astype(str), tmp_path / "a.parquet"), Request())
    with pytest.raises(InputError, match="3 columns and 0 rows"):
        parquet.read(written(frame.iloc[:0], tmp_path / "a.parquet"), Request())
