"""Laws of every method, whichever there are: those of plug-ins too, and bssbench's own."""

import numpy as np
import pytest

from bssbench.datasets.catalogue import make_dataset
from bssbench.errors import InputError, NotApplicable
from bssbench.methods import Problem, load_method, method_names
from bssbench.scores.measures.matching import mean_correlation
from bssbench.statistics.chance import chance_level
from bssbench.testing.problems import quick_method as quick
from bssbench.testing.test_methods import *  # noqa: F403


@pytest.mark.parametrize("name", method_names())
def test_of_linear_mixing_there_is_an_unmixing_matrix(name, dataset, make_problem):
    separation = quick(name).separate(make_problem(dataset, [0]))
    assert separation.unmixing_matrix.shape == (1, 3, 3)


@pytest.mark.parametrize("name", [n for n in method_names() if n != "oracle"])
def test_dependent_channels_are_told_from_few(name, rng):
    one = rng.standard_normal((1, 100, 1))
    problem = Problem(np.concatenate([one, 2 * one], axis=2), 2, [np.random.SeedSequence(0)])
    with pytest.raises(InputError, match="fewer than 2 independent directions"):
        quick(name).separate(problem)


def test_the_oracle_is_the_ceiling_and_random_is_chance(make_problem):
    dataset = make_dataset("gp-equal-t500", list(range(30)), {})
    problem = make_problem(dataset)
    scores = {
        name: [
            mean_correlation(true, estimated)
            for true, estimated in zip(
                dataset.sources, quick(name).separate(problem).sources, strict=True
            )
        ]
        for name in ("oracle", "random", "sobi")
    }
    assert min(scores["oracle"]) > 0.99
    low, middle, high = chance_level(3, "mcc")
    assert np.median(scores["random"]) == pytest.approx(middle, abs=0.06)
    # What nothing can separate, SOBI does not.
    assert low < np.median(scores["sobi"]) < high


def test_the_oracle_has_no_answer_without_the_truth(dataset, make_problem):
    with pytest.raises(NotApplicable, match="true sources"):
        quick("oracle").separate(make_problem(dataset, sources=None))


def test_only_controls_ask_for_the_truth():
    assert [n for n in method_names() if quick(n).needs_true_sources] == ["oracle"]


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("skr-va", {}, "did you mean 'skr-vae'"),
        ("skr-vae", {"bandwith": 1.0}, "unknown parameter 'bandwith'"),
        ("skr-vae", {"steps": 1.5}, "steps must be of type int"),
        ("skr-vae", {"learning_rate": float("nan")}, "must be finite"),
        ("sobi", {"lags": 0}, "lags must be"),
        ("sobi", {"max_iterations": -1}, "max_iterations must be"),
        ("fastica", {"tolerance": -1.0}, "tolerance"),
        ("picard", {"max_iterations": 0}, "max_iterations must be"),
        ("oracle", {"steps": 3}, "there are none"),
    ],
)
def test_impossible_parameters_are_one_clear_line(name, parameters, message):
    with pytest.raises(InputError, match=message):
        load_method(name, parameters)
