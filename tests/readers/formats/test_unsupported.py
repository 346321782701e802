"""Kinds of files that are not read say why, and are not offered."""

import pickle

import pytest

from bssbench.errors import InputError
from bssbench.readers import read_table


class Trap:
    """Whoever loads this fails."""

    def __reduce__(self):
        return (pytest.fail, ("a pickle was loaded",))


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("name", ["a.pkl", "a.npy", "a.npz", "a.dat", "a", "a.mat"])
def test_a_pickle_is_never_loaded_whatever_it_is_called(tmp_path, name, protocol):
    path = tmp_path / name
    path.write_bytes(pickle.dumps(Trap(), protocol=protocol))
    with pytest.raises(InputError, match=f"{name}: it is a pickle, which is never loaded"):
        read_table(path)


def test_kinds_that_are_not_read_are_not_offered(tmp_path):
    (tmp_path / "a.bin").write_bytes(bytes(range(256)))
    with pytest.raises(InputError, match=r"these can be read: .*\.wav") as refusal:
        read_table(tmp_path / "a.bin")
    assert ".pkl" not in str(refusal.value)
