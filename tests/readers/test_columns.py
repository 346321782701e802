"""Which columns are channels: what the user says, and what is understood."""

import numpy as np
import pytest

from bssbench.errors import InputError
from bssbench.readers.columns import Columns, split
from bssbench.readers.table import Request

LENGTH = 200


@pytest.fixture
def columns(tmp_path, rng):
    signals = rng.standard_normal((LENGTH, 3))
    time = np.arange(LENGTH) / 250
    return Columns(
        tmp_path / "recording", ("t", "Left", "right", "Cz"), np.column_stack([time, signals])
    )


def test_time_is_left_out_and_gives_the_rate(columns):
    table = split(columns, Request())
    assert table.names == ("Left", "right", "Cz")
    np.testing.assert_array_equal(table.values, columns.values[:, 1:])
    assert set(table.left_out) == {"t"}
    assert table.time is not None
    assert table.time.name == "t"
    np.testing.assert_array_equal(table.time.cells, columns.values[:, 0])
    assert table.sampling_rate == 250


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (("Left", "Cz"), ("Left", "Cz")),
        (("cz", "LEFT "), ("Cz", "Left")),  # in the order asked for
        (("2", "4"), ("Left", "Cz")),
        (("2-3",), ("Left", "right")),
        (("1", "2"), ("t", "Left")),  # time as a channel, since it is asked for
    ],
)
def test_columns_that_are_asked_for(columns, wanted, names):
    table = split(columns, Request(columns=wanted))
    assert table.names == names
    assert (table.time is None) == ("t" in names)
    assert set(table.left_out) == {"t", "Left", "right", "Cz"} - set(names)


def test_a_name_goes_before_a_number(tmp_path, rng):
    columns = Columns(tmp_path / "r", ("2", "1", "0"), rng.standard_normal((LENGTH, 3)))
    np.testing.assert_array_equal(
        split(columns, Request(columns=("1",))).values, columns.values[:, [1]]
    )


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (Request(columns=("Rigth",)), r"there is no column 'Rigth'; did you mean 'right'\?"),
        (Request(columns=("xyzzy",)), "columns: t, Left, right, Cz"),
        (Request(columns=("5",)), "no column 5; the file has 4 columns"),
        (Request(time_column="tiem"), "--time-column: there is no column 'tiem'"),
        (Request(time_column="t", columns=("t",)), "'t' is also among --columns"),
    ],
)
def test_columns_that_there_are_not(columns, request_, message):
    with pytest.raises(InputError, match=message):
        split(columns, request_)


def test_time_as_the_user_says(columns):
    table = split(columns, Request(time_column="none"))
    assert table.names == ("t", "Left", "right", "Cz")
    assert table.time is None
    table = split(columns, Request(time_column="Left"))
    assert table.names == ("right", "Cz")
    assert table.time is not None
    assert table.time.name == "Left"
    assert any(said.startswith("warning: 'Left' decreases") for said in table.understood)


def test_the_users_rate_goes_before_the_files(columns):
    table = split(columns, Request(sampling_rate=500))
    assert table.sampling_rate == 500
    assert any("the column of time states 250 Hz" in said for said in table.understood)


@pytest.mark.parametrize("width", [1, 2])
def test_ramps_that_are_all_there_is_stay_channels(tmp_path, width):
    values = np.arange(LENGTH)[:, np.newaxis] * [0.5, 2.5][:width]
    table = split(Columns(tmp_path / "r", ("",) * width, values), Request())
    np.testing.assert_array_equal(table.values, values)
    assert any(said.startswith("warning") for said in table.understood)


def test_names_are_made_different(tmp_path, rng):
    names = ("a", "a", "", "a_2", "channel_3")
    table = split(Columns(tmp_path / "r", names, rng.standard_normal((LENGTH, 5))), Request())
    assert len(set(table.names)) == 5
    assert table.names[0] == "a"
    assert table.names[3:] == ("a_2", "channel_3")
    assert any("duplicate names are changed" in said for said in table.understood)


def test_text_is_no_channel(tmp_path, rng):
    values = np.column_stack([np.full(LENGTH, np.nan), rng.standard_normal(LENGTH)])
    columns = Columns(tmp_path / "r", ("what", "x1"), values, text={0: ["rest"] * LENGTH})
    assert split(columns, Request()).left_out == {"what": "text"}
    with pytest.raises(InputError, match=r"'what' is a column of text \(such as 'rest'\)"):
        split(columns, Request(columns=("what",)))
    with pytest.raises(InputError, match="'what' has neither numbers nor times"):
        split(columns, Request(time_column="what"))
    with pytest.raises(InputError, match="no column of numbers is left"):
        split(columns, Request(time_column="x1"))
