"""Three channels as many programs write them: a test for each row of file_formats.md."""

import numpy as np
import pandas as pd
import pytest

from bssbench.readers import read_table

LENGTH = 60


@pytest.fixture
def values(rng):
    return rng.standard_normal((LENGTH, 3)).round(4)


def rows(values, delimiter=",", decimal=".", form="{:.4f}", end=""):
    cells = [[form.format(cell).replace(".", decimal) for cell in row] for row in values]
    return "".join(delimiter.join(row) + end + "\n" for row in cells)


def numbered(values, form, delimiter=","):
    """Rows behind a first column made of their number."""
    lines = rows(values, delimiter).splitlines()
    return "".join(form(row) + delimiter + line + "\n" for row, line in enumerate(lines))


NAMES = "ch1,ch2,ch3\n"
TEXTS = {
    "comma": lambda v: NAMES + rows(v),
    "no header": lambda v: rows(v),
    "semicolon": lambda v: "ch1;ch2;ch3\n" + rows(v, ";"),
    "tab": lambda v: "ch1\tch2\tch3\n" + rows(v, "\t"),
    "bar": lambda v: "ch1|ch2|ch3\n" + rows(v, "|"),
    "white space": lambda v: rows(v, "   ", form="{:9.4f}"),
    "decimal comma, semicolon": lambda v: "ch1;ch2;ch3\n" + rows(v, ";", ","),
    "decimal comma, tab": lambda v: "ch1\tch2\tch3\n" + rows(v, "\t", ","),
    "decimal comma, white space": lambda v: rows(v, " ", ","),
    "decimal comma, quoted": lambda v: '"ch1","ch2","ch3"\n' + rows(v, ",", ",", '"{:.4f}"'),
    "thousands, quoted": lambda v: NAMES + rows(v * 1e4, form='"{:,.2f}"'),
    "trailing delimiter": lambda v: "ch1,ch2,ch3,\n" + rows(v, end=","),
    "trailing delimiter but for the header": lambda v: NAMES + rows(v, end=","),
    "sep= line": lambda v: "sep=;\nch1;ch2;ch3\n" + rows(v, ";"),
    "units below the names": lambda v: NAMES + "uV,uV,uV\n" + rows(v),
    "# lines above": lambda v: "# device X, 250 Hz\n# start 2020-01-01\n" + rows(v),
    "% lines and names": lambda v: "%Raw data\n%Sample Rate = 250 Hz\n" + NAMES + rows(v),
    "; lines above": lambda v: "; from a logger\n; fs = 250\n" + NAMES + rows(v),
    "savetxt, header": lambda v: "# fs=250 Hz\n" + rows(v),
    "savetxt, header of two lines": lambda v: "# fs=250\n# ch1,ch2,ch3\n" + rows(v),
    "savetxt, footer": lambda v: rows(v) + "# end\n",
    "a footer of words": lambda v: NAMES + rows(v) + "END OF RECORDING\n",
    "a comment in the middle": lambda v: NAMES + rows(v[:30]) + "# stimulus\n" + rows(v[30:]),
    "pandas, default names": lambda v: pd.DataFrame(v).to_csv(),
    "pandas, names": lambda v: pd.DataFrame(v, columns=["ch1", "ch2", "ch3"]).to_csv(),
    "pandas, without index": lambda v: pd.DataFrame(v).to_csv(index=False),
    "R, write.csv": lambda v: '"","ch1","ch2","ch3"\n' + numbered(v, lambda row: f'"{row + 1}"'),
    "R, write.table": lambda v: (
        '"ch1" "ch2" "ch3"\n' + numbered(v, lambda row: f'"{row + 1}"', " ")
    ),
    "time first": lambda v: "time,ch1,ch2,ch3\n" + numbered(v, lambda row: f"{row * 0.004:g}"),
    "time first, no header": lambda v: numbered(v, lambda row: f" {row * 0.004:.5e}", "  "),
    "ISO time stamps": lambda v: (
        "timestamp,ch1,ch2,ch3\n" + numbered(v, lambda row: f"2020-01-01 00:00:00.{4 * row:03d}")
    ),
    "dates": lambda v: (
        "Date,ch1,ch2,ch3\n" + numbered(v, lambda row: str(np.datetime64("2015-01-01") + row))
    ),
    "new lines of old Macs": lambda v: (NAMES + rows(v)).replace("\n", "\r"),
    "blank lines around": lambda v: "\n\n" + NAMES + "\n" + rows(v) + "\n \n",
    "levels of names": lambda v: "left,left,right\ntop,low,top\n" + rows(v),
    "spaces after commas": lambda v: "ch1, ch2, ch3\n" + rows(v, ", "),
}
# What else is understood: names, rate.
NAMED = {
    "levels of names": ("left top", "left low", "right top"),
    "pandas, default names": ("0", "1", "2"),
    "pandas, without index": ("0", "1", "2"),
}
UNNAMED = (
    *("no header", "white space", "decimal comma, white space", "# lines above"),
    *("savetxt, header", "savetxt, footer", "time first, no header"),
)
AT_250_HZ = (
    *("# lines above", "% lines and names", "; lines above", "savetxt, header"),
    *("savetxt, header of two lines", "time first", "time first, no header", "ISO time stamps"),
)


