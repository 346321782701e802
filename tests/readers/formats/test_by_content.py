"""The kind of a file that is called otherwise, or compressed, is seen from its content."""

import gzip
import os
import shutil

import numpy as np
import pytest

from bssbench.readers import read_table, write_table

KINDS = ("npy", "npz", "matlab", "hdf5", "audio", "parquet", "fif", "edf", "brainvision")


NAMES = ("recording", "recording.dat", "packed.gz", os.fsdecode(b"caf\xe9 $x^2$"))
# A header alone, packed or called as text, is text.
CASES = [(k, n) for k in KINDS for n in NAMES if k != "brainvision" or n == "recording"]


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_the_content_says_the_kind(tmp_path, files, kind, name):
    if kind == "brainvision":
        for part in (".eeg", ".vmrk"):
            shutil.copy(files[kind].with_suffix(part), tmp_path)
    content = files[kind].read_bytes()
    path = tmp_path / name
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    table, expected = read_table(path), read_table(files[kind])
    assert table.kind == kind
    assert table.path == path
    assert np.array_equal(table.values, expected.values)
    assert table.names == expected.names


@pytest.mark.parametrize("kind", KINDS)
def test_suffixes_in_capitals_are_the_same_to_read_and_write(tmp_path, files, kind):
    path = tmp_path / f"A{files[kind].suffix.upper()}"
    shutil.copy(files[kind], path)
    if kind == "brainvision":
        for part in (".eeg", ".vmrk"):
            shutil.copy(files[kind].with_suffix(part), tmp_path)
    table = read_table(path)
    assert table.kind == kind
    written = tmp_path / f"S{path.suffix}"
    write_table(written, table.values, table.names, table)
    assert read_table(written).values.shape == table.values.shape
