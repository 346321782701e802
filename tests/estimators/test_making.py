"""Classes: one for every method, as if each were written by hand."""

import inspect
import pickle
import subprocess
import sys
from dataclasses import dataclass

import numpy as np
import pytest

import bssbench
from bssbench.errors import InputError
from bssbench.estimators import (
    SourceSeparator,
    estimator_names,
    make_estimator,
    making,
    separator,
)
from bssbench.methods import SeparationMethod, control_names, load_method, method_names
from bssbench.parameters import parameter
from bssbench.separation import Separation

NAMES = """SKRVAE SKRVAEPlain ARFlowVAE GPVAE GPVAEMatern GPVAESpectral SlowVAE IVAE PDGMMVAE VAE
SOBI AMUSE JADE JADETD GaussTD ERBM VARICA ContextualICA ComplexityPursuit FastICA Picard Infomax"""


def test_every_method_but_the_controls_has_a_class():
    assert sorted(estimator_names().values()) == sorted({*method_names()} - {*control_names()})
    assert set(NAMES.split()) <= set(estimator_names())
    assert set(estimator_names()) < set(dir(bssbench))
    everything = {}
    exec("from bssbench import *", everything)
    assert issubclass(everything["SKRVAE"], SourceSeparator)


def test_what_is_no_method_is_an_attribute_error():
    for name in ("Oracle", "SKRVAe", "sobi", "_SOBI"):
        with pytest.raises(AttributeError, match=name):
            getattr(bssbench, name)
    with pytest.raises(InputError, match="did you mean 'skr-vae'"):
        make_estimator("skr-va")


def test_its_parameters_are_the_methods_fields(each_class):
    made = getattr(bssbench, each_class)
    method = load_method(made.method_name, {})
    parameters = inspect.signature(made).parameters
    assert next(iter(parameters)) == "n_components"
    assert made().get_params() == {name: p.default for name, p in parameters.items()}
    for name, field in made.method_parameters.items():
        assert parameters[name].default == getattr(method, field)
    assert ("device" in parameters) == ("steps" in parameters)
    assert ("nonlinear" in parameters) == method.can_demix_nonlinearly
    with pytest.raises(TypeError, match="has no parameter 'restarts'"):
        made(restarts=3)


def test_its_documentation_has_every_parameter(each_class):
    made = getattr(bssbench, each_class)
    text = inspect.getdoc(made)
    section = text.split("Parameters\n----------\n")[1].split("\n\nAttributes")[0]
    described = [line.split(" : ")[0] for line in section.splitlines() if line[0] != " "]
    assert described == list(inspect.signature(made).parameters)
    # Each has its meaning on the line after.
    assert section.count("\n    ") >= len(described)
    assert all(len(line) <= 100 for line in text.splitlines() if line.startswith(" "))


def test_it_is_one_class_that_pickle_finds(each_class):
    made = getattr(bssbench, each_class)
    assert made is getattr(bssbench.estimators, each_class)
    again = pickle.loads(pickle.dumps(made(n_components=2)))
    assert type(again) is made
    assert again.n_components == 2


@dataclass(frozen=True)
class Halves(SeparationMethod):
    """Half of each channel; says nothing of other data."""

    share: float = parameter(0.5, "a test", above=0)

    def separate(self, problem, progress=None):
        return Separation(self.share * problem.observations)


def test_a_method_that_keeps_no_map_has_sources_alone(monkeypatch, recording):
    monkeypatch.setattr(separator, "load_method", lambda _, values: Halves(**values))
    made = making._made("half-and-half", Halves)
    assert made.__name__ == "HalfAndHalf"
    assert "share : float, default=0.5" in made.__doc__
    assert not {"nonlinear", "device", "n_restarts"} & made().get_params().keys()
    estimator = made(share=0.25)
    np.testing.assert_array_equal(estimator.fit_transform(recording), 0.25 * recording)
    assert estimator.converged_ is None
    with pytest.raises(ValueError, match="HalfAndHalf can't transform"):
        estimator.transform(recording)


def test_nothing_is_imported_before_it_is_needed(tmp_path, brief, recording):
    """In a process of its own: the package brings no NumPy, a classical method no torch."""
    brief("SKRVAE", nonlinear=True).fit(recording).save(tmp_path / "one")
    np.save(tmp_path / "recording.npy", recording)
    program = f"""
import sys, bssbench
assert not {{"numpy", "sklearn", "yaml", "torch", "pandas"}} & set(sys.modules)
from bssbench import FastICA, SKRVAE, SOBI
import numpy as np
X = np.load({str(tmp_path / "recording.npy")!r})
FastICA(random_state=0).fit_transform(X)
bssbench.load({str(tmp_path / "one")!r}).transform(X)
assert "torch" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)
