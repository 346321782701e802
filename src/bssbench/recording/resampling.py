"""Resampled time: other recordings that might have been, made of stretches of this one."""

import numpy as np

__all__ = ["block_length", "correlation_time", "resampled_rows"]

# Sokal's window: sums of squared autocorrelations are cut at this many times what they sum up to.
_WINDOW = 5.0
# A block holds so many correlation times, so that what its ends cut through is little of it ...
_TIMES = 10.0
# ... and there are so many blocks, for fewer are hardly resampled.
_FEWEST_BLOCKS = 10


def correlation_time(signals: np.ndarray) -> float:
    """Return the longest correlation time of signals (time, signal), in samples.

    That is 1 + 2 Σ ρ²(k) over lags k > 0, by which the variance of a sample covariance exceeds that
    of white noise (Bartlett, 1946), with Sokal's (1997) self-consistent cut of the sum. Squares,
    because oscillations would cancel. What never decays, such as a sine, gives the length of the
    signal.
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
        # At lag k there are fewer products; those beyond half the length are left out.
        autocovariance = autocovariance / np.arange(length, length - len(autocovariance), -1)
        squares = (autocovariance / autocovariance[0]) ** 2
        times = 2.0 * np.cumsum(squares) - 1.0
        enough = np.flatnonzero(np.arange(len(times)) >= _WINDOW * times)
        longest = max(longest, float(times[enough[0]]) if len(enough) else float(length))
    return longest


def block_length(observations: np.ndarray) -> int:
    """Return how long the stretches of observations (time, channel) are to be, in samples.

    Ten correlation times, at least the cube root of the length, the rate at which the best block
    grows (Künsch, 1989; Politis and White, 2004), and at most a tenth of the recording.
    """
    length = len(observations)
    wanted = max(_TIMES * correlation_time(observations), length ** (1 / 3))
    return max(1, min(int(np.ceil(wanted)), length // _FEWEST_BLOCKS))


def resampled_rows(length: int, block: int, generator: np.random.Generator) -> np.ndarray:
    """Draw rows by the circular block bootstrap (Politis and Romano, 1992); shape (length,).

    Blocks begin anywhere and go on at the beginning where the recording ends, so that every row is
    as likely as any other.
    """
    starts = generator.integers(0, length, size=-(-length // block))
    rows = (starts[:, None] + np.arange(block)) % length
    return rows.reshape(-1)[:length]
