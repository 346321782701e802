from pathlib import Path

import pytest

from bssbench.reproduction import code_hashes


@pytest.fixture
def edit(monkeypatch):
    """Let a file of the package, named from there, read as if it were edited."""
    read = code_hashes._code
    edited = set()

    def add(file):
        path = Path(code_hashes.__file__).parents[1] / file
        assert path.is_file()
        edited.add(path)
        # Hashes are kept for as long as the process lives.
        code_hashes._hash_of.cache_clear()

    monkeypatch.setattr(code_hashes, "_code", lambda path: read(path) + "edited" * (path in edited))
    yield add
    code_hashes._hash_of.cache_clear()
