"""Whatever bytes a file holds: a table, or one line that says what is wrong."""

import importlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bssbench.errors import InputError
from bssbench.readers.formats import unsupported
from bssbench.readers.table import Request, Table

KINDS = ("npy", "npz", "matlab", "hdf5", "audio", "parquet", "fif", "edf", "brainvision")
# mne takes milliseconds for each.
SLOW = ("fif", "edf", "brainvision")
QUICK = [kind for kind in KINDS if kind not in SLOW]

careless = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
}


def module(kind):
    return importlib.import_module(f"bssbench.readers.formats.{kind}")


def read_or_refused(kind, path):
    """Return whether a file is read; if it is not, hold the refusal to one line with the name."""
    try:
        table = module(kind).read(path, Request())
    except InputError as error:
        refusal = str(error)
    else:
        assert isinstance(table, Table)
        assert table.values.ndim == 2
        assert len(table.names) == table.values.shape[1]
        return True
    assert "\n" not in refusal
    assert str(path.with_suffix("")) in refusal
    return False


def damaged(draw, content):
    """Cut a file, and overwrite some of its bytes."""
    changed = bytearray(content[: draw(st.integers(0, len(content)))])
    for place, value in draw(
        st.lists(
            st.tuples(st.integers(0, max(0, len(changed) - 1)), st.integers(0, 255)), max_size=8
        )
    ):
        if place < len(changed):
            changed[place] = value
    return bytes(changed)


@pytest.mark.parametrize("kind", QUICK)
@settings(max_examples=60, **careless)
@given(data=st.data())
def test_damaged_files_are_read_or_refused(kind, files, tmp_path, data):
    path = tmp_path / f"x{files[kind].suffix}"
    path.write_bytes(damaged(data.draw, files[kind].read_bytes()))
    read_or_refused(kind, path)


@pytest.mark.parametrize("kind", SLOW)
@settings(max_examples=25, **careless)
@given(data=st.data())
def test_damaged_files_of_eeg_are_read_or_refused(kind, files, tmp_path, data):
    path = tmp_path / f"x{files[kind].suffix}"
    path.write_bytes(damaged(data.draw, files[kind].read_bytes()))
    read_or_refused(kind, path)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25, **careless)
@given(noise=st.binary(max_size=600), kept=st.integers(0, 300))
def test_noise_behind_the_beginning_of_a_kind_is_refused_or_read(
    kind, files, tmp_path, noise, kept
):
    path = tmp_path / f"x{files[kind].suffix}"
    path.write_bytes(files[kind].read_bytes()[:kept] + noise)
    read_or_refused(kind, path)


@pytest.mark.parametrize("kind", KINDS)
def test_whole_files_are_read_and_halves_and_text_are_never_a_traceback(kind, files, tmp_path):
    assert read_or_refused(kind, files[kind])
    path = tmp_path / f"x{files[kind].suffix}"
    path.write_text("a,b\n1,2\n3,4\n5,7\n")
    # MATLAB writes text under its own suffix, too.
    assert read_or_refused(kind, path) == (kind == "matlab")
    content = files[kind].read_bytes()
    path.write_bytes(content[: len(content) // 2])
    read_or_refused(kind, path)


@pytest.mark.parametrize("kind", KINDS)
def test_a_beginning_is_of_one_kind_alone(kind, files):
    head = files[kind].read_bytes()[:512]
    assert [other for other in (*KINDS, "unsupported") if module(other).recognises(head)] == [kind]


def test_a_head_that_promises_too_much_takes_no_memory(tmp_path):
    head = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000, 3), }"
    path = tmp_path / "x.npy"
    path.write_bytes(b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head + bytes(24))
    assert not read_or_refused("npy", path)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.pkl", b"\x80\x04K\x01.", "a pickle, which is never loaded"),
        ("a.dat", b"\x80\x05K\x01.", "a pickle, which is never loaded"),
        ("a.xlsx", b"PK\x03\x04", "save the sheet as CSV"),
        ("a.fdt", b"", r"give the \.set file"),
        ("a.zip", b"PK\x03\x04" + bytes(26) + b"a.csv", "unpack it"),
    ],
)
def test_kinds_that_are_not_read_say_why(tmp_path, name, content, reason):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=reason):
        unsupported.read(path, Request())
