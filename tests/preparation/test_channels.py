"""Channels that carry no signal, or none of the others', and how many directions there are."""

import numpy as np
import pytest
from scipy.signal import lfilter

from bssbench.preparation import Remedies, prepare


def the(kind, prepared):
    (finding,) = [finding for finding in prepared.findings if finding.kind == kind]
    return finding


def constant(_, length):
    return np.full(length, 3.7)


def constant_but_for_arithmetic(generator, length):
    return 3.7 + 1e-12 * generator.standard_normal(length)


def constant_but_for_rounding(generator, length):
    return 3.7 + 0.01 * (generator.random(length) < 0.3) + 0.01 * (generator.random(length) < 0.005)


def constant_but_for_a_few(_, length):
    channel = np.zeros(length)
    channel[[5, 300, 301]] = [1.5, 2.25, 3.125]
    return channel


def trigger(generator, length):
    return (generator.random(length) < 0.1).astype(float)


def event_codes(generator, length):
    return np.repeat(generator.integers(0, 12, length // 100 + 1), 100)[:length].astype(float)


@pytest.mark.parametrize(
    ("dead", "kind"),
    [
        (constant, "constant"),
        (constant_but_for_arithmetic, "nearly-constant"),
        (constant_but_for_rounding, "nearly-constant"),
        (constant_but_for_a_few, "nearly-constant"),
        (trigger, "two-valued"),
        (event_codes, "two-valued"),
    ],
)
def test_what_carries_no_signal_is_left_out_and_named(mixture, as_table, mcc, dead, kind):
    sources, observations = mixture()
    generator = np.random.default_rng(2)
    two = [dead(generator, len(observations)) for _ in range(2)]
    spoilt = np.column_stack([two[0], observations, two[1]])
    prepared = prepare(as_table(spoilt), Remedies(), 3)
    assert prepared.names == ("F2", "F3", "F4")
    assert set(prepared.left_out) == {"F1", "F5"}
    named = {name for found in prepared.findings if found.kind == kind for name in found.channels}
    assert named == {"F1", "F5"}
    assert mcc(prepared, sources) >= 0.97


def test_switches_stay_where_the_sources_need_them(mixture, as_table):
    _, observations = mixture()
    spoilt = np.column_stack([observations, trigger(np.random.default_rng(3), len(observations))])
    prepared = prepare(as_table(spoilt), Remedies(), 4)
    assert prepared.names == ("F1", "F2", "F3", "F4")
    assert the("two-valued", prepared).remedy == "--drop F4"
    assert prepared.rank == 4


def test_few_values_are_a_signal_where_all_channels_have_few(as_table):
    generator = np.random.default_rng(4)
    coarse = np.round(2 * generator.standard_normal((2000, 3)))
    assert prepare(as_table(coarse), Remedies(), 3).left_out == {}


def loud_noise(generator, observations):
    return 1e3 * generator.standard_normal(len(observations)) + observations[:, 0]


def own_wave(generator, observations):
    return lfilter([1], [1, -0.9], generator.standard_normal(len(observations)))


@pytest.mark.parametrize("make", [loud_noise, own_wave])
@pytest.mark.parametrize("seed", range(4))
def test_an_unrelated_channel_goes_where_it_displaces_a_source(mixture, as_table, mcc, make, seed):
    sources, observations = mixture(seed=seed)
    spoilt = np.column_stack([observations, make(np.random.default_rng(seed), observations)])
    prepared = prepare(as_table(spoilt), Remedies(), 3)
    assert set(prepared.left_out) == {"F4"}
    assert "--n-sources 4 keeps it" in the("unrelated", prepared).message
    assert mcc(prepared, sources) >= 0.97
    # As many sources as channels: nothing is displaced, and nothing goes.
    assert prepare(as_table(spoilt), Remedies(), 4).left_out == {}


@pytest.mark.parametrize("seed", range(4))
def test_a_source_on_a_channel_of_its_own_stays_where_it_is_needed(mixture, as_table, mcc, seed):
    sources, observations = mixture(n_channels=4, n_sources=2, noise=0.05, seed=seed)
    own, _ = mixture(n_channels=5, n_sources=5, seed=seed + 50)
    both = np.column_stack([observations, own[:, 4]])
    prepared = prepare(as_table(both), Remedies(), 3)
    assert prepared.left_out == {}
    assert the("unrelated", prepared).remedy == "--drop F5"
    assert mcc(prepared, np.column_stack([sources, own[:, 4]])) >= 0.97


def average_reference(observations, _):
    return np.round(observations - observations.mean(axis=1, keepdims=True), 2)


def significant_digits(observations, _):
    referenced = observations - observations.mean(axis=1, keepdims=True)
    return np.array([[float(f"{value:.5g}") for value in row] for row in referenced])


def single_precision(observations, _):
    referenced = observations - observations.mean(axis=1, keepdims=True)
    return (100 + referenced).astype(np.float32).astype(float)


def converter_steps(observations, _):
    observations[:, 3] = observations[:, :3].mean(axis=1)
    return np.round(observations / 0.0037) * 0.0037


def interpolated(observations, generator):
    observations[:, 3] = observations[:, :3] @ [0.5, 0.3, 0.2]
    observations[:, 3] += 1e-4 * generator.standard_normal(len(observations))
    return observations


@pytest.mark.parametrize(
    "make",
    [average_reference, significant_digits, single_precision, converter_steps, interpolated],
)
def test_rounding_and_what_is_computed_from_others_is_no_source(mixture, as_table, mcc, make):
    sources, observations = mixture(n_channels=4, n_sources=4, noise=0)
    spoilt = make(observations, np.random.default_rng(5))
    prepared = prepare(as_table(spoilt), Remedies(), 4)
    assert prepared.rank == 3
    finding = the("rank", prepared)
    assert "3 sources are separated, not 4" in finding.message
    assert finding.remedy == "--n-sources 3"
    assert np.isfinite(mcc(prepared, sources, n_sources=4))


def test_the_subspace_that_remains_holds_the_sources(mixture, as_table, mcc):
    sources, observations = mixture(n_channels=5, n_sources=4, noise=0)
    spoilt = average_reference(observations, None)
    prepared = prepare(as_table(spoilt), Remedies(), 5)
    assert prepared.rank == 4
    assert mcc(prepared, sources, n_sources=5) >= 0.97


@pytest.mark.parametrize("condition", [10, 1e3, 1e5])
def test_ill_conditioned_mixtures_without_noise_keep_their_rank(mixture, as_table, condition):
    sources, _ = mixture()
    rotations = [
        np.linalg.qr(np.random.default_rng(seed).standard_normal((3, 3)))[0] for seed in (6, 7)
    ]
    mixing_matrix = rotations[0] @ np.diag([1, condition**-0.5, 1 / condition]) @ rotations[1]
    prepared = prepare(as_table(sources @ mixing_matrix.T), Remedies(), 3)
    assert prepared.rank == 3
    assert prepared.findings == ()


def test_copies_are_named(mixture, as_table, mcc):
    sources, observations = mixture()
    spoilt = np.column_stack([observations, -2 * observations[:, 1]])
    prepared = prepare(as_table(spoilt), Remedies(), 3)
    assert the("duplicate", prepared).channels == ("F2", "F4")
    assert prepared.rank == 3
    assert mcc(prepared, sources) >= 0.97
