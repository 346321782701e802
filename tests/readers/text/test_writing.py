"""What is written is like what was read: the same dress, and the same numbers when read again."""

import numpy as np
import pytest

from bssbench.readers import read_table, write_table

ROWS = 40
KINDS = {
    "comma": ("a,b\n", ",", ".", ""),
    "no header": ("", ",", ".", ""),
    "semicolon, decimal comma": ("a;b\n", ";", ",", ""),
    "decimal comma, quoted": ('"a","b"\n', ",", ",", '"'),
    "tab": ("a\tb\n", "\t", ".", ""),
    "white space": ("", " ", ".", ""),
    "sep= line": ("sep=;\na;b\n", ";", ".", ""),
    "comment": ("# a,b\n", ",", ".", ""),
}
INDEXED = {
    "pandas": (",a,b\n", ",", ".", ""),
    "R": ('"a" "b"\n', " ", ".", ""),
    "time": ("time;a;b\n", ";", ",", ""),
}


def text(kind, values):
    header, delimiter, decimal, quote = (KINDS | INDEXED)[kind]
    lines = []
    for row, (left, right) in enumerate(values):
        cells = [f"{quote}{cell:.5f}{quote}".replace(".", decimal) for cell in (left, right)]
        if kind in INDEXED:
            cells.insert(0, {"pandas": f"{row}", "R": f'"{row + 1}"', "time": f"0,{row:02d}"}[kind])
        lines.append(delimiter.join(cells))
    return header + "\n".join(lines) + "\n"


@pytest.mark.parametrize("kind", [*KINDS, *INDEXED])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_file_like_the_one_that_was_read(tmp_path, rng, kind, encoding):
    path, out = tmp_path / "in.csv", tmp_path / "out.csv"
    path.write_text(text(kind, rng.standard_normal((ROWS, 2))), encoding=encoding)
    table = read_table(path)
    names = ("source_1", "source_2", "source_3")
    signals = rng.standard_normal((ROWS, 3)) * [1e-6, 1.0, 1e6]
    assert write_table(out, signals, names, table) == ""
    again = read_table(out)
    np.testing.assert_allclose(again.values, signals, rtol=1e-8)
    # Without a header there is no place for names.
    assert again.names == (names if table.layout["header"] != "none" else again.names)
    assert again.layout == table.layout
    assert again.sampling_rate == table.sampling_rate
    assert (again.time is None) == (kind not in INDEXED)
    if kind in INDEXED:
        assert again.time.name == table.time.name
        assert list(again.time.cells) == list(table.time.cells)
    first = out.read_text(encoding=encoding).splitlines()[0]
    assert first.startswith("sep=") == (kind == "sep= line")


def test_names_with_the_delimiter_in_them_survive(tmp_path, rng):
    path, out = tmp_path / "in.csv", tmp_path / "out.csv"
    path.write_text(text("comma", rng.standard_normal((ROWS, 2))))
    table = read_table(path)
    write_table(out, rng.standard_normal((ROWS, 2)), ('a, "b"', "c"), table)
    assert read_table(out).names[1] == "c"
