"""Limits of a recording, units, and what is refused in one line."""

import numpy as np
import pytest

from bssbench.errors import InputError
from bssbench.preparation import Remedies, prepare


def kinds(prepared):
    return {finding.kind for finding in prepared.findings}


@pytest.mark.parametrize("unit", [1e-170, 1e-290, 1e150, 1e290])
@pytest.mark.parametrize("method", ["sobi", "fastica"])
def test_extreme_units_are_scaled_and_separated(mixture, as_table, mcc, unit, method):
    sources, observations = mixture()
    prepared = prepare(as_table(observations * unit), Remedies(), 3)
    assert kinds(prepared) == {"rescaled"}
    np.testing.assert_allclose(
        prepared.observations * prepared.scale / unit, observations, rtol=1e-6, atol=1e-9
    )
    assert mcc(prepared, sources, method=method) >= 0.97


def test_one_channel_in_another_unit_is_no_matter(mixture, as_table, mcc):
    sources, observations = mixture()
    prepared = prepare(as_table(observations * [1, 1e3, 1e-200]), Remedies(), 3)
    np.testing.assert_array_equal(prepared.scale[:2], [1, 1])
    assert mcc(prepared, sources) >= 0.97


def test_one_huge_value_is_a_spike_and_no_traceback(mixture, as_table, mcc):
    sources, observations = mixture()
    observations[500, 1] = 1e200
    table = as_table(observations)
    assert "spikes" in kinds(prepare(table, Remedies(), 3))
    assert mcc(prepare(table, Remedies(fill="interpolate"), 3), sources) >= 0.97


@pytest.mark.parametrize("n_sources", [2, 3, 5])
def test_gaussian_white_noise_is_said_to_be_nothing_to_separate(as_table, n_sources):
    generator = np.random.default_rng(n_sources)
    mixing_matrix = generator.standard_normal((5, 5))
    for length in (500, 5000):
        noise = generator.standard_normal((length, 5)) @ mixing_matrix
        assert "gaussian-white" in kinds(prepare(as_table(noise), Remedies(), n_sources))


def test_what_is_not_gaussian_or_not_white_has_something_to_go_by(as_table):
    generator = np.random.default_rng(6)
    mixing_matrix = generator.standard_normal((3, 3))
    bursts = np.repeat(generator.choice([0.2, 2.0], size=(20, 3)), 100, axis=0)
    for sources in (
        generator.uniform(-1, 1, (2000, 3)),
        generator.laplace(size=(2000, 3)),
        bursts * generator.standard_normal((2000, 3)),
        np.cumsum(generator.standard_normal((2000, 3)), axis=0),
    ):
        prepared = prepare(as_table(sources @ mixing_matrix), Remedies(), 3)
        assert "gaussian-white" not in kinds(prepared)


def test_few_samples_are_said_to_be_few(mixture, as_table):
    _, observations = mixture()
    for length in (4, 100, 250):
        assert "few-samples" in kinds(prepare(as_table(observations[:length]), Remedies(), 3))
    assert "few-samples" not in kinds(prepare(as_table(observations[:300]), Remedies(), 3))


def test_clipping_is_found_and_rounding_is_none(mixture, as_table):
    _, observations = mixture()
    assert kinds(prepare(as_table(np.round(observations, 1)), Remedies(), 3)) == set()
    bound = np.quantile(observations[:, 0], 0.95)
    observations[:, 0] = np.minimum(observations[:, 0], bound)
    assert kinds(prepare(as_table(observations), Remedies(), 3)) == {"clipped"}


REFUSED = [
    ({"n_sources": 4}, {}, "3 channels are fewer than 4 sources"),
    ({"n_sources": 0}, {}, "--n-sources must be at least 1"),
    ({}, {"drop": ("F9",)}, "--drop F9: no such channel"),
    ({}, {"drop": ("4",)}, "--drop 4: no such channel"),
    ({}, {"drop": ("F1", "2", "f3")}, "--drop leaves nothing"),
    ({}, {"drop": ("rows:1-2000",)}, "--drop leaves nothing"),
    ({}, {"drop": ("rows:1-1998",)}, "2 samples are fewer than 3 channels"),
    ({}, {"drop": ("rows:five",)}, "write rows as in rows:301-420"),
    ({}, {"drop": ("rows:2001",)}, "there is no row 2001; the recording is in rows 1 to 2000"),
    ({"n_sources": 3}, {"drop": ("F1",)}, "2 channels are fewer than 3 sources"),
    ({}, {"notch": 50.0}, "--notch needs the sampling rate; give --sampling-rate"),
    ({}, {"band_pass": (1.0, 40.0)}, "--band-pass needs the sampling rate"),
    ({"sampling_rate": 90.0}, {"notch": 50.0}, "holds frequencies below 45 Hz"),
    ({"sampling_rate": 60.0}, {"band_pass": (1.0, 40.0)}, "holds frequencies below 30 Hz"),
    ({"sampling_rate": 60.0}, {"band_pass": (0.0, 30.0)}, "leaves everything as it is"),
    ({"sampling_rate": 60.0}, {"band_pass": (0.001, 20.0)}, "shorter than a period"),
]


@pytest.mark.parametrize(("known", "remedies", "message"), REFUSED)
def test_what_does_not_fit_is_refused_in_one_line(mixture, as_table, known, remedies, message):
    _, observations = mixture()
    known = dict(known)
    n_sources = known.pop("n_sources", 2)
    with pytest.raises(InputError) as caught:
        prepare(as_table(observations, **known), Remedies(**remedies), n_sources)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "remedies",
    [
        {"fill": "guess"},
        {"notch": 0.0},
        {"notch": float("nan")},
        {"band_pass": (40.0, 1.0)},
        {"band_pass": (-1.0, 1.0)},
        {"band_pass": (float("nan"), 1.0)},
    ],
)
def test_remedies_that_are_none_are_refused(remedies):
    with pytest.raises(InputError):
        Remedies(**remedies)


def test_two_samples_and_no_live_channel_are_refused(as_table):
    with pytest.raises(InputError, match="2 samples are too few"):
        prepare(as_table(np.array([[1.0, 2.0], [3.0, 5.0]])), Remedies(), 1)
    with pytest.raises(InputError, match="no channel carries a signal"):
        prepare(as_table(np.ones((100, 3))), Remedies(), 1)


def test_all_dead_channels_are_named_and_the_sources_are_fewer(mixture, as_table):
    _, observations = mixture()
    table = as_table(np.column_stack([observations, np.ones((2000, 2))]))
    prepared = prepare(table, Remedies(), 5)
    (constant,) = [finding for finding in prepared.findings if finding.kind == "constant"]
    assert constant.channels == ("F4", "F5")
    (rank,) = [finding for finding in prepared.findings if finding.kind == "rank"]
    assert "3 sources are separated, not 5" in rank.message


def test_every_finding_is_one_line(as_table):
    generator = np.random.default_rng(8)
    values = np.cumsum(generator.standard_normal((500, 4)), axis=0)
    values[3, 0] = -9999
    values[100:300, 1] = 0
    values[:, 3] = 7
    table = as_table(values, names=("a\nb", " ", "$x^2$", "d"))
    for finding in prepare(table, Remedies(), 3).findings:
        assert "\n" not in finding.message
        assert str(finding).startswith(finding.message)
