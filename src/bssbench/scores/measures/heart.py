"""Scores for an electrocardiogram of mother and child: the component with the fetal heart.

The sources are unknown, but the properties of a heartbeat are known: beats are sharp, similar to
each other, and at nearly equal intervals.

Regular beats alone are weak evidence. Some whitened directions contain a strong fetal and a weak
maternal signal, so that 349 of 500 random rotations had a component with beats as regular as those
of a fetal heart. Their purity was low, however (median 0.35, 95 % below 0.60). Compare methods by
their purity.
"""

from dataclasses import dataclass

import numpy as np

from bssbench.datasets.dataset import Dataset
from bssbench.errors import NotApplicable
from bssbench.scores.record import Replicate, Score

__all__ = ["SCORES", "THORAX", "Heartbeat", "detect_beats", "fetal_heartbeat", "heart_rate"]

THORAX = "thorax"
"""Beginning of the names of reference signals that show the mother's heart."""

_SHARP_BAND = (10.0, 40.0)
_REFRACTORY_SECONDS = 0.25
_THRESHOLD = 0.5
_FETAL_RATES = (110.0, 180.0)
_LEAST_BEATS_PER_SECOND = 1.8
_FASTER_THAN_MOTHER = 1.3
_LEAST_REGULAR = 0.1


@dataclass(frozen=True)
class Heartbeat:
    """The component with the fetal heart.

    Attributes
    ----------
    component : int
        Index of the component.
    beats : numpy.ndarray
        Shape (beat,). Sample of each beat.
    rate : float
        Beats per minute.
    regularity : float
        Coefficient of variation of the intervals; 0 for perfect regularity.
    purity : float
        Share of the component's variance that repeats in every beat: 1 for a perfect component,
        about 0 for noise.
    """

    component: int
    beats: np.ndarray
    rate: float
    regularity: float
    purity: float


