import pytest

from bssbench.paper.report import write
from bssbench.paper.training_cost_table import training_cost_report
from bssbench.scores.training_cost import CostRow, read_costs, write_costs


def row(method, length, seconds, **changes):
    values = {
        "method": method,
        "core": "",
        "parameters": "restarts=1",
        "length_scales": "fixed",
        "length": length,
        "seeds": 3,
        "steps": 600,
        "seconds_to_separation": seconds,
        "seconds_of_training": 5.0,
        "mcc": 0.991,
        "peak_bytes": 342_000_000,
        "status": "ok",
        "reason": "",
        "threads": "1",
        "device": "cpu",
    }
    return CostRow(**(values | changes))


LATE = {
    "status": "timeout",
    "reason": "more than 60 s of CPU time",
    "seconds_of_training": None,
    "mcc": None,
    "peak_bytes": None,
}


@pytest.fixture
def tables(tmp_path):
    write_costs(tmp_path / "a.csv", [row("skr-vae", 500, 2.0), row("skr-vae", 1000, 2.5)])
    rows = [
        row("gp-vae", 500, 5.0, core="cholesky"),
        row("gp-vae", 1000, None, core="cholesky", mcc=0.8, reason="MCC 0.800 at the end"),
        row("gp-vae", 2000, None, core="cholesky", **LATE),
        row(
            "gp-vae", 4000, None, core="cholesky", **LATE | {"status": "skipped", "reason": "late"}
        ),
        row("gp-vae", 8000, 123.4, core="cholesky"),
    ]
    write_costs(tmp_path / "b.csv", rows)
    costs = read_costs([tmp_path / "a.csv", tmp_path / "b.csv"])
    return write(training_cost_report(costs), tmp_path / "tables")


def cells(line):
    return [cell.strip() for cell in line.strip("| \n").split("|")]


def test_rows_are_methods_and_lengths_with_ratios_to_the_kernel_regression(tables):
    lines = [line for line in tables[1].read_text().splitlines() if line.startswith("|")]
    header = [
        "method",
        "core",
        "length-scales",
        "parameters",
        "T",
        "s to MCC 0.95",
        "ratio to skr-vae",
    ]
    assert cells(lines[0]) == [*header, "s of training", "MCC", "MB"]
    found = {(cells(line)[0], cells(line)[4]): cells(line)[5:] for line in lines[2:]}
    assert found == {
        ("skr-vae", "500"): ["2.00", "1.00", "5.00", "0.991", "342"],
        ("skr-vae", "1,000"): ["2.50", "1.00", "5.00", "0.991", "342"],
        ("gp-vae", "500"): ["5.00", "2.50", "5.00", "0.991", "342"],
        ("gp-vae", "1,000"): ["–", "–", "5.00", "0.800", "342"],
        ("gp-vae", "2,000"): ["timeout", "–", "–", "–", "–"],
        ("gp-vae", "4,000"): ["–", "–", "–", "–", "–"],
        # Nothing to compare with at this length.
        ("gp-vae", "8,000"): ["123", "–", "5.00", "0.991", "342"],
    }


def test_every_missing_value_has_its_reason(tables):
    _, _, reasons = tables[1].read_text().partition("## Why values are missing\n\n")
    assert reasons.splitlines() == [
        "- gp-vae (cholesky), T = 1,000: MCC 0.800 at the end",
        "- gp-vae (cholesky), T = 2,000: more than 60 s of CPU time",
        "- gp-vae (cholesky), T = 4,000: late",
    ]


def test_the_csv_is_what_was_measured(tables, tmp_path):
    measured = (tmp_path / "a.csv").read_text() + (tmp_path / "b.csv").read_text().partition("\n")[
        2
    ]
    assert tables[0].read_text() == measured


def test_the_latex_table_compiles_and_fits_the_page(tables, typeset):
    assert "Overfull" not in typeset(tables[2].read_text())


def test_the_latex_table_has_the_same_rows(tables):
    latex = tables[2].read_text()
    assert latex.count(r" \\") == 1 + 7
    assert "gp-vae & cholesky & fixed & restarts=1 & 500 & 5.00 & 2.50 &" in latex
