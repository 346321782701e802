import pytest

from bssbench.errors import InputError
from bssbench.methods import control_names, method_names
from bssbench.recording.method_choice import (
    applicable_methods,
    check_options,
    known_device,
    known_method,
)

PLAIN = {
    "nonlinear": False,
    "device": "cpu",
    "n_seeds": 1,
    "chosen_seed": False,
    "restarts": False,
    "bootstrap": 0,
}


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("FastICA", "fastica"),
        ("fast-ica", "fastica"),
        ("fast_ICA", "fastica"),
        ("SKR_VAE", "skr-vae"),
        ("skrvae", "skr-vae"),
        (" ar flow vae ", "ar-flow-vae"),
        ("JADE_TD", "jade-td"),
        ("SOBI", "sobi"),
    ],
)
def test_case_hyphens_and_underscores_are_forgiven(given, meant):
    assert known_method(given) == meant


def test_every_method_is_known_by_its_own_name_alone():
    """No two names are one without their hyphens."""
    assert [known_method(name.upper()) for name in method_names()] == method_names()


@pytest.mark.parametrize(
    ("given", "hint"),
    [("ica", "fastica"), ("ICA", "fastica"), ("sobbi", "sobi"), ("skr", "skr-vae")],
)
def test_the_nearest_method_is_suggested(given, hint):
    with pytest.raises(InputError, match=f"unknown method '{given}'; did you mean '{hint}'"):
        known_method(given)


def test_gpu_means_cuda():
    assert known_device("GPU") == "cuda"
    assert known_device("gpu:0") == "cuda:0"
    assert known_device("cpu") == "cpu"


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("sobi", {"n_seeds": 5}, "omit --seeds"),
        ("sobi", {"chosen_seed": True}, "omit the seed"),
        ("fastica", {"device": "cuda"}, "omit --device"),
        ("fastica", {"nonlinear": True}, "omit --nonlinear"),
        ("sobi", {"restarts": True}, "omit --restarts"),
        ("skr-vae", {"nonlinear": True, "bootstrap": 5}, "--bootstrap compares unmixing"),
        ("oracle", {}, "is a control"),
    ],
)
def test_what_a_method_would_ignore_is_refused(name, options, message):
    with pytest.raises(InputError, match=message):
        check_options(name, {}, **PLAIN | options)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("sobi", {"bootstrap": 5, "chosen_seed": True}),
        ("fastica", {"n_seeds": 5, "restarts": True, "chosen_seed": True}),
        ("skr-vae", {"device": "cuda", "nonlinear": True, "n_seeds": 3}),
    ],
)
def test_what_a_method_has_a_use_for_is_not(name, options):
    check_options(name, {}, **PLAIN | options)


def test_controls_do_not_apply_to_a_recording():
    assert not {*applicable_methods(nonlinear=False)} & {*control_names()}
    assert "sobi" in applicable_methods(nonlinear=False)
    assert "sobi" not in applicable_methods(nonlinear=True)
    assert "skr-vae" in applicable_methods(nonlinear=True)
