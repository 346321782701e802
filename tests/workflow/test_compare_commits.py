"""The comparison of two commits, as `make bench-compare` runs it, in a clone of the project."""

import importlib.util
import json
import math
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import json5
import pytest

PROJECT = Path(__file__).parents[2]
SCRIPT = PROJECT / "workflow" / "scripts" / "compare_commits.py"

INSTALLED = Path(sysconfig.get_path("purelib"))

# Where a script finds those beside it.
sys.path.insert(0, str(SCRIPT.parent))
specification = importlib.util.spec_from_file_location("compare_commits", SCRIPT)
script = importlib.util.module_from_spec(specification)
# The standard library looks a dataclass's module up by name.
sys.modules[specification.name] = script
specification.loader.exec_module(script)

BENCHMARKS = """
import numpy as np

class Quick:
    repeat = 3

    def time_closest(self):
        from bssbench.parameters import closest
        closest("fft", ["dense", "banded", "chunked"])

    def time_parse_seeds(self):
        from bssbench.parameters import parse_seeds
        parse_seeds("0-999")

    def peakmem_closest(self):
        self.time_closest()

    def track_threads(self):
        return 1

class TooLarge:
    def setup(self):
        raise NotImplementedError

    def time_nothing(self):
        pass
"""
HARMLESS = "\n# A comment.\n"
WORSE = """
_fast = closest
BALLAST = b"x" * 50_000_000

def closest(name, known):
    for _ in range(9):
        _fast(name, known)
    return _fast(name, known)

def parse_seeds(text):
    raise RuntimeError(text)
"""


def git(clone, *words):
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
    command = ["git", *identity, *words]
    subprocess.run(command, cwd=clone, check=True, capture_output=True)


@pytest.fixture(scope="module")
def libraries(tmp_path_factory):
    """Links to all that is installed here but the project, whose code must come from the commits.

    They make pip find what ASV asks for when it makes an environment, so that it fetches nothing.
    Wheel, which nothing uses, may not be here: a name suffices.
    """
    libraries = tmp_path_factory.mktemp("libraries")
    for entry in INSTALLED.iterdir():
        if "bssbench" not in entry.name:
            (libraries / entry.name).symlink_to(entry)
    metadata = libraries / "wheel-1.0.dist-info" / "METADATA"
    metadata.parent.mkdir()
    metadata.write_text("Metadata-Version: 2.1\nName: wheel\nVersion: 1.0\n")
    return libraries


