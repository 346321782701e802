import os
import subprocess
from pathlib import Path

import pytest


@pytest.mark.parametrize("home", [{"HOME": "/proc/nowhere"}, {}])
def test_make_gives_snakemake_a_place(home):
    project = Path(__file__).parents[2]
    environment = {k: v for k, v in os.environ.items() if k not in ("XDG_CACHE_HOME", "HOME")}
    command = ["make", "-pn", "help"]
    done = subprocess.run(
        command, cwd=project, env=environment | home, capture_output=True, text=True
    )
    assert f"XDG_CACHE_HOME := {project}/.snakemake/caches" in done.stdout
