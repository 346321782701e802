"""What a cell is drawn from: sources, spectra and learning curves of a few seeds, in short form."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.signal import welch

from bssbench.datasets.dataset import Dataset
from bssbench.errors import InputError
from bssbench.files import read_json
from bssbench.scores.measures.matching import match
from bssbench.scores.training_cost import si_sdr_at_records
from bssbench.separation import Separation

__all__ = ["SAMPLES_SHOWN", "SEEDS_SHOWN", "SIGNAL_STEPS", "SPECTRUM_STEPS", "read_cells"]

SEEDS_SHOWN = 3
"""So many of a data set's seeds are shown, the first."""

SAMPLES_SHOWN = 250
"""So many consecutive samples are shown, from the middle of a series."""

SIGNAL_STEPS, SPECTRUM_STEPS = 100, 10
"""Signals are rounded to hundredths of a standard deviation, spectra to tenths of a decibel."""

_SEGMENT = 256
# Sixty decibels below a standardised signal there is nothing to see.
_FLOOR = 1e-6


def read_cells(results: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (name, content) for each data set of which `results` has cells.

    The content has ``true`` and, for each of its ``methods``, ``estimated``. Both are lists with an
    entry for each seed. An entry has ``signals``, standardised, and ``spectra``, in dB: integers, a
    list for each source. Estimates are in the order of the true sources, with the sign of their
    correlation.

    Raises
    ------
    InputError
        If a file is damaged, or is not what `bssbench separate` writes.
    """
    for path in sorted((results / "data").glob("*.npz")):
        folders = sorted((results / "cells" / path.stem).glob("*/run.json"))
        if folders:
            dataset = Dataset.load(path)
            methods = {run.parent.name: _cell(dataset, run) for run in folders}
            shown = {name: method for name, method in methods.items() if method}
            if shown:
                yield path.stem, _about(dataset) | {"methods": shown}


def _about(dataset: Dataset) -> dict[str, Any]:
    length = dataset.observations.shape[1]
    rate = dataset.sampling_rate or 1.0
    segment = min(_SEGMENT, length)
    true = dataset.sources
    return {
        "seeds": list(dataset.seeds[:SEEDS_SHOWN]),
        "length": length,
        "first": _window(length).start,
        "rate": dataset.sampling_rate,
        "frequencies": [float(f"{each:.4g}") for each in np.fft.rfftfreq(segment, 1 / rate)],
        "true": None if true is None else [_drawn(each, rate) for each in true[:SEEDS_SHOWN]],
    }


def _cell(dataset: Dataset, run_file: Path) -> dict[str, Any] | None:
    try:
        return _method(dataset, run_file)
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise InputError(
            f"{run_file}: not a cell of {dataset.name} ({error!r}); run it again"
        ) from None


def _method(dataset: Dataset, run_file: Path) -> dict[str, Any] | None:
    """Return what is shown of one cell; None if it has no result on these seeds."""
    run = read_json(run_file)
    if run.get("status") != "ok":
        return None
    separation = Separation.load(run_file.parent / "separation.npz")
    wanted = dataset.seeds[:SEEDS_SHOWN]
    rows = [
        (row, dataset.seeds.index(seed))
        for row, seed in enumerate(run["seeds"])
        if seed in wanted and np.isfinite(separation.sources[row]).all()
    ]
    estimated = []
    for row, index in rows:
        signals = separation.sources[row]
        if dataset.sources is not None:
            signals = _matched(dataset.sources[index], signals)
        estimated.append(_drawn(signals, dataset.sampling_rate or 1.0))
    if not estimated:
        return None
    seeds = [dataset.seeds[index] for _, index in rows]
    return {"seeds": seeds, "estimated": estimated} | _training(dataset, separation, rows)


def _training(
    dataset: Dataset, separation: Separation, rows: list[tuple[int, int]]
) -> dict[str, Any]:
    """Return loss and SI-SDR at each recorded step, where a training was recorded."""
    history, own = separation.history, [row for row, _ in rows]
    if "step" not in history or "loss" not in history:
        return {}
    curves = {"loss": history["loss"][own]}
    if "unmixing_matrix" in history and dataset.sources is not None:
        indices = [index for _, index in rows]
        part = replace(
            dataset,
            seeds=tuple(dataset.seeds[index] for index in indices),
            observations=dataset.observations[indices],
            sources=dataset.sources[indices],
        )
        curves["si_sdr"] = si_sdr_at_records(part, history["unmixing_matrix"][own])
    shown = {
        name: [[_short(value) for value in path] for path in values]
        for name, values in curves.items()
    }
    return {"steps": [int(step) for step in history["step"]]} | shown


def _short(value: float) -> float | None:
    """Round to what a drawing shows; a loss that diverged is no number."""
    return float(f"{value:.5g}") if np.isfinite(value) else None


def _matched(true: np.ndarray, estimated: np.ndarray) -> np.ndarray:
    """Return estimates (time, source) in the order and with the signs of the true sources."""
    found = match(true, estimated)
    return estimated[:, found.estimated] * np.sign(found.matched_correlations)


def _drawn(signals: np.ndarray, rate: float) -> dict[str, list[list[int]]]:
    """Return a window and the spectra of signals (time, source), as integers."""
    centred = signals - signals.mean(axis=0)
    deviation = centred.std(axis=0)
    standardised = centred / np.where(deviation > 0, deviation, 1.0)
    length = len(signals)
    _, power = welch(standardised, fs=rate, nperseg=min(_SEGMENT, length), axis=0)
    spectra = 10.0 * np.log10(np.maximum(power, _FLOOR))
    shown = standardised[_window(length)]
    return {
        "signals": np.rint(SIGNAL_STEPS * shown.T).astype(int).tolist(),
        "spectra": np.rint(SPECTRUM_STEPS * spectra.T).astype(int).tolist(),
    }


def _window(length: int) -> slice:
    first = max(0, (length - SAMPLES_SHOWN) // 2)
    return slice(first, min(length, first + SAMPLES_SHOWN))