@pytest.mark.parametrize("kind", TEXTS)
def test_kinds_of_text(tmp_path, values, kind):
    path = tmp_path / "recording.txt"
    path.write_text(TEXTS[kind](values), encoding="utf-8", newline="")
    table = read_table(path)
    expected = (values * 1e4).round(2) if kind == "thousands, quoted" else values
    np.testing.assert_allclose(table.values, expected, rtol=0, atol=1e-12)
    channels = tuple(f"channel_{number}" for number in (1, 2, 3))
    named = NAMED.get(kind, ("ch1", "ch2", "ch3"))
    assert table.names == (channels if kind in UNNAMED else named)
    if kind != "dates":
        assert table.sampling_rate == (250 if kind in AT_250_HZ else None)
    assert (table.units == ("uV",) * 3) == (kind == "units below the names")
    assert not any(said.startswith("warning") for said in table.understood), table.understood


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_names_that_are_not_utf_8(tmp_path, values, encoding):
    path = tmp_path / "recording.csv"
    path.write_bytes(("F3 [µV],F4 [µV],Größe\n" + rows(values)).encode(encoding))
    table = read_table(path)
    np.testing.assert_array_equal(table.values, values)
    assert table.names == ("F3 [µV]", "F4 [µV]", "Größe")
    assert table.units == ("µV", "µV", "")
    assert any("not UTF-8" in said for said in table.understood)


def test_openbci(tmp_path, values):
    lines = [
        f"{row % 256}.0, {line}, {1.67e9 + row * 0.004:.3f}, 2022-12-20 16:40:00.{row * 4:03d}\n"
        for row, line in enumerate(rows(values, ", ").splitlines())
    ]
    head = "%OpenBCI Raw EXG Data\n%Number of channels = 3\n%Sample Rate = 250 Hz\n"
    names = "Sample Index, EXG Channel 0, EXG Channel 1, EXG Channel 2, Timestamp, "
    path = tmp_path / "OpenBCI-RAW.txt"
    path.write_text(head + names + "Timestamp (Formatted)\n" + "".join(lines))
    table = read_table(path)
    np.testing.assert_array_equal(table.values, values)
    assert table.names == ("EXG Channel 0", "EXG Channel 1", "EXG Channel 2")
    assert table.sampling_rate == 250
    assert set(table.left_out) == {"Sample Index", "Timestamp", "Timestamp (Formatted)"}


@pytest.mark.parametrize("times", [True, False])
@pytest.mark.parametrize("decimal", [".", ","])
def test_labview(tmp_path, values, times, decimal):
    head = (
        "LabVIEW Measurement\t\nWriter_Version\t2\nSeparator\tTab\n"
        f"Decimal_Separator\t{decimal}\nX_Columns\t{'One' if times else 'No'}\n"
        "***End_of_Header***\t\n\t\nChannels\t3\t\t\t\nSamples\t60\t60\t60\t\n"
        "Y_Unit_Label\tVolts\tVolts\tVolts\t\nX0\t0,0E+0\t0,0E+0\t0,0E+0\t\n"
        "Delta_X\t0,004\t0,004\t0,004\t\n***End_of_Header***\t\t\t\t\n"
        "X_Value\tVoltage_0\tVoltage_1\tVoltage_2\tComment\n"
    ).replace(",", decimal)
    body = numbered(values, lambda row: f"{row * 0.004:.6f}" * times, "\t").replace(".", decimal)
    path = tmp_path / "recording.lvm"
    path.write_text(head + body)
    table = read_table(path)
    np.testing.assert_array_equal(table.values, values)
    assert table.names == ("Voltage_0", "Voltage_1", "Voltage_2")
    assert table.sampling_rate == 250
    assert set(table.left_out) == {"X_Value"}


def test_missing_cells_keep_their_lines(tmp_path):
    cells = ["1,2", "nan,4", "# remark", "5,", "", "NA,#DIV/0!", "-inf,9"]
    path = tmp_path / "recording.csv"
    path.write_text("a,b\n" + "\n".join(cells) + "\n")
    table = read_table(path)
    nan = np.nan
    expected = [[1, 2], [nan, 4], [5, nan], [nan, nan], [nan, 9]]
    np.testing.assert_array_equal(table.values, expected)
    assert [table.row_name(row) for row in range(5)] == [f"line {n}" for n in (2, 3, 5, 7, 8)]
    assert "1 cell that is infinite is taken as missing" in table.understood


def test_rows_of_missing_numbers_are_no_names(tmp_path):
    path = tmp_path / "recording.csv"
    path.write_text("a,b\nnan,nan\nnan,nan\n" + "0.5,1.5\n" * 20)
    table = read_table(path)
    assert table.names == ("a", "b")
    assert len(table.values) == 22


def test_a_column_of_words_is_left_out(tmp_path):
    lines = [
        f"{row * row % 7},{row % 5 - 2},{'rest' if row < 20 else 'go left'}," for row in range(40)
    ]
    path = tmp_path / "recording.csv"
    path.write_text("a,b,label,void\n" + "\n".join(lines))
    table = read_table(path)
    assert table.names == ("a", "b")
    assert table.left_out == {"label": "text"}


def test_a_number_that_shows_late_is_no_remark(tmp_path):
    lines = [f"{row * row % 7},{5 if row == 777 else ''},{row % 5}" for row in range(1000)]
    path = tmp_path / "recording.csv"
    path.write_text("a,b,c\n" + "\n".join(lines))
    table = read_table(path)
    assert table.names == ("a", "b", "c")
    assert np.flatnonzero(np.isfinite(table.values[:, 1])).tolist() == [777]


def test_names_with_underscores_are_no_numbers(tmp_path, values):
    path = tmp_path / "recording.csv"
    path.write_text("1_1,1_2,1_3\n" + rows(values))
    table = read_table(path)
    assert table.names == ("1_1", "1_2", "1_3")
    np.testing.assert_array_equal(table.values, values)


def test_one_channel_with_decimal_commas_is_one(tmp_path, values):
    path = tmp_path / "recording.csv"
    path.write_text(rows(values[:, :1], decimal=","))
    np.testing.assert_array_equal(read_table(path).values, values[:, :1])
