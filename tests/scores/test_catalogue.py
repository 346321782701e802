"""Laws that hold for the record of every score: those of plug-ins too, and bssbench's own."""

import dataclasses
import textwrap

import numpy as np

from bssbench.datasets.catalogue import make_dataset
from bssbench.plugins.places import modules_by_place
from bssbench.scores import cell
from bssbench.scores.catalogue import ACROSS_SEEDS, SCORES
from bssbench.scores.cell import score_separation
from bssbench.scores.record import Replicate, Score
from bssbench.separation import Separation
from bssbench.testing.test_scores import *  # noqa: F403


def test_a_score_is_computed_wherever_it_has_what_it_needs(simulated, monkeypatch):
    """A record is all that a new one takes."""
    new = Score("first", lambda r: r.estimated[0, 0], "the first value", "first value", 0.1)
    monkeypatch.setattr(cell, "SCORES", {**SCORES, "first": new})
    rows = score_separation(simulated, "m", Separation(simulated.sources), (0,))
    (row,) = [row for row in rows if row.score == "first"]
    assert row.value == simulated.sources[0, 0, 0]


def test_a_module_in_the_folder_is_a_score(tmp_path, monkeypatch):
    from bssbench.scores import catalogue, measures

    (tmp_path / "largest.py").write_text(
        textwrap.dedent(
            """
            from bssbench.scores.record import Score
            SCORES = (Score("largest", lambda r: r.estimated.max(), "largest", "largest", 1.0),)
            """
        )
    )
    (tmp_path / ".#largest.py").write_text("an editor's lock of the file above\n")
    folders = [*measures.__path__, str(tmp_path)]
    monkeypatch.setattr(measures, "__path__", folders)
    monkeypatch.setattr(measures.__spec__, "submodule_search_locations", folders)
    modules_by_place.cache_clear()
    try:
        assert {"largest", *SCORES} == {score.name for score in catalogue._stated()}
    finally:
        modules_by_place.cache_clear()


def test_a_seed_owes_to_the_others_only_the_scores_that_say_so():
    """Seed 0 has all other scores alone as well, the same number."""
    dataset = dataclasses.replace(make_dataset("gp-distinct-t400", [0, 1], {}), fixed=True)
    unmixing = np.linalg.inv(dataset.mixing_matrix)
    found = dataset.observations @ np.swapaxes(unmixing, 1, 2)
    beside, alone = (
        {row.score: row for row in score_separation(dataset, "m", some, seeds) if row.seed == 0}
        for some, seeds in (
            (Separation(found, unmixing), (0, 1)),
            (Separation(found[:1], unmixing[:1]), (0,)),
        )
    )
    assert set(beside) - set(alone) == ACROSS_SEEDS
    assert all(beside[name] == row for name, row in alone.items())


def test_what_several_scores_need_is_computed_once(simulated):
    calls = []

    def count(_):
        calls.append(1)

    replicate = Replicate(simulated, Separation(simulated.sources), 0)
    replicate.once(count)
    replicate.once(count)
    assert len(calls) == 1
