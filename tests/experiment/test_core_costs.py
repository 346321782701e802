"""One round of the kernel cores: what is measured, in which order, and what a failure costs."""

import pytest

from bssbench.cli.main import main
from bssbench.experiment import core_costs
from bssbench.experiment.core_costs import measure_round
from bssbench.kernels import measured_case
from bssbench.kernels.cases import parse_grid, selected_cases

GRID = parse_grid(
    "length=256 latents=3 replicates=1 dtype=float32 device=cpu grid=regular parameters=learned "
    "pass=forward+backward core=cholesky,fft"
)


def test_a_round_has_a_row_for_each_case_and_its_floor():
    rows = measure_round([GRID])
    assert [row["core"] for row in rows] == ["cholesky", "fft", "floor-fft"]
    cholesky, fft, floor = rows
    for row in rows:
        assert (row["status"], row["round"]) == ("ok", 0)
        assert row["seconds"] > 0
        assert 3 <= row["repeats"] <= 9
    assert (cholesky["arithmetic"], fft["arithmetic"]) == ("float64", "float32")
    assert max(cholesky["relative_error"], fft["relative_error"]) < 1e-5
    assert cholesky["gradient_error"] <= cholesky["relative_error"]
    assert floor["seconds"] < fft["seconds"]
    (again, _, _) = measure_round([GRID], 1)
    # What is the same in every round is not measured twice.
    assert "relative_error" not in again


def test_memory_is_what_lies_beyond_an_empty_process():
    # So large that no memory which the process has already freed could serve.
    (row,) = measure_round([GRID | {"length": ["1024"], "core": ["cholesky"]}], 1)
    # Three matrices in double precision, at least.
    assert row["peak_bytes"] > 3 * 8 * 1024**2


def test_cases_that_are_compared_run_in_turn(monkeypatch):
    order = []

    class Case:
        def __init__(self, core):
            self.core = core

        def forward_backward(self):
            order.append(self.core)

        def errors(self):
            return None

    monkeypatch.setattr(measured_case, "make_case", lambda case: Case(case["core"]))
    monkeypatch.setattr(
        core_costs, "_run_apart", lambda _: {"status": "ok", "reason": "", "peak_bytes": 0}
    )
    measure_round([GRID])
    assert order == ["cholesky", "fft", "floor-fft"] * 10


def test_what_fails_spares_the_others(monkeypatch):
    make = measured_case.make_case

    def breaking(case):
        if case["core"] == "cholesky":
            raise RuntimeError("it broke\nbadly")
        return make(case)

    monkeypatch.setattr(measured_case, "make_case", breaking)
    cholesky, fft, _ = measure_round([GRID])
    assert (cholesky["status"], cholesky["reason"]) == ("failed", "RuntimeError: it broke")
    assert "seconds" not in cholesky
    assert fft["status"] == "ok"


def test_a_size_beyond_a_limit_is_a_row_with_the_arithmetic_and_a_long_one_has_one_process():
    grid = GRID | {"core": ["cholesky"], "length": ["8192"]}
    (row,) = measure_round([grid])
    assert row["status"] == "skipped"
    assert row["reason"].startswith("memory: about 5.64 GB at T = 8192")
    assert measure_round([grid], 1) == []


def test_grids_select_each_case_once():
    both = parse_grid("length=256 core=fft"), parse_grid("core=fft,dense length=256")
    cases = selected_cases(both)
    assert len({tuple(case.values()) for case in cases}) == len(cases)
    assert {case["core"] for case in cases} == {"fft", "dense", "floor-fft", "floor-dense"}
    # A floor has no parameters to select by.
    fixed = selected_cases([GRID | {"core": ["fft"], "parameters": ["fixed"]}])
    assert [case["core"] for case in fixed] == ["fft", "floor-fft"]


@pytest.mark.parametrize("grid", ["lenght=256", "length", "length=", "pass=sideways", "length=257"])
def test_a_wrong_grid_is_one_line(grid, tmp_path, capsys):
    assert main(["measure-cores", "--out", str(tmp_path / "x.csv"), "--grid", grid]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("bssbench: error: --grid")
    assert not (tmp_path / "x.csv").exists()
