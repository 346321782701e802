import os
import sys
import textwrap

import pytest

from bssbench.plugins import VARIABLE
from bssbench.scores.catalogue import SCORES

METHOD = '''
"""A method of the test's own."""

from dataclasses import dataclass

from bssbench.methods.controls.random import Method as Random
from bssbench.parameters import parameter


@dataclass(frozen=True)
class Method(Random):
    """A rotation that nobody chose."""

    gain: float = parameter(1.0, "this test", above=0)
'''
FAMILY = '''
from dataclasses import dataclass

from bssbench.datasets.families import SourceFamily


@dataclass(frozen=True)
class Family(SourceFamily):
    """Noise that is drawn here."""

    width: float = 1.0

    def sample(self, generator, n_sources, length):
        return self.width * generator.uniform(-1, 1, (n_sources, length))
'''
SCORE = """
from bssbench.scores.record import Score

SCORES = (Score("largest", lambda r: abs(r.estimated).max(), "the largest", "largest", 1.0),)
"""


@pytest.fixture(autouse=True)
def _no_plugins(monkeypatch):
    """What a test uses, no other sees."""
    monkeypatch.setenv(VARIABLE, "")
    before = dict(SCORES)
    yield
    SCORES.clear()
    SCORES.update(before)


@pytest.fixture
def write(tmp_path):
    """Write a plug-in's file into a folder of its own, and return its path."""

    def written(text, name="my_method.py"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(textwrap.dedent(text))
        return path

    return written


@pytest.fixture
def environment():
    """The environment of a process that finds this package, and no plug-ins."""
    found = {key: value for key, value in os.environ.items() if key != VARIABLE}
    source = os.path.dirname(os.path.dirname(sys.modules["bssbench"].__file__))
    return found | {"PYTHONPATH": source}
