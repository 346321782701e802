"""What spoils a separation is warned of, and remedied: the true sources are known here."""

import numpy as np
import pytest

from bssbench.errors import InputError
from bssbench.preparation import Remedies, prepare

RATE = 250.0


def kinds(prepared):
    return {finding.kind for finding in prepared.findings}


def the(kind, prepared):
    (finding,) = [finding for finding in prepared.findings if finding.kind == kind]
    return finding


def with_sentinels(observations, generator):
    observations[generator.choice(len(observations), 3, replace=False), 2] = -9999


def with_one_sentinel(observations, _):
    observations[1234, 1] = 999


def with_repeated_extremes(observations, _):
    observations[[50, 700, 1900], 0] = 4711.5


def with_spikes(observations, generator):
    rows = generator.choice(len(observations), 5, replace=False)
    observations[rows, 0] += 1000 * observations[:, 0].std() * generator.standard_normal(5)


def with_a_long_spike(observations, _):
    observations[800:804, 1] += 300


@pytest.mark.parametrize("method", ["sobi", "fastica"])
@pytest.mark.parametrize(
    ("spoil", "kind", "channel"),
    [
        (with_sentinels, "sentinel", "F3"),
        (with_one_sentinel, "sentinel", "F2"),
        (with_repeated_extremes, "sentinel", "F1"),
        (with_spikes, "spikes", "F1"),
        (with_a_long_spike, "spikes", "F2"),
    ],
)
@pytest.mark.parametrize("fill", ["interpolate", "hold"])
def test_what_is_no_measurement_is_named_and_filled(
    mixture, as_table, mcc, spoil, kind, channel, fill, method
):
    sources, observations = mixture()
    spoil(observations, np.random.default_rng(1))
    table = as_table(observations)
    warned = prepare(table, Remedies(), 3)
    finding = the(kind, warned)
    assert finding.channels == (channel,)
    assert finding.rows.startswith("row")
    assert finding.remedy == "--fill interpolate"
    assert mcc(warned, sources, method=method) < 0.97
    remedied = prepare(table, Remedies(fill=fill), 3)
    assert mcc(remedied, sources, method=method) >= 0.97
    assert any("filled" in step and channel in step for step in remedied.steps)
    assert the(kind, remedied).remedy == ""


def test_a_flat_line_is_named_and_its_rows_dropped(mixture, as_table, mcc):
    sources, observations = mixture()
    observations[600:1200, 1] = observations[600, 1]
    # The header is in line 1.
    table = as_table(observations, lines=np.arange(len(observations)) + 2)
    warned = prepare(table, Remedies(), 3)
    finding = the("flat", warned)
    assert finding.channels == ("F2",)
    assert finding.rows == "lines 602 to 1201"
    assert finding.remedy == "--drop rows:602-1201"
    assert mcc(warned, sources) < 0.97
    remedied = prepare(table, Remedies(drop=("rows:602-1201",)), 3)
    assert len(remedied.observations) == 1400
    assert "flat" not in kinds(remedied)
    assert mcc(remedied, sources) >= 0.97


def test_a_flat_channel_can_go_where_others_suffice(mixture, as_table, mcc):
    sources, observations = mixture(n_channels=5)
    observations[300:1500, 4] = 2.5
    finding = the("flat", prepare(as_table(observations), Remedies(), 3))
    assert finding.remedy == "--drop F5"
    remedied = prepare(as_table(observations), Remedies(drop=("F5",)), 3)
    assert remedied.left_out == {"F5": "by --drop"}
    assert mcc(remedied, sources) >= 0.97


def test_missing_values_stop_and_name_the_remedy(mixture, as_table, mcc):
    sources, observations = mixture()
    observations[[300, 301, 900], 1] = np.nan
    observations[5, 2] = np.inf
    table = as_table(observations, lines=np.arange(len(observations)) + 2)
    with pytest.raises(InputError) as caught:
        prepare(table, Remedies(), 3)
    message = str(caught.value)
    assert "\n" not in message
    assert "channel F3 has the value inf in line 7 (4 such cells, in channels F2, F3)" in message
    assert "--fill interpolate" in message
    assert "--drop rows:7,302-303,902" in message
    for remedies in (Remedies(fill="hold"), Remedies(drop=("rows:7,302-303,902",))):
        remedied = prepare(table, remedies, 3)
        assert np.isfinite(remedied.observations).all()
        assert mcc(remedied, sources) >= 0.97


def test_a_straight_drift(mixture, as_table, mcc):
    sources, observations = mixture()
    observations += np.linspace(0, 1, len(observations))[:, None] * [10, -20, 30]
    warned = prepare(as_table(observations), Remedies(), 3)
    assert the("drift", warned).remedy == "--detrend"
    assert mcc(warned, sources) < 0.97
    remedied = prepare(as_table(observations), Remedies(detrend=True), 3)
    assert "drift" not in kinds(remedied)
    assert mcc(remedied, sources) >= 0.97


def test_a_slow_wave_is_high_passed_as_the_finding_says(mixture, as_table, mcc):
    sources, observations = mixture(length=5000)
    wave = np.sin(2 * np.pi * np.arange(5000) / 5000)
    observations += wave[:, None] * [10, -20, 30]
    table = as_table(observations, sampling_rate=RATE)
    warned = prepare(table, Remedies(), 3)
    option, low, high = the("drift", warned).remedy.split()
    assert option == "--band-pass"
    assert mcc(warned, sources) < 0.97
    remedied = prepare(table, Remedies(band_pass=(float(low), float(high))), 3)
    assert mcc(remedied, sources) >= 0.97


def test_hum_and_its_harmonics(mixture, as_table, mcc):
    sources, observations = mixture(length=5000)
    time = np.arange(5000) / RATE
    observations += np.sin(2 * np.pi * 50 * time)[:, None] * [3, -2, 1]
    observations += np.sin(2 * np.pi * 100 * time)[:, None] * [1, 2, -3]
    table = as_table(observations, sampling_rate=RATE)
    warned = prepare(table, Remedies(), 3)
    assert the("line-noise", warned).remedy == "--notch 50"
    assert mcc(warned, sources) < 0.97
    remedied = prepare(table, Remedies(notch=50.0), 3)
    assert "line-noise" not in kinds(remedied)
    assert "cut out 50, 100 Hz" in remedied.steps[0]
    assert mcc(remedied, sources) >= 0.97


def test_an_untouched_recording_has_no_findings(mixture, as_table):
    for seed in range(10):
        _, observations = mixture(seed=seed)
        table = as_table(observations, sampling_rate=RATE)
        prepared = prepare(table, Remedies(), 3)
        assert prepared.findings == ()
        assert prepared.steps == ()
        np.testing.assert_array_equal(prepared.observations, observations)
        assert not np.shares_memory(prepared.observations, table.values)


def test_remedies_run_in_their_order_and_leave_the_table(mixture, as_table):
    _, observations = mixture(length=3000)
    observations[7, 0] = np.nan
    before = observations.copy()
    remedies = Remedies(
        detrend=True, band_pass=(1, 40), notch=50, drop=("rows:1-3", "F3"), fill="interpolate"
    )
    prepared = prepare(as_table(observations, sampling_rate=RATE), remedies, 2)
    words = ("left out channel F3", "left out rows 1 to 3", "filled", "line", "cut", "band-passed")
    for step, word in zip(prepared.steps, words, strict=True):
        assert word in step
    np.testing.assert_array_equal(observations, before)
    np.testing.assert_array_equal(prepared.rows, np.arange(3, 3000))
