import dataclasses

import numpy as np
import pytest

from bssbench.datasets.dataset import Dataset
from bssbench.files import write_json
from bssbench.paper.figures import Results, draw_figure
from bssbench.separation import Separation

SCORES = """dataset,method,seed,score,value,status,reason
fetal-ecg,fastica,0,beat_rate,134,ok,
fetal-ecg,ar-flow-vae,0,beat_rate,134,ok,
"""


@pytest.fixture
def results(tmp_path, hearts):
    """A recording of two hearts, of which one method finds both and the other only the mother's."""
    signals, _ = hearts
    Dataset(
        name="fetal-ecg",
        seeds=(0,),
        observations=(signals @ np.array([[1.0, 0.9], [0.3, 0.2]]))[None],
        n_sources=2,
        mixing="unknown",
        fixed=True,
        sampling_rate=250.0,
        reference_signals=signals[None, :, :1],
        reference_names=("thorax 1",),
    ).save(tmp_path / "data" / "fetal-ecg.npz")
    for method, found in (("ar-flow-vae", -signals), ("fastica", signals[:, :1])):
        directory = tmp_path / "cells" / "fetal-ecg" / method
        Separation(found[None]).save(directory / "separation.npz")
        write_json(directory / "run.json", {"status": "ok"})
    (tmp_path / "scores.csv").write_text(SCORES)
    return Results(tmp_path / "scores.csv", tmp_path, tmp_path / "data", tmp_path / "cells")


def test_the_beats_of_a_found_heart_are_marked_upright(results, hearts):
    _, beats = hearts
    drawing = draw_figure("fetal_heart", results)
    lead, found, missing = drawing.figure.axes
    assert lead.get_title(loc="left").endswith("81 beats a minute (mother)")
    assert found.get_title(loc="left").startswith("ar-flow-vae: 13")
    trace, marks = found.lines
    assert trace.get_ydata().max() > -trace.get_ydata().min()
    np.testing.assert_allclose(marks.get_xdata(), beats[1], atol=0.012)
    data = drawing.data.set_index(["signal", "mark"])
    np.testing.assert_array_equal(data.loc[("ar-flow-vae", "beat"), "time_s"], marks.get_xdata())
    np.testing.assert_array_equal(data.loc[("ar-flow-vae", "signal"), "value"], trace.get_ydata())
    assert missing.get_title(loc="left") == "fastica: no component beats like a fetal heart"
    assert not missing.lines


def test_a_missing_heart_or_separation_is_reported(results):
    for method in ("ar-flow-vae", "fastica"):
        write_json(results.cells / "fetal-ecg" / method / "run.json", {"status": "timeout"})
    (text,) = draw_figure("fetal_heart", results).figure.texts
    assert text.get_text().endswith("neither ar-flow-vae nor fastica separated fetal-ecg")
    path = results.data / "fetal-ecg.npz"
    dataclasses.replace(Dataset.load(path), reference_names=()).save(path)
    (text,) = draw_figure("fetal_heart", results).figure.texts
    assert text.get_text().endswith("no data set has a maternal and a fetal heart")


def test_the_caption_states_what_random_rotations_reach(results):
    rows = [
        "fetal-ecg,random,0,beat_purity,0.31,ok,",
        "fetal-ecg,random,1,beat_purity,0.41,ok,",
        "fetal-ecg,random,2,beat_purity,,skipped,no component beats like a fetal heart",
    ]
    (results.cells / "fetal-ecg" / "random").mkdir()
    write_json(results.cells / "fetal-ecg" / "random" / "run.json", {"status": "timeout"})
    results.scores_file.write_text(SCORES + "\n".join(rows) + "\n")
    caption = draw_figure("fetal_heart", results).caption
    assert "2 of 3 random rotations have such a component, with a median purity of 0.36" in caption
