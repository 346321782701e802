import tempfile
from pathlib import Path

import pytest

from bssbench.methods import method_module, method_modules, method_names
from bssbench.reproduction.code_hashes import code_hash, source_files

SOURCE = Path("src") / "bssbench"


def names(*modules):
    """The files that modules depend on, below the package."""
    paths = [Path(path).resolve() for path in source_files(modules)]
    assert all(path.is_file() for path in paths)
    return {str(path).rpartition("/bssbench/")[2] for path in paths}


def test_a_method_depends_on_its_own_prior_and_no_other():
    found = names("bssbench.experiment.cell", *method_modules("skr-vae", {}))
    wanted = {
        "methods/vae/skr_vae.py",
        "models/fitting.py",
        "methods/__init__.py",
        "models/vae.py",
        "priors/kernel_regression.py",
        "kernels/regression/fft.py",
        "experiment/cell.py",
        "__init__.py",
    }
    assert wanted <= found
    unwanted = {"priors/autoregressive_flow.py", "priors/gaussian_process.py", "cli/main.py"}
    unwanted |= {"kernels/regression/dense.py", "kernels/inversion/toeplitz.py"}
    assert not unwanted & found
    assert not [name for name in found if name.startswith(("scores", "paper", "statistics"))]


@pytest.mark.parametrize(
    ("name", "parameters", "core"),
    [
        ("gp-vae", {}, "kernels/inversion/toeplitz.py"),
        ("gp-vae", {"core": "cholesky"}, "kernels/inversion/cholesky.py"),
        ("gp-vae-matern", {}, "kernels/inversion/markovian.py"),
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
    found = names("bssbench.experiment.cell", method_module(name))
    others = {
        method_module(n).removeprefix("bssbench.").replace(".", "/") + ".py"
        for n in method_names()
        if n != name
    }
    assert not others & found


def test_scores_and_tables_depend_on_no_method():
    for stage in (
        "bssbench.scores.collect",
        "bssbench.paper.tables",
        "bssbench.paper.comparison_tables",
        "bssbench.paper.rank_tables",
        "bssbench.paper.training_cost_table",
    ):
        found = names(stage)
        assert not [name for name in found if name.startswith(("methods", "models", "priors"))]


def test_a_hash_is_of_what_code_does(tmp_path):
    def hashed(text):
        # Each in a folder of its own, for a file is read once.
        file = Path(tempfile.mkdtemp(dir=tmp_path)) / "module.py"
        file.write_text(text)
        return code_hash(["bssbench.errors"], [file])

    code = hashed("def double(x):\n    return 2 * x\n")
    assert code == hashed('def double(x):\n    """Twice."""\n    return (2 * x)  # twice\n')
    assert code != hashed("def double(x):\n    return 2.0 * x\n")
    assert code != hashed("def double(y):\n    return 2 * x\n")
    assert code_hash(["bssbench.errors"]) != code_hash(["bssbench.files"])
