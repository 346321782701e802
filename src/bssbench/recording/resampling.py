"""Block bootstrap of a recording: resamples made of blocks of consecutive samples."""

import numpy as np

__all__ = ["block_length", "correlation_time", "resampled_rows"]

# Sokal's window: sums of squared autocorrelations are cut at this many times what they sum up to.
_WINDOW = 5.0
# Blocks span this many correlation times, so that few dependencies are cut at their ends ...
_TIMES = 10.0
# ... and a resample has at least this many blocks, so that it differs from the recording.
_FEWEST_BLOCKS = 10


def correlation_time(signals: np.ndarray) -> float:
    """Return the longest correlation time of signals (time, signal), in samples.

    It is 1 + 2 Σ ρ²(k) over lags k > 0, the factor by which the variance of a sample covariance
    exceeds that of white noise (Bartlett, 1946). The sum is truncated self-consistently (Sokal,
    1997). The autocorrelations are squared, because oscillations would cancel. For a signal whose
    autocorrelation does not decay, such as a sine, the result is the length of the signal.
    """
    from scipy.fft import next_fast_len, rfft

    length = len(signals)
    size = next_fast_len(2 * length, real=True)
    longest = 1.0
    for signal in signals.T:
        power = np.abs(rfft(signal - signal.mean(), size)) ** 2
        autocovariance = np.fft.irfft(power, size)[: length // 2]
        if not autocovariance[0] > 0:
            continue
        # Lag k has length − k products. Lags beyond half the length are left out.
        autocovariance = autocovariance / np.arange(length, length - len(autocovariance), -1)
        squares = (autocovariance / autocovariance[0]) ** 2
        times = 2.0 * np.cumsum(squares) - 1.0
        enough = np.flatnonzero(np.arange(len(times)) >= _WINDOW * times)
        longest = max(longest, float(times[enough[0]]) if len(enough) else float(length))
    return longest


def block_length(observations: np.ndarray) -> int:
    """Return the length of the blocks for observations (time, channel), in samples.

    It is ten correlation times, but at least the cube root of the length of the recording, the rate
    at which the optimal block length grows (Künsch, 1989; Politis and White, 2004), and at most a
    tenth of the recording.
    """
    length = len(observations)
    wanted = max(_TIMES * correlation_time(observations), length ** (1 / 3))
    return max(1, min(int(np.ceil(wanted)), length // _FEWEST_BLOCKS))


def resampled_rows(length: int, block: int, generator: np.random.Generator) -> np.ndarray:
    """Draw rows by the circular block bootstrap (Politis and Romano, 1992); shape (length,).

    Blocks start at any row and wrap around at the end of the recording, so that all rows are
    equally likely.
    """
    starts = generator.integers(0, length, size=-(-length // block))
    rows = (starts[:, None] + np.arange(block)) % length
    return rows.reshape(-1)[:length]
