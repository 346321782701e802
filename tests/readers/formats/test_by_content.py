"""The kind of a file that is called otherwise, or compressed, is seen from its content."""

import gzip
import os

import numpy as np
import pytest

from bssbench.readers import read_table

# The header of BrainVision names its other files, and must be called as it is.
KINDS = ("npy", "npz", "matlab", "hdf5", "audio", "parquet", "fif", "edf")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "name", ["recording", "recording.dat", "packed.gz", os.fsdecode(b"caf\xe9 $x^2$")]
)
def test_the_content_says_the_kind(tmp_path, files, kind, name):
    content = files[kind].read_bytes()
    path = tmp_path / name
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    table, expected = read_table(path), read_table(files[kind])
    assert table.kind == kind
    assert table.path == path
    assert np.array_equal(table.values, expected.values)
    assert table.names == expected.names
    assert path.stat().st_size > 0
