import numpy as np
import pytest

from bssbench.models.history import History, converged


def verdicts(*losses):
    loss = np.array(losses)
    steps = np.arange(loss.shape[1])
    return converged(History(steps, loss, {}, None, steps.astype(float))).tolist()


def test_a_loss_has_converged_when_it_falls_no_more(rng):
    time = np.arange(60)
    falling = 3.0 - 0.01 * time
    flat = 1.0 + 2.0 * np.exp(-time / 5.0)
    noise = 0.01 * rng.standard_normal((20, 60))
    assert verdicts(falling, flat) == [False, True]
    assert verdicts(*(flat + noise)) == [True] * 20
    # Noise hides no fall that is much larger.
    assert verdicts(*(falling + noise)) == [False] * 20


def test_a_rise_is_no_fall_and_a_diverged_loss_has_not_converged():
    rising, diverged = np.linspace(1.0, 1.5, 60), np.full(60, 1.0)
    diverged[-8:] = np.nan
    assert verdicts(rising, diverged, np.full(60, np.nan)) == [True, False, False]


def test_one_outlier_does_not_decide():
    loss = np.ones(60)
    loss[50] = 40.0
    assert verdicts(loss) == [True]


@pytest.mark.filterwarnings("error")
def test_a_short_training_is_judged_too():
    assert verdicts([3.0]) == [False], "one record shows no rest"
    assert verdicts([3.0, 2.0]) == [False]
    assert verdicts([3.0, 3.0, 3.0]) == [True]
