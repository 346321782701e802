"""What can't be read says where and why in one line; what may mean two things is asked."""

import numpy as np
import pytest

from bssbench.errors import InputError
from bssbench.readers import Request, read_table

FRACTIONS = "".join(
    f"{row * 7 % 11 - 5}.25,{row * 5 % 13}.5,{row * 3 % 17}.125\n" for row in range(30)
)


@pytest.fixture
def read(tmp_path):
    def read(text, **request):
        path = tmp_path / "recording.csv"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return read_table(path, Request(**request))

    return read


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("\n \n", "the file is empty"),
        ("# one\n# two\n", "the file is empty but for comments"),
        ("a,b\n", "no table of numbers"),
        ("1,2\n3,x\n", r"line 2, column 2: expected a number, found 'x'"),
        ("a,b\n3,x\n5,6\n7,8\n", r"line 2, column 2: expected a number, found 'x'"),
        ("a,b\n1,2\n# remark\n3,x\n5,6\n", "line 4, column 'b': expected a number, found 'x'"),
        ("1.5,2\n3\n", "line 2 has 1 columns, expected 2; is the file cut off?"),
        ("11,22\n33\n", "is '11,22' one number with a decimal comma, or two columns?"),
        ("a,b\n1,2\n3,4,5\n6,7\n", "line 3 has 3 columns, expected 2"),
        ('a,"b\n' + "1,2\n" * 30, "line 1: a quotation mark .* is opened but not closed"),
        ("<!DOCTYPE html>\n<html></html>\n", "no table of numbers .*<!DOCTYPE html>"),
        ("one,two\nthree,four\n", "no table of numbers"),
        (bytes(range(256)), "neither text nor"),
        (b"\xff\xfe1\0,\0002\0\n", "begins like utf-16 text, but can't be decoded"),
        ("0,31,1,05\n1,07,0,99\n0,12,2,03\n" * 10, "both decimal marks and delimiters"),
        ("1,2,3\n4,5,6\n", "2 rows and 3 columns, but rows must be time; give --transpose"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(read, text, message):
    with pytest.raises(InputError, match=message) as caught:
        read(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        (
            "".join(f"{row * 7 % 9},{row * 5 % 8}\n" for row in range(20)),
            [({"decimal": "comma"}, (20, 1)), ({"delimiter": "comma"}, (20, 2))],
        ),
        (
            "a;b\n" + "1,234;5,678\n2,111;7,345\n" * 10,
            [({"decimal": "comma"}, (20, 2)), ({"decimal": "point"}, (20, 2))],
        ),
        (
            "1990,1995,2001\n" + FRACTIONS,
            [({"header": "1"}, (30, 3)), ({"header": "none"}, (31, 3))],
        ),
        (
            "0,1,2\n" + FRACTIONS.replace(".125", "").replace(".25", "").replace(".5", ""),
            [({"header": "1"}, (30, 3)), ({"header": "none"}, (31, 3))],
        ),
    ],
)
def test_two_readings_are_asked_and_an_option_settles_it(read, text, answers):
    with pytest.raises(InputError, match=r"\? Give --(decimal|header)") as caught:
        read(text)
    assert "\n" not in str(caught.value)
    tables = [read(text, **request) for request, _ in answers]
    assert [table.values.shape for table in tables] == [shape for _, shape in answers]
    first, second = (table.values for table in tables)
    assert first.shape != second.shape or not np.array_equal(first, second)


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("".join(f"{row},0{row * 7 % 9}\n" for row in range(20)), (20, 1)),  # 0 first: decimals
        ("".join(f"{row * 7 % 9},-{row % 8}\n" for row in range(20)), (20, 2)),  # a sign
        ("a,b\n" + "".join(f"{row * 7 % 9},{row % 8}\n" for row in range(20)), (20, 2)),  # names
        (
            "".join(f"{row * 7 % 9},{11 + row * 37 % 80}\n" for row in range(90)),
            (90, 2),
        ),  # no 0 first
    ],
)
def test_one_column_or_two(read, text, shape):
    assert read(text).values.shape == shape


@pytest.mark.parametrize(
    ("first", "names"),
    [
        ("0,1,2", ("0", "1", "2")),  # pandas
        ("1,2,3", ("1", "2", "3")),
        ("0,0,0", None),  # silence
        ("0.5,1,2", None),
        ('"7","5","9"', ("7", "5", "9")),
    ],
)
def test_names_that_are_numbers(read, first, names):
    table = read(f"{first}\n{FRACTIONS}")
    assert len(table.values) == (31 if names is None else 30)
    assert table.names == (names or ("channel_1", "channel_2", "channel_3"))


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"delimiter": "ab"}, "--delimiter 'ab': give a character"),
        ({"decimal": ";"}, "--decimal must be point or comma"),
        ({"header": "first"}, "--header must be the number of a line, or none"),
        ({"header": "99"}, "--header 99: there is no such line"),
        ({"delimiter": ";"}, "no table of numbers .*--delimiter"),
    ],
)
def test_options_that_make_no_sense(read, request_, message):
    with pytest.raises(InputError, match=message):
        read(FRACTIONS, **request_)


def test_rows_that_are_channels(read):
    text = "".join(
        f"name{row}," + ",".join(f"{row}.{n * 7 % 10}" for n in range(20)) + "\n"
        for row in range(3)
    )
    table = read(text, transpose=True)
    assert table.values.shape == (20, 3)
    assert table.names == ("name0", "name1", "name2")
    np.testing.assert_array_equal(table.values[:3, 2], [2.0, 2.7, 2.4])
