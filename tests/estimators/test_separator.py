"""What an estimator is: the method's own separation, as scikit-learn has it."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from bssbench.errors import InputError
from bssbench.methods import Problem, load_method
from bssbench.randomness import seed_sequence

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def of_the_method(estimator, observations):
    """Return the separation by the workflow's path: the method itself, with the command's seed."""
    parameters = estimator.get_params()
    fields = estimator.method_parameters.items()
    method = load_method(estimator.method_name, {field: parameters[name] for name, field in fields})
    seeds = [seed_sequence(0, "recording", "initialisation", 0)]
    nonlinear = parameters.get("nonlinear", False)
    return method.separate(Problem(observations[None], 3, seeds, nonlinear))


def test_its_sources_are_the_methods_own(brief, each_class, recording):
    estimator = brief(each_class, random_state=0)
    expected = of_the_method(estimator, recording)
    sources = estimator.fit_transform(recording)
    # A VAE's encoder has a bias, and is evaluated in single precision.
    centred = expected.sources[0] - expected.sources[0].mean(0)
    np.testing.assert_allclose(sources, centred, atol=2e-5 * np.abs(centred).max())
    np.testing.assert_array_equal(estimator.components_, expected.unmixing_matrix[0])
    if expected.loss is not None:
        assert estimator.loss_ == expected.loss[0]
    assert estimator.converged_ == expected.diagnostics["converged"][0]


def test_mixing_undoes_unmixing(brief, each_class, recording):
    channels = np.hstack([recording, recording @ [[1.0], [2.0], [3.0]]])
    rng = np.random.default_rng(1)
    channels = channels + 0.1 * rng.normal(size=channels.shape) * channels.std(0)
    estimator = brief(each_class, n_components=3, random_state=0)
    sources = estimator.fit_transform(channels)
    assert estimator.mixing_.shape == (4, 3)
    np.testing.assert_allclose(estimator.components_ @ estimator.mixing_, np.eye(3), atol=1e-9)
    back = estimator.inverse_transform(sources)
    # What three sources leave of four channels is uncorrelated with them: least squares.
    assert np.abs((channels - back).T @ sources).max() < 1e-8 * np.abs(channels.T @ sources).max()
    np.testing.assert_allclose(estimator.transform(back), sources, atol=1e-9 * np.ptp(sources))


def test_the_fitted_attributes(brief, each_class, recording):
    estimator = brief(each_class, random_state=0).fit(recording)
    assert estimator.n_iter_ >= 1
    assert isinstance(estimator.converged_, bool)
    np.testing.assert_allclose(estimator.mean_, recording.mean(0))
    assert list(estimator.get_feature_names_out()) == [f"{each_class.lower()}{i}" for i in range(3)]
    if "steps" not in estimator.method_parameters:
        return
    assert estimator.n_iter_ == 8
    assert estimator.loss_curve_.shape == (8,)
    assert estimator.uncertainty_.shape == (3,)
    assert all(len(values) == 3 for values in estimator.prior_.values())


@pytest.mark.parametrize("scale", ["free", "closed"])
@pytest.mark.parametrize("title", ["SKRVAE", "ARFlowVAE", "GPVAESpectral", "VAE"])
def test_networks_give_the_methods_sources_and_take_them_back(brief, title, scale, recording):
    estimator = brief(title, random_state=0, nonlinear=True, scale=scale, steps=60)
    expected = of_the_method(estimator, recording)
    sources = estimator.fit_transform(recording)
    np.testing.assert_allclose(sources, expected.sources[0], atol=2e-5 * np.ptp(sources))
    assert not hasattr(estimator, "components_")
    np.testing.assert_allclose(estimator.transform(recording[7:20]), sources[7:20], rtol=1e-9)
    error = (estimator.inverse_transform(sources) - recording).std(0) / recording.std(0)
    assert error.max() < 0.5


def test_distorted_channels_are_gaussianised_and_distorted_again(brief, recording):
    distorted = np.tanh((recording - recording.mean(0)) / recording.std(0))
    distorted[:5] = distorted[0]  # equal values
    estimator = brief("GaussTD", nonlinear=True)
    expected = of_the_method(estimator, distorted)
    sources = estimator.fit_transform(distorted)
    np.testing.assert_allclose(sources, expected.sources[0], atol=1e-9)
    np.testing.assert_allclose(estimator.inverse_transform(sources), distorted, atol=1e-9)
    beyond = estimator.transform(3.0 * distorted)
    assert np.isfinite(beyond).all()


def test_the_score_of_the_training_data_is_the_loss_reached(brief, each_class, recording):
    for change in ({}, {"window": 64}, {"nonlinear": True}):
        if not hasattr(brief(each_class), "score"):
            break
        estimator = brief(each_class, random_state=0, **change).fit(recording)
        # By the same draws, where it is estimated from draws.
        assert estimator.score(recording) == pytest.approx(-estimator.loss_, rel=1e-6)


def test_a_longer_training_has_the_higher_score(brief, recording):
    estimator = brief("SKRVAE", random_state=0, steps=40).fit(recording)
    hasty = brief("SKRVAE", random_state=0, steps=1).fit(recording)
    assert hasty.score(recording) < estimator.score(recording)
    assert not hasattr(brief("SOBI"), "score")
    # What a segment's variance is, is known from that segment alone.
    assert not hasattr(brief("IVAE"), "score")


def test_the_score_is_that_of_the_model_and_not_of_the_series_length(brief, recording):
    estimator = brief("ARFlowVAE", random_state=0, steps=40).fit(recording)
    parts = [estimator.score(recording[:200]), estimator.score(recording[200:])]
    assert estimator.score(recording) == pytest.approx(np.mean(parts), abs=0.3)


def test_names_of_channels_and_output_as_a_data_frame(brief, recording):
    frame = pd.DataFrame(recording, columns=["a", "b", "c"], index=np.arange(400) / 250)
    estimator = brief("SOBI").set_output(transform="pandas")
    sources = estimator.fit_transform(frame)
    assert list(estimator.feature_names_in_) == ["a", "b", "c"]
    assert list(sources.columns) == ["sobi0", "sobi1", "sobi2"]
    assert sources.index.equals(frame.index)
    with pytest.raises(ValueError, match="feature names"):
        estimator.transform(frame.rename(columns={"a": "z"}))


def test_dependent_channels_have_as_many_sources_as_directions(brief, recording):
    referenced = np.hstack([recording, recording.sum(1, keepdims=True)])
    with pytest.warns(UserWarning, match="the 4 channels have rank 3"):
        estimator = brief("SOBI").fit(referenced)
    assert estimator.components_.shape == (3, 4)
    np.testing.assert_allclose(
        estimator.inverse_transform(estimator.transform(referenced)), referenced, atol=1e-6
    )


@pytest.mark.parametrize(
    ("change", "parameters", "message"),
    [
        ({1: 5.0}, {}, r"column 1 of X is constant; remove it"),
        ({2: 1e-170}, {}, r"column 2 of X is out of range; rescale it"),
        ({}, {"n_components": 4}, "n_components=4: X has 3 channels"),
        ({}, {"n_components": 0}, "n_components must be a positive integer or None, not 0"),
        ({}, {"n_components": 2.0}, "n_components must be a positive integer or None, not 2.0"),
        ({}, {"steps": 0}, "steps must be at least 1, not 0; None selects the rule"),
        ({}, {"n_restarts": 0}, "n_restarts must be at least 1"),
        ({}, {"n_restarts": "two"}, "n_restarts must be of type int or None"),
        ({}, {"core": "magic"}, "magic"),
        ({}, {"device": "abacus"}, "device='abacus': not usable here"),
        ({}, {"random_state": -1}, "Seed must be between 0"),
    ],
)
def test_bad_input_is_a_value_error_of_one_line(brief, change, parameters, message, recording):
    channels = recording.copy()
    for column, scale in change.items():
        channels[:, column] = scale if scale > 1 else scale * channels[:, column]
    estimator = brief("SKRVAE", **parameters)
    with pytest.raises(ValueError, match=message) as caught:
        estimator.fit(channels)
    assert "\n" not in str(caught.value)
    with pytest.raises(NotFittedError):
        estimator.transform(recording)


def test_a_fit_that_fails_leaves_the_one_before(brief, recording):
    estimator = brief("SOBI").fit(recording)
    before = estimator.transform(recording)
    with pytest.raises(ValueError, match="is constant"):
        estimator.fit(np.ones((50, 7)))
    np.testing.assert_array_equal(estimator.transform(recording), before)


def test_a_methods_objection_is_an_input_error_too(brief, recording):
    with pytest.raises(ValueError, match="autoregression of order 10 in a series of 12") as caught:
        brief("ERBM").fit(recording[:12])
    assert isinstance(caught.value, InputError)


@pytest.mark.parametrize(
    ("title", "parameters", "message"),
    [
        ("SKRVAE", {"steps": 20}, "SKRVAE did not converge in steps=20; raise steps"),
        ("FastICA", {"max_iterations": 1}, "FastICA did not converge in max_iterations=1; raise"),
        ("SOBI", {"max_iterations": 1}, "SOBI did not converge in max_iterations=1; raise max"),
    ],
)
def test_what_did_not_converge_says_what_to_raise(brief, title, parameters, message, recording):
    with pytest.warns(ConvergenceWarning, match=message):
        estimator = brief(title, **parameters).fit(recording)
    assert estimator.converged_ is False


def test_what_converged_is_silent(brief, recording):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        brief("SOBI").fit(recording)
        brief("Picard", random_state=0).fit(recording)


def test_the_random_state_decides(brief, recording):
    def fitted(state):
        return brief("FastICA", random_state=state, n_restarts=1).fit(recording).components_

    for make in (np.random.RandomState, np.random.default_rng, np.random.SeedSequence, int):
        np.testing.assert_array_equal(fitted(make(3)), fitted(make(3)))
        assert not np.array_equal(fitted(make(3)), fitted(make(4)))
    assert not np.array_equal(fitted(None), fitted(None))


def test_a_second_fit_leaves_nothing_of_the_first(brief, recording):
    estimator = brief("SKRVAE", random_state=0).fit(recording)
    estimator.set_params(nonlinear=True).fit(recording)
    assert not hasattr(estimator, "components_")
    estimator.set_params(nonlinear=False, n_components=2).fit(recording)
    assert estimator.transform(recording).shape == (400, 2)


def test_in_a_pipeline_and_a_grid_with_numpys_numbers(brief, recording):
    pipeline = make_pipeline(StandardScaler(), brief("SKRVAE", random_state=0, n_components=3))
    grid = {"skrvae__learning_rate": np.logspace(-6, -2, 2), "skrvae__steps": np.array([20])}
    search = GridSearchCV(pipeline, grid, cv=TimeSeriesSplit(2), error_score="raise")
    search.fit(recording)
    assert search.best_params_["skrvae__learning_rate"] == 0.01
    assert search.transform(recording).shape == (400, 3)
    assert not hasattr(clone(search.best_estimator_[-1]), "components_")
