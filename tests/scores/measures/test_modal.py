import numpy as np
import pytest

from bssbench.scores.measures.modal import modal_score, modal_score_of_spectra

FREQUENCIES = np.arange(0, 10, 0.01)
REFERENCES = (1.0, 2.0, 4.0)


def spectrum(peaks, floor=0.0):
    """Power at given frequencies over a flat floor."""
    power = np.full(len(FREQUENCIES), floor)
    for frequency, value in peaks.items():
        power[round(frequency * 100)] = value
    return power


def score(*spectra):
    return modal_score_of_spectra(FREQUENCIES, np.array(spectra), REFERENCES)


def test_pure_lines_are_all_found():
    found = score(spectrum({1.0: 1}), spectrum({4.03: 5}), spectrum({1.96: 2}))
    assert (found.modes_found, found.mode_purity) == (3, 1.0)


def test_purity_is_the_share_of_power_near_the_reference():
    # 9 in the band (two lines), 1 outside.
    found = score(spectrum({1.0: 6, 1.11: 3, 1.2: 1}))
    assert found.modes_found == 1
    assert found.mode_purity == pytest.approx(0.9)
    # The band is around the reference, not around the peak.
    assert score(spectrum({0.96: 6, 1.11: 3, 0.87: 1})).mode_purity == pytest.approx(0.9)


def test_a_mode_needs_a_purity_of_four_fifths():
    assert score(spectrum({2.0: 79, 3.0: 21})).modes_found == 0
    assert score(spectrum({2.0: 80, 3.0: 20})).modes_found == 1


def test_a_peak_too_far_from_every_reference_is_no_mode():
    assert score(spectrum({2.06: 1})).modes_found == 0
    assert score(spectrum({2.04: 1})).modes_found == 1


def test_the_best_component_counts_for_a_mode_and_the_worst_mode_for_all():
    found = score(
        spectrum({1.0: 85, 3.0: 15}),
        spectrum({1.0: 95, 3.0: 5}),
        spectrum({2.0: 90, 3.0: 10}),
    )
    assert found.modes_found == 2
    assert found.mode_purity == pytest.approx(0.9)


def test_nothing_found_has_no_purity():
    found = score(spectrum({7.0: 1}))
    assert (found.modes_found, found.mode_purity) == (0, None)


def test_time_series_are_scored_by_their_spectra(rng):
    rate = 28.4
    time = np.arange(6800) / rate
    lines = np.stack([np.sin(2 * np.pi * f * time) for f in REFERENCES], axis=1)
    found = modal_score(lines + 0.05 * rng.standard_normal(lines.shape), rate, REFERENCES)
    assert found.modes_found == 3
    assert found.mode_purity > 0.97
    mixed = lines @ np.linalg.qr(rng.standard_normal((3, 3)))[0]
    assert modal_score(mixed, rate, REFERENCES).modes_found < 3


def test_the_rate_of_sampling_makes_no_difference():
    """Two modes as near as the steel frame's: segments of so many samples would blur them."""
    references = (1.2283, 1.4358)

    def found(rate):
        time = np.arange(round(240 * rate)) / rate
        lines = np.stack([np.sin(2 * np.pi * f * time) for f in references], axis=1)
        return modal_score(lines, rate, references)

    slow, fast = found(256 / 9), found(16 * 256 / 9)
    assert slow.modes_found == fast.modes_found == 2
    assert fast.mode_purity == pytest.approx(slow.mode_purity, abs=0.001)
