import dataclasses
import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import psutil
import pytest

import bssbench.methods.classical.sobi
import bssbench.methods.controls.oracle
from bssbench.datasets.catalogue import make_dataset
from bssbench.datasets.dataset import Dataset
from bssbench.datasets.remote_files import DATA_DIRECTORY_VARIABLE
from bssbench.errors import InputError, MachineError
from bssbench.experiment import cell, process
from bssbench.experiment.cell import Cell, run_cell
from bssbench.separation import Separation


@pytest.fixture
def data(tmp_path):
    make_dataset("gp-distinct-t100", [0, 1], {}).save(tmp_path / "data.npz")
    return tmp_path / "data.npz"


def run(cell, directory):
    status = run_cell(cell, directory)
    report = json.loads((directory / "run.json").read_text())
    assert report["status"] == status
    return report, Separation.load(directory / "separation.npz")


def test_a_cell_is_a_separation_and_a_report(data, tmp_path):
    report, separation = run(Cell(data, "oracle", jobs_allowed=3), tmp_path / "cell")
    assert (report["status"], report["reason"], report["seeds"]) == ("ok", "", [0, 1])
    assert separation.sources.shape == (2, 100, 3)
    assert report["jobs_allowed"] == 3
    assert report["peak_bytes"] > 1e7
    assert report["timing"]["start_up"]["cpu"] > 0
    for key in ("commit", "dirty", "versions", "processor", "command", "time"):
        assert key in report["provenance"]


def test_a_variant_is_its_method_under_another_name(data, tmp_path):
    plain, _ = run(Cell(data, "sobi", {"lags": 5}), tmp_path / "plain")
    variant, _ = run(Cell(data, "sobi", {"lags": 5}, name="sobi-few"), tmp_path / "variant")
    assert (plain["method"], plain["base"]) == ("sobi", "sobi")
    assert (variant["method"], variant["base"]) == ("sobi-few", "sobi")
    assert variant["parameters"] == {"lags": 5}
    one, two = (tmp_path / name / "separation.npz" for name in ("plain", "variant"))
    assert one.read_bytes() == two.read_bytes()


