"""Plug-ins where others name or need them: an experiment, another process, joined results."""

import os
import pickle
import subprocess
import sys

import pytest

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
