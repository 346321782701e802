"""Ctrl-C during a fit, and what a fit leaves of the process that it ran in."""

import signal
import sys
from contextlib import contextmanager

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from bssbench.errors import InputError
from bssbench.estimators import separator
from bssbench.methods import Problem, load_method

pytestmark = pytest.mark.filterwarnings("ignore:.*did not converge")


@pytest.fixture
def pressed(monkeypatch):
    """Have Ctrl-C pressed when so many steps are done, also where the suite runs without it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)

    def at(*steps):
        @contextmanager
        def shown(*_):
            yield lambda done, total: signal.raise_signal(signal.SIGINT) if done in steps else None

        monkeypatch.setattr(separator, "shown", shown)

    yield at
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("nonlinear", [False, True])
def test_ctrl_c_keeps_what_training_has_reached(nonlinear, pressed, brief, recording):
    pressed(30)
    estimator = brief("ARFlowVAE", steps=10_000, random_state=0, nonlinear=nonlinear)
    with pytest.warns(ConvergenceWarning, match="interrupted after 30 of 10000 steps; the result"):
        sources = estimator.fit_transform(recording)
    assert estimator.n_iter_ == 30
    assert estimator.loss_curve_.shape == (30,)
    assert estimator.loss_curve_[-1] < estimator.loss_curve_[0]
    assert estimator.converged_ is False
    assert np.isfinite(estimator.loss_)
    np.testing.assert_allclose(estimator.transform(recording), sources)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_stops_what_does_not_train(pressed, brief, recording):
    pressed(1)
    with pytest.raises(KeyboardInterrupt):
        brief("SOBI").fit(recording)


def test_a_handler_of_the_programs_own_is_kept(pressed, brief, recording):
    heard = []
    before = signal.signal(signal.SIGINT, lambda *_: heard.append("own"))
    try:
        pressed(2)
        estimator = brief("SKRVAE", steps=5, n_restarts=1)
        estimator.fit(recording)
    finally:
        signal.signal(signal.SIGINT, before)
    assert heard == ["own"]
    assert estimator.n_iter_ == 5


def test_the_workflow_is_stopped_as_ever(recording):
    def stop(*_):
        raise KeyboardInterrupt

    problem = Problem(recording[None], 3, [np.random.SeedSequence(0)])
    with pytest.raises(KeyboardInterrupt):
        load_method("skr-vae", {"steps": 5}).separate(problem, stop)


def test_the_smallest_numbers_stay_what_they_were(brief, recording):
    import torch

    torch.set_flush_denormal(False)
    try:
        estimator = brief("SKRVAE").fit(recording)
        estimator.score(recording)
        assert sys.float_info.min / 2.0 > 0.0
    finally:
        # As the suite has it.
        torch.set_flush_denormal(True)


def test_a_training_has_one_thread_and_gives_the_others_back(brief, recording, monkeypatch):
    import torch

    method = type(load_method("skr-vae", {}))
    seen = []

    def separate(*_):
        seen.append(torch.get_num_threads())
        raise InputError("stop")

    monkeypatch.setattr(method, "separate", separate)
    torch.set_num_threads(2)
    try:
        with pytest.raises(ValueError, match="stop"):
            brief("SKRVAE").fit(recording)
        assert seen == [1]
        assert torch.get_num_threads() == 2
    finally:
        # As the suite has it.
        torch.set_num_threads(1)


def test_verbose_shows_a_bar_and_quiet_nothing(brief, recording, capsys):
    brief("SKRVAE").fit(recording)
    assert capsys.readouterr().err == ""
    brief("SKRVAE", verbose=True).fit(recording)
    assert "SKRVAE" in capsys.readouterr().err
