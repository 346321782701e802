"""The figure of scores on recordings."""

import numpy as np
import pytest

from bssbench.datasets.dataset import Dataset
from bssbench.paper.figures import Results, draw_figure
from bssbench.statistics.chance import chance_level

HEADER = "dataset,method,seed,score,value,status,reason\n"


@pytest.fixture
def panels(tmp_path):
    """Three seeds of a method and of random rotations on two recordings."""
    values = {
        ("eeg-blinks", "eog1_correlation"): ([0.4, 0.5, 0.45], [0.3, 0.2, 0.25]),
        ("eeg-blinks", "eog1_ceiling"): ([0.6] * 3, [0.6] * 3),
        ("fetal-ecg-scalp", "scalp_correlation"): ([0.7, 0.2, 0.2], [0.6, 0.1, 0.2]),
        ("fetal-ecg-scalp", "scalp_ceiling"): ([0.72, 0.26, 0.25], [0.72, 0.26, 0.25]),
        ("fetal-ecg", "beat_purity"): ([0.8, 0.7, 0.75], [0.35]),
        ("speech-mixed", "si_sdr"): ([30, 31, 29], [1, 2, 3]),
        ("gp-distinct", "si_sdr"): ([20, 21, 22], [1, 2, 3]),
    }
    speech = {"seeds": (0, 1, 2), "observations": np.zeros((3, 10, 4)), "n_sources": 4}
    speech |= {"name": "speech-mixed", "mixing": "unknown", "fixed": True}
    Dataset(**speech).save(tmp_path / "data" / "speech-mixed.npz")
    lines = [
        f"{dataset},{method},{seed},{score},{value},ok,"
        for (dataset, score), both in values.items()
        for method, several in zip(("sobi", "random"), both, strict=True)
        for seed, value in enumerate(several)
    ]
    (tmp_path / "scores.csv").write_text(HEADER + "\n".join(lines) + "\n")
    results = Results(tmp_path / "scores.csv", tmp_path, tmp_path / "data", tmp_path / "cells")
    axes = draw_figure("recording_scores", results).figure.axes
    return {axis.get_title(): axis for axis in axes if axis.axison}


def test_each_recording_has_a_panel_with_every_seed(panels):
    assert list(panels) == ["eeg-blinks", "fetal-ecg-scalp", "fetal-ecg", "speech-mixed"]
    points = [collection.get_offsets()[:, 0] for collection in panels["eeg-blinks"].collections]
    np.testing.assert_allclose(points, [[0.4, 0.5, 0.45], [0.3, 0.2, 0.25]])


def test_chance_is_what_random_rotations_score(panels):
    for name, (low, middle, high) in {
        "eeg-blinks": (0.2, 0.25, 0.3),
        "fetal-ecg": (0.35, 0.35, 0.35),
        "speech-mixed": chance_level(4),
    }.items():
        (band,) = panels[name].patches
        np.testing.assert_allclose(
            [band.get_x(), band.get_x() + band.get_width()], [low, high], atol=1e-12
        )
        assert panels[name].lines[0].get_xdata()[0] == middle


def test_an_electrode_has_its_ceiling_in_each_recording(panels):
    dashed = {
        name: [line.get_xdata()[0] for line in axis.lines if line.get_linestyle() == "--"]
        for name, axis in panels.items()
    }
    assert dashed == {
        "eeg-blinks": [0.6],
        "fetal-ecg-scalp": [0.72, 0.26, 0.25],
        "fetal-ecg": [],
        "speech-mixed": [],
    }
