import numpy as np
import pytest
from scipy.signal import butter, sosfiltfilt

from bssbench.datasets.catalogue import make_dataset
from bssbench.scores.measures.heart import detect_beats, fetal_heartbeat, heart_rate

RATE = 250.0


def test_beats_are_found_where_they_are(hearts, rng):
    signals, known = hearts
    for signal, beats in zip(signals.T, known, strict=True):
        noisy = signal + 0.05 * rng.standard_normal(len(signal))
        found = detect_beats(noisy, RATE)
        assert len(found) == len(beats)
        np.testing.assert_allclose(found / RATE, beats, atol=0.012)


def test_sign_and_scale_make_no_difference_and_an_artefact_little(hearts):
    signal = hearts[0][:, 1].copy()
    beats = detect_beats(signal, RATE)
    np.testing.assert_array_equal(detect_beats(-1e-4 * signal + 7, RATE), beats)
    signal[1305:1308] += 20.0
    assert set(beats) - set(detect_beats(signal, RATE)) <= set(beats[np.abs(beats - 1306) < 70])


def test_the_childs_heart_is_found_among_others(hearts, rng):
    signals, beats = hearts
    components = np.column_stack([rng.standard_normal(2500), signals])
    found = fetal_heartbeat(components, signals[:, :1], RATE)
    assert found.component == 2
    assert len(found.beats) == len(beats[1])
    assert found.rate == pytest.approx(60 / 0.45, rel=0.01)
    assert found.regularity < 0.01
    assert found.purity > 0.95


def test_purity_is_the_share_of_the_heart_in_a_component(hearts, rng):
    signals, _ = hearts
    heart = signals[:, 1:] / signals[:, 1].std()
    noise = rng.standard_normal((2500, 1))
    for share in (0.9, 0.7, 0.5):
        mixed = np.sqrt(share) * heart + np.sqrt(1 - share) * noise
        found = fetal_heartbeat(mixed, signals[:, :1], RATE)
        assert found.purity == pytest.approx(share, abs=0.05)


def test_of_two_hearts_the_purer_counts(hearts, rng):
    heart = hearts[0][:, 1]
    noisy = heart + 0.05 * rng.standard_normal(2500)
    assert fetal_heartbeat(np.column_stack([noisy, heart]), hearts[0][:, :1], RATE).component == 1


def test_what_is_no_childs_heart_is_not_found(hearts, rng):
    signals, _ = hearts
    mother, child = signals[:, :1], signals[:, 1:]
    assert fetal_heartbeat(mother, mother, RATE) is None
    # Not faster than what beats on the thorax.
    assert fetal_heartbeat(child, child, RATE) is None
    assert fetal_heartbeat(np.zeros((2500, 2)), mother, RATE) is None
    # Half a recording has half of the beats.
    assert fetal_heartbeat(child * (np.arange(2500) < 1250)[:, None], mother, RATE) is None
    sos = butter(4, (2.0, 100.0), btype="bandpass", fs=RATE, output="sos")
    for _ in range(20):
        noise = sosfiltfilt(sos, rng.standard_normal((8, 2500))).T
        assert fetal_heartbeat(noise, mother, RATE) is None


def test_one_beat_has_no_rate():
    assert heart_rate(np.array([7]), RATE) == 0.0


@pytest.mark.recordings
def test_no_phase_randomised_lead_beats_like_a_childs_heart(rng):
    dataset = make_dataset("fetal-ecg", [0], {})
    thorax = dataset.references("thorax")[0]
    rates = [heart_rate(detect_beats(lead, RATE), RATE) for lead in thorax.T]
    np.testing.assert_allclose(rates, 81, atol=1)
    spectrum = np.abs(np.fft.rfft(dataset.observations[0], axis=0))
    for _ in range(20):
        phases = np.exp(2j * np.pi * rng.random(spectrum.shape))
        assert fetal_heartbeat(np.fft.irfft(spectrum * phases, 2500, axis=0), thorax, RATE) is None
