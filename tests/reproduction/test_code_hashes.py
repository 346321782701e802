import tempfile
from pathlib import Path

import pytest

from bssbench.experiment.configuration import configure
from bssbench.methods import method_module, method_modules, method_names
from bssbench.reproduction import code_hashes
from bssbench.reproduction.artefacts import (
    SCORE_MODULES,
    candidate_modules,
    cell_modules,
    core_modules,
    data_modules,
    stages,
    trial_modules,
)
from bssbench.reproduction.code_hashes import code_hash, source_files

METHODS = ("ar-flow-vae", "skr-vae", "gp-vae", "sobi", "oracle")
EXPERIMENT = configure(
    {
        "output": {"results": "results", "figures": "figures"},
        "seeds": "0",
        "datasets": {"gp-equal": None, "gp-distinct": None},
        "methods": dict.fromkeys(METHODS),
        "training_cost": [{"method": "skr-vae", "lengths": [200]}],
        "selection": [
            {
                **{"choice": "which", "method": "ar-flow-vae", "datasets": ["gp-tp"]},
                **{"seeds": "5", "candidates": [{}, {"order": 2}]},
            }
        ],
        "cores": [{"length": [512]}],
        "claims": "config/claims.yaml",
    }
)


def names(*modules):
    """The files that modules depend on, below the package."""
    paths = [Path(path).resolve() for path in source_files(modules)]
    assert all(path.is_file() for path in paths)
    return {str(path).rpartition("/bssbench/")[2] for path in paths}


def code():
    """The hash of every rule of the workflow that depends on code."""
    candidate, _ = EXPERIMENT.selection.values()
    modules = {
        **{f"cell {name}": cell_modules(EXPERIMENT, name) for name in METHODS},
        **{f"data {name}": data_modules(EXPERIMENT, name) for name in EXPERIMENT.datasets},
        "score": SCORE_MODULES,
        "trial": trial_modules(EXPERIMENT.training_cost.values()),
        "candidate": candidate_modules(candidate),
        "measurement of cores": core_modules(),
        **{name: stage.modules for name, stage in stages(EXPERIMENT).items()},
    }
    return {name: code_hash(own) for name, own in modules.items()}


@pytest.fixture
def stale_after(edit):
    """What changes with an edit of one file of the package."""
    before = code()

    def changed(file):
        edit(file)
        return {name for name, value in code().items() if value != before[name]}

    return changed


ALL_CELLS = {f"cell {name}" for name in METHODS}


@pytest.mark.parametrize(
    "file",
    [
        *("__init__.py", "errors.py", "files/__init__.py", "parameters.py", "discovery.py"),
        *("files/validation.py", "cli/main.py", "reproduction/manifest.py", "readers/reading.py"),
        *("experiment/cell.py", "experiment/process.py"),
        *("experiment/provenance.py", "experiment/configuration.py"),
    ],
)
def test_an_edit_of_what_decides_no_number_makes_nothing_stale(stale_after, file):
    assert stale_after(file) == set()


@pytest.mark.parametrize(
    ("file", "stale"),
    [
        ("methods/controls/oracle.py", {"cell oracle"}),
        ("methods/classical/sobi.py", {"cell sobi"}),
        ("priors/autoregressive_flow.py", {"cell ar-flow-vae", "candidate"}),
        ("priors/gaussian_process.py", {"cell gp-vae"}),
        ("priors/kernel_regression.py", {"cell skr-vae", "trial"}),
        ("kernels/regression/fft.py", {"cell skr-vae", "trial", "measurement of cores"}),
        ("kernels/inversion/toeplitz.py", {"cell gp-vae", "measurement of cores"}),
        ("experiment/problem.py", ALL_CELLS | {"trial", "candidate"}),
        ("experiment/core_costs.py", {"measurement of cores"}),
        ("experiment/held_out.py", {"candidate"}),
        ("experiment/training_cost.py", {"trial"}),
        ("datasets/families/gp_equal.py", {"data gp-equal"}),
        ("datasets/families/gp_distinct.py", {"data gp-distinct", "trial"}),
        ("paper/figures/recording_scores.py", {"figure recording_scores"}),
        ("paper/claims_table.py", {"claims"}),
        ("statistics/claim_tests.py", {"claims"}),
        ("statistics/selection.py", {"selection"}),
        (
            "statistics/summary.py",
            {"statistics", "tables"}
            | {f"figure {name}" for name in ("ranks", "equivalence", "median_scores")},
        ),
        ("paper/core_tables.py", {"cores"}),
    ],
)
def test_an_edit_makes_stale_what_depends_on_it_and_no_more(stale_after, file, stale):
    assert stale_after(file) == stale


def test_an_edit_of_a_score_makes_the_scores_stale_and_nothing_that_is_scored(stale_after):
    stale = stale_after("scores/measures/unmixing.py")
    assert {"score", "statistics", "tables", "claims"} <= stale
    assert not {name for name in stale if name.startswith(("cell", "data"))}


def test_every_module_that_is_left_out_is_there():
    assert not code_hashes._WITHOUT_NUMBERS - code_hashes._graph().modules


def test_a_method_depends_on_what_it_runs_and_on_no_stage_that_follows():
    found = names(*cell_modules(EXPERIMENT, "skr-vae"))
    assert {"models/vae.py", "methods/__init__.py", "experiment/problem.py"} <= found
    later = ("scores", "paper", "statistics", "cli", "reproduction")
    assert not [name for name in found if name.startswith(later)]


@pytest.mark.parametrize(
    ("name", "parameters", "core"),
    [
        ("gp-vae", {}, "kernels/inversion/toeplitz.py"),
        ("gp-vae", {"core": "cholesky"}, "kernels/inversion/cholesky.py"),
        ("gp-vae-matern", {}, "kernels/inversion/compiled.py"),
        ("gp-vae-gpytorch", {}, "kernels/inversion/gpytorch.py"),
        ("skr-vae", {"core": "dense"}, "kernels/regression/dense.py"),
    ],
)
def test_a_method_depends_on_the_core_that_it_loads_by_name(name, parameters, core):
    found = names(*method_modules(name, parameters))
    cores = {path for path in found if path.startswith("kernels/") and path.count("/") == 2}
    ours = {path for path in cores if not path.rpartition("/")[2].startswith("_")}
    assert ours == {core}


@pytest.mark.parametrize("name", method_names())
def test_no_method_depends_on_another(name):
    found = names("bssbench.experiment.problem", method_module(name))
    others = {
        method_module(n).removeprefix("bssbench.").replace(".", "/") + ".py"
        for n in method_names()
        if n != name
    }
    assert not others & found


def test_scores_and_tables_depend_on_no_method():
    for modules in (SCORE_MODULES, *(stage.modules for stage in stages(EXPERIMENT).values())):
        found = names(*modules)
        inner = {name for name in found if name.startswith(("methods", "models", "priors"))}
        assert inner <= {"methods/__init__.py"}, modules


def test_a_hash_is_of_what_code_does(tmp_path):
    def hashed(text):
        # Each in a folder of its own, for a file is read once.
        file = Path(tempfile.mkdtemp(dir=tmp_path)) / "module.py"
        file.write_text(text)
        return code_hash(["bssbench.randomness"], [file])

    code = hashed("def double(x):\n    return 2 * x\n")
    assert code == hashed('def double(x):\n    """Twice."""\n    return (2 * x)  # twice\n')
    assert code != hashed("def double(x):\n    return 2.0 * x\n")
    assert code != hashed("def double(y):\n    return 2 * x\n")
    assert code_hash(["bssbench.randomness"]) != code_hash(["bssbench.separation"])
