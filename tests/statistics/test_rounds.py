"""How far measurements in rounds can be trusted."""

import numpy as np
import pandas as pd

from bssbench.statistics.rounds import FEWEST_ROUNDS, mean_over_rounds, ratio_over_rounds


def test_the_interval_holds_the_mean_as_often_as_it_says():
    samples = np.random.default_rng(0).normal(size=(4000, FEWEST_ROUNDS))
    found = [mean_over_rounds(sample) for sample in samples]
    covered = np.mean([one.low <= 0.0 <= one.high for one in found])
    # Four standard errors.
    assert abs(covered - 0.99) < 0.0063


def test_a_ratio_is_the_inverse_of_its_inverse():
    rounds = pd.Series([1.0, 1.1, 0.9, 1.2, 1.0]), pd.Series([2.0, 2.1, 2.4, 2.2, 1.8])
    one, other = ratio_over_rounds(*rounds), ratio_over_rounds(*rounds[::-1])
    ours, theirs = (one.estimate, one.low, one.high), (other.estimate, other.high, other.low)
    np.testing.assert_allclose(ours, 1.0 / np.array(theirs))


def test_few_rounds_have_no_interval():
    assert np.isnan(mean_over_rounds([1.0] * (FEWEST_ROUNDS - 1)).low)
    assert np.isnan(mean_over_rounds([]).estimate)
