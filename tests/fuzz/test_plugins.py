"""Whatever a folder of plug-ins holds: it is used, or refused in one line."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bssbench.errors import InputError
from bssbench.plugins import using

FUZZ = settings.get_profile("fuzz")

HEADS = (
    *("", "from __future__ import annotations\n", "import shared\n", "from . import shared\n"),
    *("from bssbench.methods.controls.random import Method as Random\n", "import nowhere\n"),
    "from dataclasses import dataclass, field\n",
    "from bssbench.scores.record import Score\n",
    *("from bssbench.datasets.families import SourceFamily\n", "# -*- coding: no-such -*-\n"),
    *("from bssbench.datasets.remote_files import RemoteFile\n", "\ufeff", "\0", "\x0c", "\t"),
)
PIECES = (
    *("@dataclass(frozen=True)\n", "class Method(Random):\n    'Mine.'\n"),
    *("class Method:\n    x = 1\n", "    gain: float = 1.0\n", "    gain: 'no such' = 1.0\n"),
    *("    gain: nowhere.x = 1\n", "    gain: list = field(default_factory=list)\n"),
    *("    gain: float\n", "Method = 3\n", "class Family(SourceFamily):\n    'Mine.'\n"),
    *("    untouched = 3\n", "SCORES = ()\n", "SCORES = (1,)\n", "SCORES = None\n"),
    *("FILES = ()\n", "FILES = (1,)\n", "prepare = mix = 1\n", "SUMMARY = CITATION = ''\n"),
    *("LENGTH = N_CHANNELS = N_SOURCES = 0\n", "1 / 0\n", "raise\n", "raise SystemExit(0)\n"),
    *("import sys; sys.exit('x')\n", "def f():\n", "x = '\\d'\n", "((((\n", "(" * 300 + "\n"),
    *("x = " + "-" * 5000 + "1\n", "assert False, 'a\\nb'\n", "raise Exception()\n"),
    *("def __getattr__(name): raise ValueError(name)\n", "f = lambda: f()\nf()\n"),
    *("__name__ = 3\n", "raise InputError\n", "__file__ = None\n", "del __spec__\n"),
    *("warn = 1\n", "async def prepare(): 1\n"),
)
NAMES = (
    *("mine.py", "my_method.py", "sobi.py", "gp_distinct.py", "x_t50.py", "Großes.py"),
    *("a b.py", "import.py", "_shared.py", "shared.py", "1.py", "__init__.py", "a.b.py"),
    *("mine.txt", "-.py"),
)
_number = itertools.count()
bodies = st.tuples(
    st.lists(st.sampled_from(HEADS), max_size=4, unique=True),
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)), max_size=5),
).map(lambda parts: "".join([*parts[0], *parts[1]]))


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("plugins")


@FUZZ
@given(
    files=st.dictionaries(st.sampled_from(NAMES), bodies, min_size=1, max_size=3),
    alone=st.booleans(),
    kind=st.sampled_from(("folder", "missing", "link to itself")),
)
def test_any_folder(files, alone, kind, place, guarded):
    # A new folder each time, for a module is known by its path.
    folder = place / f"{next(_number)}"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_bytes(text.encode("utf-8", "surrogatepass"))
    path = folder / sorted(files)[0] if alone else folder
    if kind == "missing":
        path /= "missing"
    elif kind == "link to itself":
        path = folder / "link"
        path.symlink_to(path)
    try:
        with guarded(), using([path]):
            pass
    except InputError as error:
        refusal = str(error)
        assert refusal.strip()
        assert "\n" not in refusal.strip()
    assert not list(folder.rglob("*.pyc"))
