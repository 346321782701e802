"""Every code block of README, CONTRIBUTING and the site's pages is checked, and most are run.

A comment before a block says more of it: ``<!-- file NAME -->`` that it is the content of a file,
``<!-- needs recordings -->`` that its commands need them.
"""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import yaml

from bssbench.cli.main import _parser, main
from bssbench.datasets.remote_files import DATA_DIRECTORY_VARIABLE
from bssbench.experiment.configuration import configure
from bssbench.experiment.configuration_file import ConfigurationFile
from bssbench.files.validation import validated
from bssbench.plugins import using
from bssbench.statistics.claims_file import read_claims

PROJECT = Path(__file__).parents[2]
PAGES = [
    path.relative_to(PROJECT).as_posix()
    for path in (PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *PROJECT.glob("docs/**/*.md"))
    if "_build" not in path.parts and "auto_tutorials" not in path.parts
]
SHELL = ("sh", "bash", "shell", "console")
# Output, changes to a file, parts of files that are not ours, and what Sphinx itself checks.
NOT_CODE = ("text", "diff", "toml", "bibtex")
FENCE = re.compile(
    r"(?P<comments>(?:^[ ]*<!--[^\n]*-->\n)*)"
    r"^(?P<indent>[ ]*)```(?P<language>\S*)[^\n]*\n(?P<text>.*?)^(?P=indent)```[ ]*$",
    re.MULTILINE | re.DOTALL,
)
# Commands that need the results of a run, which a page does not have.
OF_RESULTS = ("check", "claims", "figures", "merge", "statistics", "tables", "verify")


@dataclass(frozen=True)
class Block:
    language: str
    text: str
    file: str
    needs_recordings: bool

    @property
    def commands(self):
        """Return the words of each line; lines that end in a backslash go on, comments do not."""
        joined = self.text.replace("\\\n", " ")
        lines = (line.strip().removeprefix("$ ") for line in joined.splitlines())
        words = [shlex.split(line, comments=True) for line in lines]
        return [each for each in words if each]


def blocks(page):
    text = (PROJECT / page).read_text(encoding="utf-8")
    found = []
    for fence in FENCE.finditer(text):
        lines = fence["text"].splitlines(keepends=True)
        inner = "".join(line.removeprefix(fence["indent"]) for line in lines)
        file = re.search(r"<!-- file (\S+) -->", fence["comments"])
        recordings = "<!-- needs recordings -->" in fence["comments"]
        found.append(Block(fence["language"], inner, file[1] if file else "", recordings))
    return found


def is_of_the_package(block):
    """Return whether a block is a file of the package, which test_how_to.py tries there."""
    return block.file.startswith(("src/", "tests/"))


def pages_with(*languages):
    return [page for page in PAGES if any(block.language in languages for block in blocks(page))]


def is_left_out(words):
    """Return whether a command is only parsed: it needs results, or trains every method."""
    return words[0] in OF_RESULTS or ("--method", "all") in pairwise(words)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder but for a recording: three sources in three channels at 100 Hz."""
    monkeypatch.chdir(tmp_path)
    time = np.arange(1000) / 100
    sources = np.stack([np.sin(9 * time), np.sign(np.sin(5 * time + 1)), (3 * time) % 1 - 0.5])
    mixing = np.array([[1.0, 0.5, 0.3], [0.4, 1.0, -0.6], [-0.5, 0.2, 1.0]])
    channels = mixing @ sources + 0.02 * np.random.default_rng(0).standard_normal((3, 1000))
    table = np.column_stack([time, channels.T])
    np.savetxt("recording.csv", table, "%.5f", delimiter=",", header="time,Fz,Cz,Pz", comments="")
    return tmp_path


def write_files(page, folder):
    """Write the files of a page but for those of the package; return the plug-ins among them."""
    for block in blocks(page):
        if block.file and not is_of_the_package(block):
            (folder / block.file).write_text(block.text, encoding="utf-8")
    return sorted(folder.glob("*.py"))


@pytest.mark.parametrize("page", PAGES)
def test_every_language_is_one_that_is_checked(page):
    known = {"python", "yaml", *SHELL, *NOT_CODE}
    unknown = {each.language for each in blocks(page) if each.language[:1] != "{"} - known
    assert not unknown, "a block without a language is ```text"


@pytest.mark.parametrize("page", pages_with("python"))
def test_python_is_python(page):
    for block in blocks(page):
        if block.language == "python":
            compile(block.text, f"{page} {block.file}", "exec")


def check_bssbench(words):
    _parser().parse_args(words)


def check_make(words):
    targets = set(re.search(r"^\.PHONY:(.*)$", (PROJECT / "Makefile").read_text(), re.M)[1].split())
    named = [word for word in words if "=" not in word]
    assert named, "make does nothing without a target"
    assert set(named) <= targets


def check_python(words):
    if words[0] == "-m":
        CHECKS[words[1]](words[2:])
        return
    script = next(word for word in words if not word.startswith("-"))
    assert (PROJECT / script).is_file()


def check_pip(words):
    extras = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    assert words[0] == "install"
    for named in re.findall(r"\[([\w,-]+)\]", " ".join(words)):
        assert set(named.split(",")) <= set(extras["optional-dependencies"])


def check_pytest(words):
    for word in words:
        assert "/" not in word or (PROJECT / word).exists()


def check_snakemake(words):
    """A dry run of it is `test_the_commands_of_a_page_run`'s."""
    assert words


