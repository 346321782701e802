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
        "sources": 3,
        "seeds": 3,
        "round": 0,
        "steps": 600,
        "seconds_to_separation": seconds,
        "seconds_to_decibels": 4.0,
        "seconds_of_training": 5.0,
        "mcc": 0.991,
        "si_sdr": 18.04,
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
    "seconds_to_decibels": None,
    "mcc": None,
    "si_sdr": None,
    "peak_bytes": None,
}


ROUNDS = (0.9, 1.0, 1.1, 1.0, 1.3)


@pytest.fixture
def tables(tmp_path):
    rows = []
    for number, factor in enumerate(ROUNDS):
        # A machine that gets slower slows both down; the ratio is of one round.
        rows += [
            row("skr-vae", 500, 2.0 * factor, round=number),
            row("gp-vae", 500, 5.0 * factor * (1 + 0.01 * number), core="cholesky", round=number),
            row("skr-vae", 1000, 2.5, round=number),
            row("gp-vae", 1000, None, core="cholesky", mcc=0.8, reason="MCC 0.800", round=number),
        ]
    late = {"core": "cholesky", **LATE}
    rows += [
        row("gp-vae", 2000, None, **late),
        row("gp-vae", 4000, None, **late | {"status": "skipped", "reason": "late"}),
        row("gp-vae", 8000, 123.4, core="cholesky"),
        row("gp-vae", 8000, 99.0, core="cholesky", sources=8),
    ]
    write_costs(tmp_path / "costs.csv", rows)
    costs = read_costs([tmp_path / "costs.csv"])
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
        "sources",
        "T",
        "s to MCC 0.95",
        "ratio to skr-vae",
        "s to 15 dB",
    ]
    assert cells(lines[0]) == [*header, "s of training", "MCC", "dB", "MB", "processes"]
    found = {(cells(line)[0], *cells(line)[4:6]): cells(line)[6:] for line in lines[2:]}
    end = ["4.00", "5.00", "0.991", "18.0", "342"]
    ratio = found["gp-vae", "3", "500"].pop(1)
    assert ratio == "2.55 [2.47, 2.63]"
    assert found == {
        ("skr-vae", "3", "500"): ["2.00", "1.00 [1.00, 1.00]", *end, "5"],
        ("skr-vae", "3", "1,000"): ["2.50", "1.00 [1.00, 1.00]", *end, "5"],
        # Medians: the last round was slower, and a little later each is.
        ("gp-vae", "3", "500"): ["5.15", *end, "5"],
        ("gp-vae", "3", "1,000"): ["–", "–", "4.00", "5.00", "0.800", "18.0", "342", "5"],
        ("gp-vae", "3", "2,000"): ["timeout", *["–"] * 6, "0"],
        ("gp-vae", "3", "4,000"): [*["–"] * 7, "0"],
        # Nothing to compare with at this length.
        ("gp-vae", "3", "8,000"): ["123", "–", *end, "1"],
        ("gp-vae", "8", "8,000"): ["99.0", "–", *end, "1"],
    }


def test_every_missing_value_has_its_reason(tables):
    _, _, reasons = tables[1].read_text().partition("## Why values are missing\n\n")
    assert reasons.splitlines() == [
        "- gp-vae (cholesky), T = 1,000: MCC 0.800",
        "- gp-vae (cholesky), T = 2,000: more than 60 s of CPU time",
        "- gp-vae (cholesky), T = 4,000: late",
    ]


def test_the_latex_table_compiles_and_fits_the_page(tables, typeset):
    assert "Overfull" not in typeset(tables[2].read_text())


def test_the_latex_table_has_the_same_rows(tables):
    latex = tables[2].read_text()
    assert latex.count(r" \\") == 1 + 8
    assert "gp-vae & cholesky & fixed & restarts=1 & 3 & 500 & 5.15 & 2.55" in latex
