"""What is imported, because that is what start-up is made of."""

import json

import pytest

HEAVY = {"matplotlib", "numpy", "pandas", "scipy", "sklearn", "torch", "yaml"}

LOADED = """
import json, sys
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def loaded(run_without, program):
    done = run_without(program + LOADED)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1])) & HEAVY


def test_the_package_itself_imports_nothing_heavy(run_without):
    assert not loaded(run_without, "import bssbench")


def test_the_package_takes_less_than_a_third_of_a_second(run_without):
    done = run_without("import time, bssbench; print(time.process_time())")
    assert float(done.stdout) < 0.3


def test_methods_are_listed_by_numpy_alone(run_without):
    program = "from bssbench.cli.main import main; main(['list', 'methods'])"
    assert loaded(run_without, program) == {"numpy", "yaml"}


SEPARATED = """
import numpy as np
from bssbench.methods import Problem, load_method
observations = np.random.default_rng(0).laplace(size=(1, 100, 2))
problem = Problem(observations, 2, [np.random.SeedSequence(0)])
load_method({method!r}, {parameters!r}).separate(problem)
"""


@pytest.mark.parametrize(
    ("method", "parameters", "needed"),
    [
        ("amuse", {}, set()),
        # scikit-learn imports pandas wherever it is installed.
        ("fastica", {}, {"pandas", "scipy", "sklearn"}),
        ("skr-vae", {"steps": 2, "restarts": 1}, {"scipy", "torch"}),
    ],
)
def test_a_method_imports_no_more_than_it_needs(method, parameters, needed, run_without):
    program = SEPARATED.format(method=method, parameters=parameters)
    assert loaded(run_without, program) <= {"numpy", "yaml"} | needed


def test_training_does_not_load_the_compiler_of_torch(run_without):
    program = SEPARATED.format(method="skr-vae", parameters={"steps": 2, "restarts": 1})
    done = run_without(f"{program}\nimport sys; print('torch._dynamo' in sys.modules)")
    assert done.stdout.split() == ["False"], done.stderr


def test_what_runs_a_method_on_a_recording_imports_no_picture(run_without):
    """The module that the process of a separation's own begins with."""
    assert loaded(run_without, "import bssbench.recording.runs") == {"numpy", "yaml"}


COMMAND = """
import sys
import numpy as np
from bssbench.cli.main import main
np.save("own.npy", np.random.default_rng(0).laplace(size=(300, 2)))
main(["separate", "own.npy", "--method", "sobi", "--n-sources", "2", "--out", "out"])
assert "scipy.stats" not in sys.modules
"""


def test_the_command_leaves_the_method_to_its_own_process(run_without):
    assert not loaded(run_without, COMMAND) & {"torch", "sklearn"}