def check_anything(words):
    assert words


CHECKS = {
    "bssbench": check_bssbench,
    "cd": check_anything,
    "export": check_anything,
    "git": check_anything,
    "make": check_make,
    "pip": check_pip,
    "pytest": check_pytest,
    "python": check_python,
    "snakemake": check_snakemake,
}


@pytest.mark.parametrize("page", pages_with(*SHELL))
def test_every_command_is_understood(page):
    for block in blocks(page):
        for program, *words in block.commands if block.language in SHELL else ():
            name = program.removeprefix(".venv/bin/")
            assert name in CHECKS, f"{name} {' '.join(words)}"
            CHECKS[name](words)


@pytest.mark.parametrize("page", pages_with("yaml"))
def test_yaml_is_an_experiment_or_claims(page, folder):
    write_files(page, folder)
    for index, block in enumerate(blocks(page)):
        if block.language != "yaml":
            continue
        content = yaml.safe_load(block.text)
        if "claims" in content and isinstance(content["claims"], list):
            path = folder / f"{index}.yaml"
            path.write_text(block.text, encoding="utf-8")
            assert read_claims(path).claims
        elif "output" in content:
            named = [folder / name for name in content.get("plugins", [])]
            with using(named):
                assert configure(content, None, folder).methods
        else:
            whole = {
                "output": {"results": "a", "figures": "b"},
                "seeds": "0",
                "methods": {"sobi": None},
                "datasets": {"gp-distinct": None},
            }
            assert validated(ConfigurationFile, whole | content, page)


def dry_run(words, folder):
    """Run Snakemake without a job, with this project's own files behind links."""
    for name in ("Snakefile", "workflow", "profiles", "config"):
        if not (folder / name).exists():
            (folder / name).symlink_to(PROJECT / name)
    # The cluster's executor wants a Slurm, and does no more of a dry run.
    local = [word for word in words if "slurm" not in word and word != "--workflow-profile"]
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", *local, "--dry-run", "--quiet"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(PROJECT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("page", pages_with("python", *SHELL))
def test_the_commands_of_a_page_run(page, folder):
    write_files(page, folder)
    # A file that is only shown is the one that the page's commands name.
    for block in blocks(page):
        if block.language == "yaml" and not block.file:
            name = "claims.yaml" if block.text.startswith("claims:") else "experiment.yaml"
            (folder / name).write_text(block.text, encoding="utf-8")
    space = {}
    # A page that adds to the package is tried there, by test_how_to.py.
    alone = any(map(is_of_the_package, blocks(page)))
    for block in blocks(page):
        if block.language == "python" and not is_of_the_package(block):
            exec(compile(block.text, page, "exec"), space)
        if block.language not in SHELL or alone:
            continue
        if block.needs_recordings and not os.environ.get(DATA_DIRECTORY_VARIABLE):
            continue
        for program, *words in block.commands:
            name = program.removeprefix(".venv/bin/")
            if name == "bssbench" and not is_left_out(words):
                assert main(words) == 0, " ".join(words)
            elif name == "snakemake":
                dry_run(words, folder)
