"""Plug-ins where others name or need them: an experiment, another process, joined results."""

import hashlib
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest

from bssbench.datasets.catalogue import dataset_shape, make_dataset, summary
from bssbench.errors import InputError
from bssbench.experiment.configuration import configure
from bssbench.methods import load_method
from bssbench.plugins import VARIABLE, use
from bssbench.reproduction.merging import _differences
from bssbench.reproduction.recorded_results import Part

from .conftest import METHOD

CONTENT = {
    "output": {"results": "results", "figures": "figures"},
    "seeds": "0",
    "plugins": ["my_method.py"],
    "datasets": {"gp-equal-t100": None},
    "methods": {"my-method": {"gain": 2.0}, "twice": {"method": "my-method", "gain": 4.0}},
}
RECORDING = """
import numpy as np

from bssbench.datasets.remote_files import RemoteFile

SUMMARY = "Three channels."
CITATION = "Ours, 2026"
FILES = (RemoteFile("mine", "signals.npy", "https://example.org/signals.npy", "DIGEST", "CC0"),)
LENGTH, N_CHANNELS, N_SOURCES = 200, 3, 3


def prepare(paths):
    return {"observations": np.load(paths[0])}
"""


def test_an_experiments_file_names_it_by_the_path_from_there(write):
    path = write(METHOD, "there/my_method.py")
    experiment = configure(CONTENT, folder=path.parent)
    assert experiment.plugins == (path,)
    assert experiment.method_parameters() == {"my-method": {"gain": 2.0}, "twice": {"gain": 4.0}}
    for changes, message in (
        ({"methods": {"my-method": {"gian": 1}}}, "methods.my-method: .*did you mean 'gain'"),
        ({"plugins": ["nowhere.py"]}, "configuration: plugins: plug-in .*nowhere.py: no such file"),
        ({"plugins": 3}, "configuration: plugins: "),
        ({"plugins": [3]}, "configuration: plugins"),
    ):
        with pytest.raises(InputError, match=message) as caught:
            configure(CONTENT | changes, folder=path.parent)
        assert "\n" not in str(caught.value)


def test_a_recording_of_ones_own_is_a_data_set(write, tmp_path, monkeypatch):
    signals = np.random.default_rng(0).laplace(size=(200, 3))
    (tmp_path / "data" / "mine").mkdir(parents=True)
    np.save(tmp_path / "data" / "mine" / "signals.npy", signals)
    digest = hashlib.sha256((tmp_path / "data" / "mine" / "signals.npy").read_bytes()).hexdigest()
    monkeypatch.setenv("BSSBENCH_DATA_DIR", str(tmp_path / "data"))
    use([write(RECORDING.replace("DIGEST", digest), "my_recording.py")])
    dataset = make_dataset("my-recording", [0, 1], {})
    assert dataset.unavailable is None
    np.testing.assert_array_equal(dataset.observations, np.stack([signals, signals]))
    assert dataset_shape("my-recording", {}).length == 200
    assert "Three channels. [Ours, 2026. Licence: CC0]" in summary("my-recording")


def test_a_method_is_sent_to_a_process_that_has_yet_to_look_for_plug_ins(write, environment):
    use([write(METHOD)])
    sent = pickle.dumps(load_method("my-method", {"gain": 5.0}))
    program = "import pickle, sys; print(pickle.load(sys.stdin.buffer).gain)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=sent,
        env=environment | {VARIABLE: os.environ[VARIABLE]},
        capture_output=True,
        check=True,
    )
    assert done.stdout == b"5.0\n"


def test_results_of_another_plug_in_of_the_same_name_are_not_joined(write):
    write(METHOD)
    experiment = configure(CONTENT, folder=write(METHOD).parent)

    def part(source, digest):
        plugins = [{"name": "my-method", "sha256": {"my_method.py": digest}}]
        return Part(source, {"plugins": plugins}, experiment)

    ((what, one, other),) = _differences(part("a", "12"), part("b", "34"))
    assert (what, one, other) == ("plug-in 'my-method': my_method.py", "12", "34")
    assert not list(_differences(part("a", "12"), part("b", "12")))