def detect_beats(signal: np.ndarray, sampling_rate: float) -> np.ndarray:
    """Return the samples of heart beats.

    The algorithm is the same for every method and lead, and invariant to sign and scale:

    1. Filter to 10–40 Hz, the band of the sharp part of a beat (Butterworth, zero phase). Compute
       the envelope, the magnitude of the analytic signal, which has one maximum per beat.
    2. The height of a beat is the median of the maxima of whole seconds, each of which contains a
       beat; the median is robust to single artefacts. The threshold is half of this height.
    3. A beat is a maximum above the threshold. Of two maxima within 0.25 s, which is shorter than
       any interval between beats, the higher one counts.

    Parameters
    ----------
    signal : numpy.ndarray
        Shape (time,), at least one second long.
    sampling_rate : float
        In Hz, above 80.

    Returns
    -------
    numpy.ndarray
        Shape (beat,).
    """
    # Imported here because importing scipy.signal takes most of a second.
    from scipy.signal import butter, find_peaks, hilbert, sosfiltfilt

    sharp = butter(2, _SHARP_BAND, btype="bandpass", fs=sampling_rate, output="sos")
    envelope = np.abs(hilbert(sosfiltfilt(sharp, signal)))
    second = round(sampling_rate)
    seconds = envelope[: len(envelope) // second * second].reshape(-1, second)
    height = np.median(seconds.max(axis=1))
    distance = round(_REFRACTORY_SECONDS * sampling_rate)
    beats, _ = find_peaks(envelope, height=_THRESHOLD * height, distance=distance)
    return beats


def heart_rate(beats: np.ndarray, sampling_rate: float) -> float:
    """Return the heart rate from the median interval.

    Parameters
    ----------
    beats : numpy.ndarray
        Shape (beat,). Sample of each beat.
    sampling_rate : float
        In Hz.

    Returns
    -------
    float
        Beats per minute; 0 for fewer than two beats.
    """
    return float(60.0 * sampling_rate / np.median(np.diff(beats))) if len(beats) > 1 else 0.0


def _purity(signal: np.ndarray, beats: np.ndarray) -> float:
    """Return the share of the signal's variance that repeats from beat to beat.

    Cycles with the length of the median interval are aligned at their beats. Their unbiased
    variance around the mean cycle is the part that does not repeat.
    """
    half = int(np.median(np.diff(beats))) // 2
    whole = beats[(beats >= half) & (beats + half < len(signal))]
    cycles = signal[whole[:, None] + np.arange(-half, half + 1)]
    return float(1.0 - cycles.var(axis=0, ddof=1).mean() / signal.var())


def fetal_heartbeat(
    components: np.ndarray, thorax: np.ndarray, sampling_rate: float
) -> Heartbeat | None:
    """Find the component with the fetal heart.

    Its rate is 110–180 beats per minute and at least 1.3 times that of the mother, which is the
    median over the thoracic leads. It has at least 18 beats in ten seconds, and the coefficient of
    variation of its intervals is at most 0.1. In noise, the detector also finds peaks at such a
    rate, but less regular ones: none of 2,000 sets of eight components of phase-randomised or
    filtered noise passed. If several components qualify, the one with the highest purity is
    returned, because their regularity hardly differs.

    Parameters
    ----------
    components : numpy.ndarray
        Shape (time, component).
    thorax : numpy.ndarray
        Shape (time, lead).
    sampling_rate : float
        In Hz.

    Returns
    -------
    Heartbeat or None
        None if no component qualifies.
    """
    mother = np.median(
        [heart_rate(detect_beats(lead, sampling_rate), sampling_rate) for lead in thorax.T]
    )
    slowest = max(_FETAL_RATES[0], _FASTER_THAN_MOTHER * float(mother))
    least_beats = _LEAST_BEATS_PER_SECOND * len(components) / sampling_rate
    found = []
    for index, component in enumerate(components.T):
        beats = detect_beats(component, sampling_rate)
        rate = heart_rate(beats, sampling_rate)
        if len(beats) < least_beats or not slowest <= rate <= _FETAL_RATES[1]:
            continue
        intervals = np.diff(beats)
        regularity = float(intervals.std() / intervals.mean())
        if regularity <= _LEAST_REGULAR:
            purity = _purity(component, beats)
            found.append(Heartbeat(index, beats, rate, regularity, purity))
    return max(found, key=lambda heartbeat: heartbeat.purity, default=None)


def _needs_thorax(dataset: Dataset) -> None:
    dataset.references(THORAX)


def _heartbeat(replicate: Replicate) -> Heartbeat | None:
    dataset = replicate.dataset
    thorax = dataset.references(THORAX)[replicate.index]
    return fetal_heartbeat(replicate.estimated, thorax, dataset.sampling_rate or 1.0)


def _found(replicate: Replicate) -> Heartbeat:
    heartbeat = replicate.once(_heartbeat)
    if heartbeat is None:
        raise NotApplicable("no component beats like a fetal heart")
    return heartbeat


SCORES = (
    Score(
        name="fetal_heart_found",
        compute=lambda replicate: replicate.once(_heartbeat) is not None,
        needs=_needs_thorax,
        description="1 if a component beats like a fetal heart, else 0; see also its purity",
        caption="seeds with a component that beats like a fetal heart",
        tolerance=0.6,
        counted=True,
        position=40,
    ),
    Score(
        name="beat_rate",
        compute=lambda replicate: _found(replicate).rate,
        needs=_needs_thorax,
        description="beats a minute of that component, if there is one",
        caption="of the hearts found, beats a minute",
        tolerance=3.0,
        better=None,
        decimals=1,
        position=41,
    ),
    Score(
        name="beat_regularity",
        compute=lambda replicate: _found(replicate).regularity,
        needs=_needs_thorax,
        description="coefficient of variation of its intervals; lower is better",
        caption="of the hearts found, coefficient of variation of the intervals (lower is better)",
        tolerance=0.05,
        better="lower",
        position=42,
    ),
    Score(
        name="beat_purity",
        compute=lambda replicate: _found(replicate).purity,
        needs=_needs_thorax,
        description="share of its variance that is the same in every beat; 1 is perfect, and 0.35 "
        "the median of random rotations",
        caption="of the hearts found, variance that is the same in every beat (higher is better; "
        "349 of 500 random rotations had rate and regularity of a heart, and a median purity of "
        "0.35)",
        tolerance=0.1,
        axis="purity of the\nfetal heart",
        headline=True,
        position=43,
    ),
)
