"""Whatever bytes a file holds: it is read, or refused in one line."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bssbench.errors import InputError
from bssbench.readers import read_table

SETTINGS = {
    "deadline": None,
    "derandomize": True,
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
}
PIECES = (
    *('"', "'", ",", ";", "\t", "|", " ", "\n", "\r", "\n\n", "#", "%", "//", "sep=;\n", "\0"),
    *("1", "-0", "007", "1.5", "1,5", "1,234", "1.234,5", "1e400", "-1E-400", ".5", "5.", "1_1"),
    *("nan", "inf", "-", "NA", "#N/A", "name", "uV", "[mV]", "time", "index", "ä", "\ufeff", "−3"),
    *("2020-01-01", "12:00:00.5", "99:99:99", "0000-00-00", "31.12.1999", "1/2/3", "12:00"),
    *("LabVIEW Measurement\n", "Separator\tTab\n", "fs=0 Hz", "# fs=1e999", "\x1a", "\u2028"),
    *("1,2,3\n4,5,6\n", "0.1 0.2\n0.3 0.4\n", "a;b\n1;2\n3;4\n"),
)


def check(content, folder):
    path = folder / "recording"
    path.write_bytes(content)
    try:
        table = read_table(path)
    except InputError as error:
        refusal = str(error)
    else:
        refusal = ""
    assert "\n" not in refusal
    if refusal:
        return
    length, width = table.values.shape
    assert table.values.dtype == np.float64
    assert not np.isinf(table.values).any()
    assert len(table.names) == len(set(table.names)) == width
    assert len(table.lines) == length
    assert table.time is None or len(table.time.cells) == length
    assert table.sampling_rate is None or 0 < table.sampling_rate < np.inf


@settings(max_examples=600, **SETTINGS)
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=40))
def test_pieces_of_text_in_any_order(pieces, tmp_path):
    check("".join(pieces).encode(), tmp_path)


@settings(max_examples=200, **SETTINGS)
@given(content=st.binary(max_size=200))
def test_any_bytes(content, tmp_path):
    check(content, tmp_path)


@settings(max_examples=200, **SETTINGS)
@given(data=st.data())
def test_a_table_with_a_wound(data, tmp_path):
    rows = [f"{row},{row * 7 % 11}.5,{row * 5 % 13}.25\n" for row in range(15)]
    content = bytearray(("time,a,b\n" + "".join(rows)).encode())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place : place + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=5))
    check(bytes(content), tmp_path)
