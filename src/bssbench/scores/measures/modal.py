"""Scores for structural vibration: reference modes that components isolate, and their purity."""

from dataclasses import dataclass

import numpy as np

from bssbench.datasets.dataset import Dataset
from bssbench.errors import NotApplicable
from bssbench.scores.record import Replicate, Score

__all__ = ["SCORES", "ModalScore", "modal_score", "modal_score_of_spectra"]

# 2,048 samples at the steel frame's 256 / 9 Hz. In seconds, because the duration determines the
# frequency resolution.
_SEGMENT_SECONDS = 72.0
_TOLERANCE = 0.05
_HALF_WIDTH = 0.12
_LEAST_PURITY = 0.8


@dataclass(frozen=True)
class ModalScore:
    """The modes that were found.

    Attributes
    ----------
    modes_found : int
        Number of reference modes that a component isolates.
    mode_purity : float or None
        Smallest purity over the modes found, each with its best component; None if none is found.
    """

    modes_found: int
    mode_purity: float | None


def modal_score_of_spectra(
    frequencies: np.ndarray, spectra: np.ndarray, references: tuple[float, ...]
) -> ModalScore:
    """Score power spectra against reference frequencies.

    The mode of a component is the reference nearest to the maximum of its spectrum, within 0.05 Hz.
    Its purity is the power within 0.12 Hz of the reference relative to its total power. A mode is
    found if a component has it with a purity of at least 0.8.

    Parameters
    ----------
    frequencies : numpy.ndarray
        Shape (frequency,), in Hz.
    spectra : numpy.ndarray
        Shape (component, frequency). Power spectra.
    references : tuple of float
        Reference frequencies in Hz.

    Returns
    -------
    ModalScore
        Number and purity of the modes found.
    """
    best: dict[int, float] = {}
    for spectrum in spectra:
        distances = np.abs(np.asarray(references) - frequencies[spectrum.argmax()])
        mode = int(distances.argmin())
        if distances[mode] > _TOLERANCE:
            continue
        near = np.abs(frequencies - references[mode]) <= _HALF_WIDTH
        purity = float(spectrum[near].sum() / spectrum.sum())
        if purity >= _LEAST_PURITY:
            best[mode] = max(purity, best.get(mode, 0.0))
    return ModalScore(len(best), min(best.values()) if best else None)


def modal_score(
    components: np.ndarray, sampling_rate: float, references: tuple[float, ...]
) -> ModalScore:
    """Score components by their Welch spectra, with segments of 72 s.

    Parameters
    ----------
    components : numpy.ndarray
        Shape (time, component).
    sampling_rate : float
        In Hz.
    references : tuple of float
        Reference frequencies in Hz.

    Returns
    -------
    ModalScore
        Number and purity of the modes found.
    """
    # Imported here because importing scipy.signal takes most of a second.
    from scipy.signal import welch

    segment = min(round(_SEGMENT_SECONDS * sampling_rate), len(components))
    frequencies, spectra = welch(components, fs=sampling_rate, nperseg=segment, axis=0)
    return modal_score_of_spectra(frequencies, spectra.T, references)


def _needs_modes(dataset: Dataset) -> None:
    if not dataset.reference_frequencies:
        raise NotApplicable("the data have no reference modes")


def _modal(replicate: Replicate) -> ModalScore:
    dataset = replicate.dataset
    rate = dataset.sampling_rate or 1.0
    return modal_score(replicate.estimated, rate, dataset.reference_frequencies)


def _mode_purity(replicate: Replicate) -> float:
    purity = replicate.once(_modal).mode_purity
    if purity is None:
        raise NotApplicable("no reference mode was found")
    return purity


SCORES = (
    Score(
        name="modes_found",
        compute=lambda replicate: replicate.once(_modal).modes_found,
        needs=_needs_modes,
        description="reference modes that a component isolates (recordings of structures)",
        caption="reference modes found",
        tolerance=1.5,
        decimals=0,
        axis="modes found",
        headline=True,
        position=20,
    ),
    Score(
        name="mode_purity",
        compute=_mode_purity,
        needs=_needs_modes,
        description="smallest spectral purity over the modes found; 1 is perfect",
        caption="spectral purity of the modes found",
        tolerance=0.1,
        position=21,
    ),
)