def configure(clone):
    """Use the project's configuration, but see what is installed here in place of installing."""
    configuration = json5.loads((PROJECT / "benchmarks" / "asv.conf.json").read_text())
    # Benchmarks don't see the links: ASV clears the path that pip is given. What a .pth file names
    # comes after the environment's own packages, so that the project is the commit's.
    see = clone / "benchmarks" / "see_installed.txt"
    see.write_text(
        "import pathlib, sysconfig\n"
        "path = pathlib.Path(sysconfig.get_path('purelib'), 'installed.pth')\n"
        f"path.write_text({str(INSTALLED)!r})\n"
    )
    configuration["build_command"][0] = f"python {see}"
    # As pip does, in a twentieth of the time.
    packages = f"{{env_dir}}/lib/python{sysconfig.get_python_version()}/site-packages"
    configuration["install_command"] = [f"python -m zipfile --extract {{wheel_file}} {packages}"]
    (clone / "benchmarks" / "asv.conf.json").write_text(json.dumps(configuration))


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A clone whose tags are a base and commits on top of it."""
    if not (PROJECT / ".git").exists():
        pytest.skip("this copy of the project has no git history to clone")
    clone = tmp_path_factory.mktemp("compare") / "clone"
    subprocess.run(["git", "clone", "--quiet", PROJECT, clone], check=True)
    for file in (clone / "benchmarks").glob("*.py"):
        file.write_text('"""Benchmarks."""\n')
    (clone / "benchmarks" / "quick.py").write_text(BENCHMARKS)
    configure(clone)
    git(clone, "add", "--all")
    git(clone, "commit", "--message", "base")
    git(clone, "tag", "base")
    for name, file, text in [
        ("harmless", "src/bssbench/parameters.py", HARMLESS),
        ("worse", "src/bssbench/parameters.py", WORSE),
        ("unbuildable", "pyproject.toml", "\nthis is not TOML\n"),
    ]:
        git(clone, "checkout", "--quiet", "base")
        with (clone / file).open("a") as stream:
            stream.write(text)
        git(clone, "commit", "--all", "--message", name)
        git(clone, "tag", name)
    git(clone, "checkout", "--quiet", "harmless")
    return clone


@pytest.fixture
def compare(clone, libraries):
    # ASV notes the machine in the home folder.
    environment = os.environ | {
        "ASV_PYTHONPATH": str(libraries),
        "PIP_NO_INDEX": "1",
        "HOME": str(libraries),
    }

    def run(*options):
        command = [sys.executable, SCRIPT, "--config", "benchmarks/asv.conf.json", *options]
        return subprocess.run(
            command, cwd=clone, env=environment, capture_output=True, text=True, check=False
        )

    return run


def worse(completed):
    prefix = "worse: quick.Quick."
    lines = completed.stdout.splitlines()
    return [line.removeprefix(prefix) for line in lines if line.startswith(prefix)]


@pytest.mark.slow
def test_a_harmless_commit_passes(compare):
    # The factor leaves room for a machine that does other things beside.
    completed = compare("--base", "base", "--factor", "2", "--bench", "closest|track")
    assert completed.returncode == 0, completed.stdout + completed.stderr
    assert "2 compared, 0 worse" in completed.stdout
    assert "track_threads" not in completed.stdout


@pytest.mark.slow
def test_what_is_slower_larger_or_fails_is_named(compare):
    completed = compare("--base", "base", "--head", "worse", "--factor", "2")
    assert completed.returncode == 1, completed.stdout + completed.stderr
    assert worse(completed) == ["peakmem_closest", "time_closest", "time_parse_seeds"]
    (slower,) = (
        line for line in completed.stdout.splitlines() if "WORSE" in line and "time_" in line
    )
    (fails,) = (line for line in completed.stdout.splitlines() if "FAILS" in line)
    assert "time_closest" in slower
    assert "time_parse_seeds" in fails


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--base", "nonsense"], "no such commit: 'nonsense'"),
        (["--base", "base", "--bench", "nonsense"], "no benchmark with a comparable unit"),
        (["--base", "base", "--bench", "("], "is not a regular expression"),
        (["--base", "base", "--head", "unbuildable"], "can't be built"),
        (["--base", "base", "--bench", "TooLarge"], "no benchmark succeeded in both commits"),
    ],
)
def test_where_nothing_can_be_measured_the_status_is_2(compare, options, message):
    completed = compare(*options)
    assert completed.returncode == 2, completed.stdout + completed.stderr
    *_, line = completed.stderr.splitlines()
    assert line.startswith("bssbench: error: ")
    assert message in line


def test_uncommitted_changes_are_not_passed_off_as_measured(clone, compare):
    file = clone / "README.md"
    text = file.read_text()
    file.write_text("changed")
    completed = compare("--base", "base")
    file.write_text(text)
    assert completed.returncode == 2
    assert "uncommitted changes" in completed.stderr


@pytest.mark.parametrize(
    ("unit", "base", "head", "verdict"),
    [
        ("bytes", 1e6, 5e6, ""),
        ("bytes", 100e6, 110e6, ""),
        ("bytes", 0.0, 10e6, "WORSE"),
        ("bytes", 100e6, 50e6, "better"),
        ("relative error", 1e-7, 5e-7, ""),
        ("relative error", 1e-7, 2e-6, "WORSE"),
        ("relative error", 0.0, 1e-16, ""),
        ("seconds", 1.0, None, "FAILS"),
        ("seconds", None, 1.0, "only in HEAD"),
        ("seconds", 1.0, math.nan, "only in BASE"),
    ],
)
def test_the_verdict_on_a_single_number(unit, base, head, verdict):
    assert script.Case("name", unit, [base], [head]).verdict(1.2) == verdict


@pytest.mark.parametrize("n_tests", [1, 2, 50, 1000])
def test_one_slower_benchmark_among_many_can_be_significant(n_tests):
    rounds = script.rounds_needed(n_tests)
    alike = list(range(rounds))
    cases = [script.Case("", "seconds", alike, alike) for _ in range(n_tests)]
    cases[0].head = [value + 100.0 for value in alike]
    script.test(cases)
    assert [bool(case.verdict(1.2)) for case in cases] == [True] + [False] * (n_tests - 1)
    assert script.rounds_needed(n_tests + 1) >= rounds
