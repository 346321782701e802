import pytest

from bssbench.readers.text.rates import stated_rate


@pytest.mark.parametrize(
    ("lines", "rate"),
    [
        (["fs=250 Hz"], 250),
        (["Fs: 1 kHz"], 1000),
        (["Sample Rate = 250 Hz"], 250),
        (["sampling frequency (Hz): 512"], 512),
        (["SamplingRate,256"], 256),
        (["srate 128"], 128),
        (["Delta_X\t0,004000\t0,004000"], 250),
        (["Sampling interval [ms]: 4"], 250),
        (["device X, 250 Hz"], 250),
        (["Sample Rate = 250 Hz", "notch filter 50 Hz"], 250),
        (["band-pass 1-40 Hz", "notch 50 Hz"], None),
        (["device at 250 Hz", "device at 500 Hz"], None),  # which?
        (["fs=0"], None),
        (["subject 12, age 40", "start 2020-01-01"], None),
        (["Number of samples = 1500", "Samples\t1500\t1500"], None),
        (["sample 3 of rat 7"], None),
        (["Sample Index, EXG Channel 0"], None),
        ([], None),
    ],
)
def test_rates_that_text_states(lines, rate):
    assert stated_rate(lines) == rate
