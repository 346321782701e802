"""A full or read-only disk: one line names the file, and no file is lost."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bssbench.cli.main import main

DATASET = "gp-distinct-t100"
TEST = {"test": "at_least", "score": "mcc", "datasets": [DATASET], "methods": ["sobi"]}
CLAIM = {
    **{"name": "own", "sentence": "SOBI separates.", "source": "its definition"},
    "tests": [TEST | {"threshold": 0.9, "because": "why"}],
}
STAGES = {"tables": {"configuration": "1", "code": "2", "inputs": [], "outputs": ["scores.csv"]}}

# The longest commands measure the smallest case and the shortest training.
CASE = (
    "core=fft kernel=squared-exponential length=256 latents=1 replicates=1 dtype=float32 device=cpu"
)
TRIAL = "skr-vae lengths=100 seeds=1 steps=2"
HELD_OUT = ["held-out", "skr-vae", "--dataset", DATASET, "--seeds", "0-1", "--choice", "smoothing"]
VARIANTS = {"sobi": {"lags": "amuse"}}
MEASURED = "cores/round-0.csv", "cores/round-1.csv"

SCORED = ["--scores", "scores.csv", "--statistics", "statistics"]
SEPARATE = ["separate", f"data/{DATASET}.npz", "--method"]
COMMANDS = {
    "generate": ["generate", DATASET, "--seeds", "0-2", "--out", f"data/{DATASET}.npz"],
    "separate": [*SEPARATE, "sobi", "--out", "cells/sobi"],
    "separate another": [*SEPARATE, "amuse", "--out", "cells/amuse"],
    "score": [
        *("score", "cells/sobi/run.json", "cells/amuse/run.json", "--data", "data"),
        *("--out", "scores.csv", "--timings", "timings.csv"),
    ],
    "statistics": ["statistics", "--scores", "scores.csv", "--out", "statistics"],
    "tables": [
        *("tables", "--statistics", "statistics", "--timings", "timings.csv", "--out", "tables")
    ],
    "figures": [
        *("figures", "ranks", *SCORED, "--data", "data", "--cells", "cells", "--out", "figures")
    ],
    "claims": ["claims", "--claims", "own.yaml", "--scores", "scores.csv", "--out", "claims"],
    "ablation": [
        *("ablation", "scores.csv", "--variants", json.dumps(VARIANTS)),
        *("--out", "ablation", "--figures", "ablation/figures"),
    ],
    "held-out": [*HELD_OUT, "--set", "steps=2", "--set", "restarts=1", "--out", "held-out.csv"],
    "select": ["select", "held-out.csv", "--out", "selection.csv", "--tables", "selection"],
    "measure-cores": ["measure-cores", "--grid", CASE, "--out", MEASURED[0]],
    "another round": ["measure-cores", "--grid", CASE, "--round", "1", "--out", MEASURED[1]],
    "join-rounds": ["join-rounds", *MEASURED, "--out", "cores.csv"],
    "cores": ["cores", "cores.csv", "--out", "cores/tables", "--figures", "cores/figures"],
    "training-cost": ["training-cost", TRIAL, "--out", "training.csv"],
    "tables of training": ["tables", "--training-cost", "training.csv", "--out", "tables"],
    "manifest": [
        *("manifest", "--stages", json.dumps(STAGES), "--results", ".", "--figures", "figures")
    ],
}


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    """A small disk, as working directory, with the results of all commands."""
    place = tmp_path_factory.mktemp("disk")
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", place]
    if os.getuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk is mounted by root alone")
    before = Path.cwd()
    try:
        os.chdir(place)
        Path("own.yaml").write_text(yaml.safe_dump({"claims": [CLAIM]}))
        for words in COMMANDS.values():
            assert main(words) == 0
        yield place
    finally:
        os.chdir(before)
        # Lazily, because a failed test may have left a file open.
        subprocess.run(["umount", "--lazy", place], check=True)


@pytest.fixture
def full_disk(disk):
    filling = disk / "filling"
    # Ends when the disk is full.
    fill = ["dd", "if=/dev/zero", f"of={filling}", "bs=64k"]
    assert subprocess.run(fill, capture_output=True, check=False).returncode
    yield disk
    filling.unlink()


@pytest.fixture
def disk_for_reading(disk):
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    yield disk
    subprocess.run(["mount", "-o", "remount,rw", disk], check=True)


def contents(place):
    files = [path for path in place.rglob("*") if path.is_file() and path.name != "filling"]
    return {str(path.relative_to(place)): path.read_bytes() for path in sorted(files)}


def fails_in_one_line(name, place, capsys):
    """Run a command again; check that it fails in one line and changes no file."""
    before = contents(place)
    capsys.readouterr()
    assert main(COMMANDS[name]) == 2
    *warnings, line = capsys.readouterr().err.splitlines()
    assert all(one.startswith("bssbench: warning: ") for one in warnings)
    assert line.startswith("bssbench: error: ")
    assert contents(place) == before
    named = {part.strip("'\":;,") for part in line.split()}
    results = {path for path in before if not path.startswith(("own", "filling"))}
    folders = {str(Path(path).parent) for path in results}
    assert named & (results | folders - {"."}), line
    return line


@pytest.mark.parametrize("name", COMMANDS)
def test_a_full_disk_loses_no_file(name, full_disk, capsys):
    assert "No space left on device" in fails_in_one_line(name, full_disk, capsys)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_read_only_disk_is_reported(name, disk_for_reading, capsys):
    assert "Read-only file system" in fails_in_one_line(name, disk_for_reading, capsys)


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("separate", f"data/{DATASET}.npz"),
        ("score", "cells/sobi/run.json"),
        ("score", "cells/amuse/separation.npz"),
        ("statistics", "scores.csv"),
        ("tables", "statistics/summary.csv"),
        ("tables", "statistics/ranks.json"),
        ("tables", "timings.csv"),
        ("figures", "statistics/ranks.json"),
        ("claims", "own.yaml"),
        ("ablation", "scores.csv"),
        ("select", "held-out.csv"),
        ("join-rounds", MEASURED[1]),
        ("join-rounds", MEASURED[0].replace("csv", "json")),
        ("cores", "cores.csv"),
        ("tables of training", "training.csv"),
    ],
)
@pytest.mark.parametrize("fault", ["a folder", "nothing", "empty"])
@pytest.mark.usefixtures("disk")
def test_an_input_that_cannot_be_read_is_named(name, file, fault, capsys):
    path, aside = Path(file), Path("aside")
    path.rename(aside)
    try:
        if fault == "a folder":
            path.mkdir()
        if fault == "empty":
            path.touch()
        capsys.readouterr()
        assert main(COMMANDS[name]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith(f"bssbench: error: {file}: ")
    finally:
        if path.is_dir():
            path.rmdir()
        aside.replace(path)


@pytest.mark.parametrize(
    ("words", "stream"),
    [("list methods", "stdout"), ("list scores", "stdout"), ("list nothing", "stderr")],
)
def test_printing_onto_a_full_disk_is_reported_in_one_line(words, stream):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "bssbench", *words.split()],
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, stream: full},
            text=True,
            check=False,
        )
    assert done.returncode == 2
    if stream == "stdout":
        (line,) = done.stderr.splitlines()
        assert line.startswith("bssbench: error: [Errno 28] No space left on device")


def test_a_reader_that_stops_reading_causes_no_error():
    command = f"{sys.executable} -m bssbench list datasets | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("0\n", "")