def test_when_a_record_was_reached_is_in_the_report_alone(data, tmp_path):
    cell = Cell(data, "skr-vae", {"steps": 5, "restarts": 1})
    reports = [run(cell, tmp_path / name)[0] for name in ("one", "two")]
    first, second = (report["seconds_at_records"] for report in reports)
    assert len(first) == 5
    assert first != second, "seconds differ from run to run, and the separation's bytes must not"
    one, two = (tmp_path / name / "separation.npz" for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()


def test_a_cell_over_its_limit_is_a_timeout(data, tmp_path):
    began = time.monotonic()
    cell = Cell(data, "skr-vae", {"steps": 10**7, "restarts": 1}, cpu_seconds=2)
    report, separation = run(cell, tmp_path / "cell")
    assert report["status"] == "timeout"
    assert "more than 2 s of CPU time" in report["reason"]
    assert len(separation.sources) == 0
    assert time.monotonic() - began < 120


def test_a_method_that_does_not_apply_is_skipped(data, tmp_path):
    report, _ = run(Cell(data, "gp-vae", {"max_minutes": 0.0}), tmp_path / "cell")
    assert report["status"] == "skipped"
    assert "operations" in report["reason"]


def test_an_exception_is_a_failure_with_its_reason(data, tmp_path):
    # The child finds nothing wrong with the numbers until whitening divides by a deviation of zero.
    dataset = Dataset.load(data)
    flat = dataclasses.replace(dataset, observations=dataset.observations * np.nan)
    flat.save(data)
    report, separation = run(Cell(data, "fastica"), tmp_path / "cell")
    assert report["status"] == "failed"
    assert report["reason"]
    assert "\n" not in report["reason"]
    assert len(separation.sources) == 0


def test_data_that_could_not_be_had_are_skipped_without_a_process(tmp_path, monkeypatch):
    monkeypatch.setenv(DATA_DIRECTORY_VARIABLE, str(tmp_path))
    make_dataset("modal-frame", [0, 1], {}).save(tmp_path / "data.npz")
    monkeypatch.setattr(cell, "call_in_own_process", None)
    report, _ = run(Cell(tmp_path / "data.npz", "skr-vae"), tmp_path / "cell")
    assert report["status"] == "skipped"
    assert "does not exist" in report["reason"]
    assert report["seeds"] == [0, 1]
    report, _ = run(Cell(tmp_path / "data.npz", "sobi"), tmp_path / "cell")
    assert report["seeds"] == [0], "fixed data and no randomness: one row"


@pytest.mark.parametrize(
    ("module", "given"),
    [(bssbench.methods.controls.oracle, True), (bssbench.methods.classical.sobi, False)],
)
def test_true_sources_go_to_the_method_that_declares_them_alone(
    module, given, data, tmp_path, monkeypatch
):
    seen = []
    separate = module.Method.separate

    def spy(self, problem, progress=None):
        seen.append(problem.sources is not None)
        return separate(self, problem, progress)

    monkeypatch.setattr(module.Method, "separate", spy)
    name = module.__name__.rpartition(".")[2]
    cell._separate_cell(Cell(data, name), (0, 1), tmp_path, 0.0)
    assert seen == [given]


def test_an_unknown_method_is_no_cell(data, tmp_path):
    with pytest.raises(InputError, match="unknown method"):
        run_cell(Cell(data, "nothing"), tmp_path / "cell")
    assert not (tmp_path / "cell").exists()


def test_what_this_machine_cannot_do_is_no_result(data, tmp_path):
    with pytest.raises(MachineError, match="--device nonsense"):
        run_cell(Cell(data, "vae", device="nonsense"), tmp_path / "cell")
    with pytest.raises(InputError, match="--cpu-seconds must be from 1 to"):
        run_cell(Cell(data, "vae", cpu_seconds=0), tmp_path / "cell")
    assert not (tmp_path / "cell").exists()
    (tmp_path / "file").write_text("in the way of a folder")
    with pytest.raises(MachineError, match="cannot be written"):
        run_cell(Cell(data, "oracle"), tmp_path / "file")


@pytest.mark.parametrize("spoilt", ["shape", "diagnostics"])
def test_a_method_that_breaks_its_promise_fails_alone(spoilt, data, tmp_path, monkeypatch):
    separate = bssbench.methods.classical.sobi.Method.separate

    def broken(self, problem, progress=None):
        separation = separate(self, problem, progress)
        if spoilt == "shape":
            return dataclasses.replace(separation, sources=separation.sources[:1])
        return dataclasses.replace(separation, diagnostics={"a": float("nan")})

    monkeypatch.setattr(bssbench.methods.classical.sobi.Method, "separate", broken)
    answers = []

    class Sender:
        def send_bytes(self, content):
            answers.append(json.loads(content))

    monkeypatch.setattr(process.resource, "setrlimit", lambda *_: None)
    arguments = (Cell(data, "sobi"), (0, 1), tmp_path / "cell", 0.0)
    process._call_and_answer(cell._separate_cell, arguments, 60, Sender())
    assert answers[0]["status"] == "failed"
    assert answers[0]["reason"].startswith("ValueError: ")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("kind", ["data set", "recording"])
def test_ending_the_command_ends_the_solver(kind, number, data, tmp_path):
    words = ["--method", "vae", "--out", tmp_path / "cell", "--set", "steps=10000000"]
    if kind == "recording":
        path = tmp_path / "recording.npy"
        np.save(path, Dataset.load(data).observations[0])
        data, words = path, [*words, "--n-sources", 3]
    command = [sys.executable, "-m", "bssbench", "separate", *map(str, [data, *words])]
    # A terminal sends Ctrl-C to the whole group.
    with subprocess.Popen(command, stderr=subprocess.PIPE, process_group=0) as process:
        deadline = time.monotonic() + 60
        children = []
        while not children and time.monotonic() < deadline:
            time.sleep(0.1)
            children = psutil.Process(process.pid).children()
        end = os.kill if number == signal.SIGTERM else os.killpg
        end(process.pid, number)
        assert process.wait(timeout=30) == 128 + number
        assert process.stderr.read() == b""
    _, alive = psutil.wait_procs(children, timeout=10)
    assert children
    assert not alive


@pytest.mark.parametrize(
    ("name", "method", "expected"),
    [
        ("gp-distinct", "vae", False),
        ("gp-distinct-post-nonlinear", "vae", True),
        ("gp-distinct-post-nonlinear", "sobi", False),
    ],
)
def test_nonlinear_mixing_is_known_to_methods_that_can_use_it(name, method, expected, tmp_path):
    path = tmp_path / "data.npz"
    make_dataset(f"{name}-t60", [0], {}).save(path)
    parameters = {"steps": 2, "restarts": 1} if method == "vae" else {}
    cell._separate_cell(Cell(path, method, parameters), (0,), tmp_path, 0.0)
    separation = Separation.load(tmp_path / "separation.npz")
    # A network beside the linear part has no unmixing matrix; a linear method always has one.
    assert (separation.unmixing_matrix is None) is expected
