"""All scores of a cell, a row for each seed and score: a number, or why there is none."""

from dataclasses import dataclass

import numpy as np

from bssbench.datasets.dataset import Dataset
from bssbench.errors import NotApplicable
from bssbench.scores.amari import amari_distance
from bssbench.scores.electrodes import electrode_ceiling, electrode_correlation
from bssbench.scores.heart import THORAX, fetal_heartbeat
from bssbench.scores.identifiability import linear_r2
from bssbench.scores.matching import aligned_rmse, mean_correlation, si_sdr, spearman_ranks
from bssbench.scores.modal import modal_score
from bssbench.scores.prior_parameters import PRIOR_SCORES, prior_score, prior_scores_of
from bssbench.separation import Separation

__all__ = ["LOWER_IS_BETTER", "SCORES", "ScoreRow", "score_outcome", "score_separation"]

SCORES = {
    "mcc": "mean absolute Pearson correlation of matched sources; 1 is perfect",
    "mcc_spearman": "the same with Spearman's rank correlation; 1 is perfect",
    "amari": "Amari distance of unmixing and mixing matrix, non-squared, in [0, 1]; 0 is perfect",
    "si_sdr": "scale-invariant signal-to-distortion ratio in dB, matched sources; higher is better",
    "rmse": "error after matching and scaling, in standard deviations of a source; 0 is perfect",
    "r2": "share of the true sources that a linear map of all estimates explains; 1 is perfect",
    "modes_found": "reference modes that a component isolates (recordings of structures)",
    "mode_purity": "smallest spectral purity over the modes found; 1 is perfect",
    "eog1_correlation": "absolute correlation of the best component with held-out electrode EOG1",
    "eog1_ceiling": "multiple correlation of EOG1 with all observations: no component has more",
    "eog2_correlation": "absolute correlation of the best component with held-out electrode EOG2",
    "eog2_ceiling": "multiple correlation of EOG2 with all observations: no component has more",
    "fetal_heart_found": "1 if a component beats like a fetal heart, else 0; see also its purity",
    "beat_rate": "beats a minute of that component, if there is one",
    "beat_regularity": "coefficient of variation of its intervals; lower is better",
    "beat_purity": "share of its variance that is the same in every beat; 1 is perfect, and 0.35 "
    "the median of random rotations",
}
LOWER_IS_BETTER = frozenset({"amari", "rmse", "beat_regularity", *PRIOR_SCORES})
_MODAL = ("modes_found", "mode_purity")
_ELECTRODES = {
    f"eog{number}_{kind}": f"EOG{number}"
    for number in (1, 2)
    for kind in ("correlation", "ceiling")
}
_BEATS = {"beat_rate": "rate", "beat_regularity": "regularity", "beat_purity": "purity"}
_HEART = ("fetal_heart_found", *_BEATS)


@dataclass(frozen=True)
class ScoreRow:
    """One line of ``scores.csv``; `value` is None unless `status` is ``ok``."""

    dataset: str
    method: str
    seed: int
    score: str
    value: float | None
    status: str
    reason: str


def _value(dataset: Dataset, separation: Separation, replicate: int, score: str) -> float:
    """Compute one score of one replicate; raise `NotApplicable` if it has no meaning."""
    _refuse_without_reference(dataset, score)
    estimated = separation.sources[replicate]
    if score in _MODAL:
        rate = dataset.sampling_rate or 1.0
        modal = modal_score(estimated, rate, dataset.reference_frequencies)
        if score == "modes_found":
            return float(modal.modes_found)
        if modal.mode_purity is None:
            raise NotApplicable("no reference mode was found")
        return modal.mode_purity
    if score in _ELECTRODES:
        electrode = dataset.references(_ELECTRODES[score])[:, 0]
        if score.endswith("ceiling"):
            return electrode_ceiling(electrode, dataset.observations[replicate])
        return electrode_correlation(electrode, estimated)
    if score in _HEART:
        thorax = dataset.references(THORAX)
        heartbeat = fetal_heartbeat(estimated, thorax, dataset.sampling_rate or 1.0)
        if score == "fetal_heart_found":
            return float(heartbeat is not None)
        if heartbeat is None:
            raise NotApplicable("no component beats like a fetal heart")
        return float(getattr(heartbeat, _BEATS[score]))
    if score == "amari":
        if separation.unmixing_matrix is None or dataset.mixing_matrix is None:
            raise NotApplicable("the method's demixing is not linear")
        return amari_distance(
            separation.unmixing_matrix[replicate], dataset.mixing_matrix[replicate]
        )
    assert dataset.sources is not None
    true = dataset.sources[replicate]
    if score in PRIOR_SCORES:
        return prior_score(dataset, separation, replicate, score)
    if score == "r2":
        return float(linear_r2(true, estimated).mean())
    if score == "mcc_spearman":
        return mean_correlation(spearman_ranks(true), spearman_ranks(estimated))
    return {"mcc": mean_correlation, "si_sdr": si_sdr, "rmse": aligned_rmse}[score](true, estimated)


def _refuse_without_reference(dataset: Dataset, score: str) -> None:
    """Raise `NotApplicable` where the data set has nothing to hold this score against."""
    if score in _MODAL:
        if not dataset.reference_frequencies:
            raise NotApplicable("the data have no reference modes")
    elif score in _ELECTRODES:
        dataset.references(_ELECTRODES[score])
    elif score in _HEART:
        dataset.references(THORAX)
    elif dataset.sources is None:
        raise NotApplicable("the true sources are not known")
    elif score == "amari" and dataset.mixing_matrix is None:
        raise NotApplicable("the mixing is not linear")


def score_separation(
    dataset: Dataset, method: str, separation: Separation, seeds: tuple[int, ...]
) -> list[ScoreRow]:
    """Score every replicate of a finished cell.

    Rows of `PRIOR_SCORES` are there only where prior and data have what they compare.

    Parameters
    ----------
    dataset : Dataset
        With the truth or the reference.
    method : str
        Its name, for the rows.
    separation : Separation
        Of that data set, replicates in the order of `seeds`.
    seeds : tuple of int
        The leading seeds of the data set that were run.
    """
    rows = []
    for replicate, seed in enumerate(seeds):
        diverged = not np.isfinite(separation.sources[replicate]).all()
        for score in [*SCORES, *prior_scores_of(dataset, separation)]:
            value, status, reason = None, "ok", ""
            try:
                if diverged:
                    _refuse_without_reference(dataset, score)
                    status, reason = "failed", "the estimated sources are not finite: it diverged"
                else:
                    value = _value(dataset, separation, replicate, score)
            except NotApplicable as why:
                status, reason = "skipped", str(why)
            rows.append(ScoreRow(dataset.name, method, seed, score, value, status, reason))
    return rows


def score_outcome(
    dataset: Dataset, method: str, seeds: tuple[int, ...], status: str, reason: str
) -> list[ScoreRow]:
    """Return the rows of a cell without a separation, its status in each."""
    rows = []
    for seed in seeds:
        for score in SCORES:
            row_status, row_reason = status, reason
            if status != "skipped":
                try:
                    _refuse_without_reference(dataset, score)
                except NotApplicable as why:
                    row_status, row_reason = "skipped", str(why)
            rows.append(ScoreRow(dataset.name, method, seed, score, None, row_status, row_reason))
    return rows
