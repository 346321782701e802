"""A cell that is split into blocks of seeds and joined is the cell that it would have been."""

from dataclasses import replace

import numpy as np
import pytest

from bssbench.datasets.catalogue import make_dataset
from bssbench.errors import InputError
from bssbench.experiment.cell import Cell, run_cell
from bssbench.experiment.joined_cell import join_cell
from bssbench.files import read_json, write_json
from bssbench.reproduction.verification import BATCH_TOLERANCE
from bssbench.scores.collect import collect
from bssbench.separation import Separation

SEEDS = [3, 4, 7]
BLOCKS = [(3, 4), (7,)]
VAES = {
    "skr-vae": {"steps": 20, "restarts": 2},
    "ar-flow-vae": {"steps": 20, "restarts": 1},
}
CLASSICAL = {"sobi": {}, "fastica": {"max_iterations": 1}, "picard": {}}


@pytest.fixture
def data(tmp_path):
    make_dataset("gp-distinct-t100", SEEDS, {}).save(tmp_path / "gp-distinct-t100.npz")
    return tmp_path / "gp-distinct-t100.npz"


@pytest.fixture
def split(tmp_path):
    """Run a cell as a whole, and in blocks that are joined; return both folders."""

    def run(cell):
        run_cell(cell, tmp_path / "whole")
        parts = [tmp_path / f"part-{number}" for number in range(len(BLOCKS))]
        for part, seeds in zip(parts, BLOCKS, strict=True):
            run_cell(replace(cell, seeds=seeds), part)
        join_cell(parts, tmp_path / "joined")
        return tmp_path / "whole", tmp_path / "joined"

    return run


@pytest.mark.parametrize("method", CLASSICAL)
def test_what_solves_seed_by_seed_comes_out_bit_by_bit(data, split, method):
    whole, joined = split(Cell(data, method, CLASSICAL[method]))
    one, two = (folder / "separation.npz" for folder in (whole, joined))
    assert one.read_bytes() == two.read_bytes()
    assert (
        read_json(whole / "run.json")["diagnostics"]
        == read_json(joined / "run.json")["diagnostics"]
    )
    assert scores(whole, data).equals(scores(joined, data))


@pytest.mark.parametrize("method", VAES)
def test_what_trains_all_seeds_in_one_batch_comes_out_but_for_rounding(data, split, method):
    whole, joined = split(Cell(data, method, VAES[method]))
    one, two = (Separation.load(folder / "separation.npz") for folder in (whole, joined))
    assert one.history.keys() == two.history.keys()
    np.testing.assert_array_equal(one.history["step"], two.history["step"])
    assert [each.shape for each in one.history.values()] == [
        each.shape for each in two.history.values()
    ]
    first, second = (scores(folder, data) for folder in (whole, joined))
    said = ["dataset", "method", "seed", "score", "status", "reason"]
    assert first[said].equals(second[said])
    np.testing.assert_allclose(second["value"], first["value"], rtol=0, atol=BATCH_TOLERANCE)


def scores(folder, data):
    return collect([folder / "run.json"], data.parent)[0]


def test_a_joined_cell_says_what_its_parts_took_and_where(data, split, tmp_path):
    _, joined = split(Cell(data, "skr-vae", VAES["skr-vae"], name="own", jobs_allowed=2))
    run = read_json(joined / "run.json")
    parts = [read_json(tmp_path / f"part-{number}" / "run.json") for number in range(2)]
    assert (run["method"], run["base"], run["seeds"]) == ("own", "skr-vae", SEEDS)
    assert run["timing"]["solve"]["cpu"] == sum(part["timing"]["solve"]["cpu"] for part in parts)
    assert run["seconds_at_records"] == [
        sum(pair) for pair in zip(*(part["seconds_at_records"] for part in parts), strict=True)
    ]
    assert run["peak_bytes"] == max(part["peak_bytes"] for part in parts)
    assert [part["seeds"] for part in run["parts"]] == [list(seeds) for seeds in BLOCKS]
    assert [part["provenance"] for part in run["parts"]] == [part["provenance"] for part in parts]


def test_a_part_without_a_separation_leaves_the_cell_without_one(data, split, tmp_path):
    whole, joined = split(Cell(data, "gp-vae", {"max_minutes": 0.0}))
    said = [read_json(folder / "run.json") for folder in (whole, joined)]
    assert said[0]["status"] == said[1]["status"] == "skipped"
    # The arithmetic is that of fewer seeds.
    assert said[0]["reason"].startswith("Gaussian process at length")
    assert said[1]["reason"].startswith("Gaussian process at length")
    alike = [scores(folder, data).drop(columns="reason") for folder in (whole, joined)]
    assert alike[0].equals(alike[1])
    # One of them is enough.
    run_cell(Cell(data, "gp-vae", {"max_minutes": 0.0}, seeds=(3, 4)), tmp_path / "bad")
    run_cell(Cell(data, "gp-vae", {"max_minutes": 0.0}, seeds=(7,)), tmp_path / "good")
    write_json(
        tmp_path / "good" / "run.json", read_json(tmp_path / "good" / "run.json") | {"status": "ok"}
    )
    join_cell([tmp_path / "good", tmp_path / "bad"], tmp_path / "both")
    assert read_json(tmp_path / "both" / "run.json")["status"] == "skipped"
    assert len(Separation.load(tmp_path / "both" / "separation.npz").sources) == 0


def test_messages_of_replicates_are_counted_through_all_parts(data, split):
    whole, joined = split(Cell(data, "fastica", CLASSICAL["fastica"]))
    messages = read_json(joined / "run.json")["diagnostics"]["warnings_of_replicates"]
    assert set(messages) == {"0", "1", "2"}, "one iteration is too few, and it says so"
    assert messages == read_json(whole / "run.json")["diagnostics"]["warnings_of_replicates"]


def test_of_fixed_data_a_deterministic_method_has_one_seed(data, split):
    dataset = make_dataset("gp-distinct-t100", SEEDS, {})
    fixed = np.broadcast_to(dataset.observations[:1], dataset.observations.shape)
    replace(dataset, fixed=True, observations=fixed).save(data)
    whole, joined = split(Cell(data, "sobi"))
    assert read_json(joined / "run.json")["seeds"] == SEEDS[:1]
    one, two = (folder / "separation.npz" for folder in (whole, joined))
    assert one.read_bytes() == two.read_bytes()


def test_what_is_not_of_one_cell_is_not_joined(data, tmp_path):
    run_cell(Cell(data, "sobi", seeds=(3, 4)), tmp_path / "one")
    run_cell(Cell(data, "sobi", seeds=(4, 7)), tmp_path / "again")
    run_cell(Cell(data, "sobi", {"lags": 5}, seeds=(7,)), tmp_path / "other")
    with pytest.raises(InputError, match=r"not belong to the same cell.*parameters"):
        join_cell([tmp_path / "one", tmp_path / "other"], tmp_path / "cell")
    with pytest.raises(InputError, match=r"not belong to the same cell.*same seed"):
        join_cell([tmp_path / "one", tmp_path / "again"], tmp_path / "cell")
    assert not (tmp_path / "cell").exists()


def test_a_seed_that_the_data_have_not_is_refused(data, tmp_path):
    with pytest.raises(InputError, match="the data set has no seed 9"):
        run_cell(Cell(data, "sobi", seeds=(3, 9)), tmp_path / "cell")
