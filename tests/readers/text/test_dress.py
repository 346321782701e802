"""One table in many dresses: whatever a program writes, the numbers read are those written."""

import codecs

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bssbench.errors import InputError
from bssbench.readers import read_table

ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-16-be marked")
NAMES = ["F3 [µV]", "Fz", "left", "1_1", "Größe"]


@st.composite
def dresses(draw):
    """How a table is written."""
    delimiter = draw(st.sampled_from([",", ";", "\t", "|", " "]))
    quotes = draw(st.sampled_from(["none", "names", "all"]))
    decimals = [".", ","] if delimiter != "," or quotes == "all" else ["."]
    header = draw(st.sampled_from(["none", "names", "units", "comment", "numbers", "short"]))
    return {
        "encoding": draw(st.sampled_from(ENCODINGS)),
        "delimiter": delimiter,
        "quotes": quotes,
        "decimal": draw(st.sampled_from(decimals)),
        "header": header,
        "comment": draw(st.sampled_from(["none", "first", "middle", "last"])),
        "mark": draw(st.sampled_from(["#", "%", "//"])),
        "index": draw(st.sampled_from(["none", "from 0", "from 1", "time", "epoch", "stamps"])),
        "end": draw(st.sampled_from(["\n", "\r\n", "\r"])),
        "trailing": delimiter != " " and header != "short" and draw(st.booleans()),
        "blank": draw(st.booleans()),
        "missing": draw(st.sampled_from(["", "NA", "nan", "NaN"][delimiter == " " :]) | st.none()),
        "digits": draw(st.sampled_from(["{:.3f}", "{!r}", "{:.5e}", "{:.4g}"])),
        "shape": (draw(st.integers(12, 40)), draw(st.integers(1, 5))),
        "scale": draw(st.sampled_from([1e-3, 1.0, 300.0])),
        "seed": draw(st.integers(0, 2**32 - 1)),
    }


def index_cells(kind, length):
    return {
        "from 0": [str(row) for row in range(length)],
        "from 1": [str(row + 1) for row in range(length)],
        "time": [f"{0.004 * row:.3f}" for row in range(length)],
        "epoch": [f"{1.7e9 + 0.004 * row:.3f}" for row in range(length)],
        "stamps": [f"2024-02-28T23:59:59.{row:03d}" for row in range(length)],
    }[kind]


def dressed(dress):
    """The bytes of a table in a dress, the values in it, and the names or None."""
    generator = np.random.default_rng(dress["seed"])
    length, width = dress["shape"]
    numbers = dress["scale"] * generator.standard_normal((length, width))
    cells = [[dress["digits"].format(float(number)) for number in row] for row in numbers]
    values = np.array(cells, dtype=float)
    if dress["missing"] is not None and width > 1:
        row, column = generator.integers(1, length), generator.integers(width)
        cells[row][column], values[row, column] = dress["missing"], np.nan
    if dress["index"] != "none":
        index = index_cells(dress["index"], length)
        cells = [[first, *row] for first, row in zip(index, cells, strict=True)]
    if dress["decimal"] == ",":
        cells = [[cell.replace(".", ",") for cell in row] for row in cells]
    names = [str(n) for n in range(width)] if dress["header"] == "numbers" else NAMES[:width]
    lines = [*header(dress, names), *(joined(dress, row, "all") for row in cells)]
    if dress["comment"] != "none":
        place = {"first": 0, "middle": len(lines) - 5, "last": len(lines)}[dress["comment"]]
        lines.insert(place, f"{dress['mark']} marker: here")
    if dress["blank"]:
        lines = ["", *lines, "", " "]
    text = dress["end"].join(lines) + dress["end"]
    if dress["encoding"] == "utf-16-be marked":
        return codecs.BOM_UTF16_BE + text.encode("utf-16-be"), values, names
    return text.encode(dress["encoding"]), values, names


def header(dress, names):
    """The lines above the rows."""
    indexed = dress["index"] != "none"
    kind = dress["header"]
    over_index = [] if not indexed or kind == "short" else [""]
    if kind == "none":
        return []
    if kind == "comment":
        spaceless = ["index"] * indexed + [name.replace(" ", "_") for name in names]
        return ["# " + dress["delimiter"].join(spaceless)]
    lines = [joined(dress, [*over_index, *names], "names")]
    return [*lines, joined(dress, [*over_index, *["uV"] * len(names)], "names")][
        : 1 + (kind == "units")
    ]


def joined(dress, cells, quoted):
    """A line; white space asks for quotation marks around what has some."""
    quote = dress["quotes"] == "all" or dress["quotes"] == quoted
    blank = dress["delimiter"] == " "
    cells = [
        f'"{cell}"' if quote or (blank and (" " in cell or not cell)) else cell for cell in cells
    ]
    return dress["delimiter"].join(cells) + dress["delimiter"] * dress["trailing"]


def check(dress, folder):
    content, values, names = dressed(dress)
    path = folder / "recording"
    path.write_bytes(content)
    try:
        table = read_table(path)
    except InputError as error:
        message = str(error)
        assert "\n" not in message
        # Nothing but a question is an answer, and the option that settles it stands in it.
        assert "Give --" in message, message
        return False
    np.testing.assert_array_equal(table.values, values)
    if dress["header"] in ("names", "units", "numbers") or (
        dress["header"] == "short" and dress["index"] != "none"
    ):
        assert table.names == tuple(names)
    if dress["index"] in ("time", "epoch"):
        assert table.sampling_rate == pytest.approx(250, rel=1e-3)
    assert (table.time is None) == (dress["index"] == "none")
    return True


SETTINGS = {
    "deadline": None,
    "derandomize": True,
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
}


@settings(max_examples=1000, **SETTINGS)
@given(dress=dresses())
def test_numbers_read_are_those_written(dress, tmp_path):
    check(dress, tmp_path)


@pytest.mark.slow
@settings(max_examples=4000, **SETTINGS)
@given(dress=dresses())
def test_numbers_read_are_those_written_in_more_dresses(dress, tmp_path):
    check(dress, tmp_path)
