import os
import subprocess
import sys
from pathlib import Path

import pytest

_ABSENT = """\
import sys


class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {packages!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)


sys.meta_path.insert(0, Absent())
"""


@pytest.fixture
def run_without(tmp_path):
    """Return what runs a program in a process that, with its children, lacks some packages."""

    def run(program, packages=(), **variables):
        hook = tmp_path / "hook"
        hook.mkdir(exist_ok=True)
        # Python imports a module of this name at the start of each process.
        (hook / "sitecustomize.py").write_text(_ABSENT.format(packages=set(packages)))
        source = Path(__file__).parents[2] / "src"
        path = os.pathsep.join([str(hook), str(source)])
        environment = os.environ | {"PYTHONPATH": path, **variables}
        command = [sys.executable, "-c", program]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    return run
