"""Which kind of file a path is; what is compressed; and what is no file that can be read."""

import bz2
import gzip
import lzma
import os

import numpy as np
import pytest

from bssbench.errors import InputError
from bssbench.readers import read_table

TEXT = "a,b\n" + "".join(f"{row * 7 % 11}.5,{row * 5 % 13}.25\n" for row in range(20))


@pytest.mark.parametrize(
    "name",
    [
        "x.csv",
        "x.TXT",
        "x.dat",
        "x.tsv",
        "x",
        "x.unknown",
        "x.y.csv",
        "a$x^2$.csv",
        "new\nline.csv",
    ],
)
def test_text_under_any_name(tmp_path, name):
    path = tmp_path / name
    path.write_text(TEXT)
    table = read_table(path)
    assert (table.kind, table.path, table.names) == ("text", path, ("a", "b"))
    assert path.read_text() == TEXT


@pytest.mark.parametrize(
    ("suffix", "compress"), [(".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress)]
)
@pytest.mark.parametrize("name", ["x.csv{}", "x{}", "x.csv"])
def test_compressed_files_are_what_they_hold(tmp_path, suffix, compress, name):
    plain, path = tmp_path / "plain.csv", tmp_path / name.format(suffix)
    plain.write_text(TEXT)
    path.write_bytes(compress(TEXT.encode()))
    table = read_table(path)
    np.testing.assert_array_equal(table.values, read_table(plain).values)
    assert table.path == path
    assert f"unpacked ({suffix})" in table.understood


def test_a_message_names_the_compressed_file(tmp_path):
    path = tmp_path / "x.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n1,2\n3,x\n5,6\n"))
    with pytest.raises(InputError, match=f"^{path}: line 3, column 'b'"):
        read_table(path)


@pytest.mark.parametrize("cut", [3, 20, -4])
def test_a_damaged_archive(tmp_path, cut):
    path = tmp_path / "x.csv.gz"
    path.write_bytes(gzip.compress(TEXT.encode())[:cut])
    with pytest.raises(InputError, match=r"cannot be unpacked .*; is it complete\?"):
        read_table(path)


def test_what_is_no_file(tmp_path):
    (tmp_path / "empty.csv").touch()
    (tmp_path / "empty.csv.gz").write_bytes(gzip.compress(b""))
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    for name, message in [
        ("missing.csv", "no such file"),
        (".", "is a folder"),
        ("empty.csv", "the file is empty"),
        ("empty.csv.gz", "the file in it is empty"),
        ("pipe.csv", "is not a regular file"),
        ("loop.csv", ""),
        ("x" * 300, ""),
    ]:
        with pytest.raises(InputError, match=message) as caught:
            read_table(tmp_path / name)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["x", "x.dat", "x.csv", "x.unknown", "x.gz"])
def test_unknown_binary(tmp_path, name, rng):
    path = tmp_path / name
    path.write_bytes(b"\xc5\x91\x00" + rng.bytes(300))
    with pytest.raises(
        InputError, match=r"unknown kind of file|neither text nor|does not have the format of its"
    ):
        read_table(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(TEXT)
    path.chmod(0)
    with pytest.raises(InputError, match="Permission denied"):
        read_table(path)
