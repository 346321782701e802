"""Tables and figure of the kernel cores, from rounds as `bssbench measure-cores` writes them."""

import json

import numpy as np
import pandas as pd
import pytest

from bssbench.cli.main import main
from bssbench.errors import InputError
from bssbench.experiment.core_costs import write_round
from bssbench.files import checksums, write_table
from bssbench.kernels.cases import arithmetic
from bssbench.paper.core_results import COLUMNS, headline, read_measurement
from bssbench.paper.core_scaling import draw_core_scaling
from bssbench.paper.core_tables import core_report
from bssbench.paper.report import write
from bssbench.paper.style import save

LENGTHS = [256, 512, 1024, 2048, 65536]
# What processes differ by.
ROUNDS = [1.0, 0.9, 1.2]
HEADER = (
    "core,kernel,parameters,grid,length,latents,replicates,pass,dtype,device,threads,arithmetic,"
    "seconds,spread,processes,peak_bytes,relative_error,error_nats,gradient_error,status,reason"
)
ORIGIN = {
    "commit": "0123456789abcdef",
    "dirty": False,
    "versions": dict.fromkeys(("python", "torch", "gpytorch", "numpy", "scipy"), "9.9"),
    "processor": "A processor",
    "processors": 2,
    "memory_bytes": 8 * 2**30,
}


def case(core, length, parameters="learned", **values):
    own = {
        **{"core": core, "kernel": "squared-exponential", "parameters": parameters},
        **{"grid": "regular", "length": length, "latents": 3, "replicates": 1},
        **{"pass": "forward+backward", "dtype": "float32", "device": "cpu", "threads": 1},
        **{"arithmetic": arithmetic(core, "float32"), "status": "ok", "reason": ""},
    }
    return own | values


def rows(number, factor):
    """Cholesky (cubic, ends at 2,048), FFT (linear, fails at 1,024) and a floor."""
    for length in LENGTHS:
        for parameters in ("learned", "fixed"):
            if length > 2048:
                limit = {"status": "skipped", "reason": "memory: about 206 GB"}
                yield case("cholesky", length, parameters, **limit)
            else:
                errors = {"relative_error": 1e-5, "error_nats": 0.5, "gradient_error": 1e-6}
                yield case(
                    "cholesky",
                    length,
                    parameters,
                    seconds=1e-11 * length**3 * factor,
                    peak_bytes=100 * length**2,
                    **(errors if number == 0 and parameters == "learned" else {}),
                )
            if length == 1024:
                broken = {"status": "failed", "reason": "RuntimeError: it broke"}
                yield case("fft", length, parameters, **broken)
            else:
                yield case("fft", length, parameters, seconds=1e-7 * length * factor, peak_bytes=0)
        yield case("floor-fft", length, seconds=5e-8 * length * factor)


def write_measurement(tmp_path, select=lambda row: True, **changes):
    """Write rounds with the rows that `select` takes, and return what joins them."""
    paths = []
    for number, factor in enumerate(ROUNDS):
        path = tmp_path / f"round-{number}.csv"
        chosen = [{**row, "round": number} for row in rows(number, factor) if select(row)]
        write_round(path, chosen)
        path.with_suffix(".json").write_text(json.dumps(ORIGIN | changes))
        paths.append(str(path))
    assert main(["join-rounds", *paths, "--out", str(tmp_path / "cores.csv")]) == 0
    return tmp_path / "cores.csv"


@pytest.fixture
def measured(tmp_path):
    return read_measurement(write_measurement(tmp_path))


def test_a_row_summarises_the_rounds(measured, tmp_path):
    csv = write(core_report(measured), tmp_path)[0].read_text().splitlines()
    assert csv[0] == HEADER == ",".join(COLUMNS)
    line = "cholesky,squared-exponential,learned,regular,512,3,1,forward+backward,float32,cpu,1,"
    (row,) = [row for row in csv if row.startswith(line)]
    computed_in, seconds, spread, *rest = row.removeprefix(line).split(",")
    # It computes in float64, whatever the data's precision is.
    assert computed_in == "float64"
    assert float(seconds) == pytest.approx(1e-11 * 512**3)
    assert float(spread) == pytest.approx(1.2 / 0.9)
    assert rest == ["3", str(100 * 512**2), "1e-05", "0.5", "1e-06", "ok", ""]
    again = write(core_report(measured), tmp_path / "again")
    assert [path.read_bytes() for path in again] == [
        (tmp_path / path.name).read_bytes() for path in again
    ]


def test_what_is_missing_is_skipped_failed_or_measured_less_often(measured, tmp_path):
    table = measured.table.set_index(["core", "parameters", "length"])
    skipped = table.loc["cholesky", "learned", 65536]
    assert (skipped["status"], skipped["reason"]) == ("skipped", "memory: about 206 GB")
    assert table.loc["fft", "learned", 1024]["status"] == "failed"
    path = tmp_path / "cores.csv"
    rounds = pd.read_csv(path)
    broken = (rounds["core"] == "fft") & (rounds["length"] == 256) & (rounds["round"] == 1)
    rounds.loc[broken, ["seconds", "status", "reason"]] = [None, "failed", "it broke"]
    write_table(path, rounds[(rounds["length"] != 2048) | (rounds["round"] == 0)])
    table = read_measurement(path).table.set_index(["core", "parameters", "length"])
    partly = table.loc["fft", "learned", 256]
    assert (partly["status"], partly["processes"]) == ("ok", 2)
    assert partly["reason"] == "1 of 3 processes: it broke"
    long = table.loc["cholesky", "learned", 2048]
    assert (long["processes"], long["status"]) == (1, "ok")
    assert pd.isna(long["spread"])


def test_the_tables_compare_and_explain(measured, tmp_path):
    _, markdown, latex = write(core_report(measured), tmp_path)
    text = markdown.read_text()
    lines = text.splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    times = next(row for row in rows if row[0] == "cholesky")
    slope = "3.00 [3.00, 3.00], T ≥ 512"
    assert times[1:] == ["float64", "0.168", "1.34", "10.7", "85.9", "–", slope]
    fft = [row[1:] for row in rows if row[0] == "fft"]
    assert fft[0][:1] + fft[0][3:6] == ["float32", "failed", "0.205", "6.55"]
    # Speed-ups are of measured times alone.
    assert fft[1] == ["6.55", "26.2", "–", "419", "–"]
    floors = next(row for row in rows if row[0] == "fft, learned, forward+backward, float32")
    assert floors[1:] == ["2.00"] * 4
    assert "at T = 2,048, the largest at which cholesky was measured, fft is the fastest" in text
    assert "419 at 2,048 (cholesky, fft)" in text
    assert "Commit 0123456789ab; A processor, 2 processors, 8 GiB of memory; threads: 1;" in text
    assert "A time is the median over 3 processes, each alone on the machine" in text
    assert "differ by a factor of 1.33 in the median case and of 1.33 at most." in text
    assert "- cholesky at T = 65,536: skipped, memory: about" in text
    assert "- fft at T = 1,024: failed" in text
    source = latex.read_text()
    assert source.count(r"\toprule") == source.count(r"\bottomrule") == text.count("\n## ") - 1


def test_a_complete_measurement_of_a_changed_tree_reports_both(tmp_path):
    select = lambda row: row["length"] == 512  # noqa: E731
    measured = read_measurement(write_measurement(tmp_path, select, dirty=True))
    _, markdown, latex = write(core_report(measured), tmp_path)
    assert markdown.read_text().endswith("No value is missing.\n")
    for path in (markdown, latex):
        assert "Commit 0123456789ab, with uncommitted changes;" in path.read_text()


def test_the_latex_table_compiles_and_fits_the_page(measured, tmp_path, typeset):
    assert "Overfull" not in typeset(write(core_report(measured), tmp_path)[2].read_text())


def test_the_figure_shows_what_was_measured_and_where_it_ends(measured, tmp_path):
    table = measured.table
    drawing = draw_core_scaling(table)
    figure = drawing.figure
    time_axis, memory_axis = figure.axes
    lines = [line for line in time_axis.lines if len(line.get_xdata()) > 1]
    assert [len(line.get_xdata()) for line in lines] == [4, 4, 5]
    (mark,) = [line for line in time_axis.lines if line.get_marker() == "+"]
    assert mark.get_xdata()[0] == 65536
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert "cholesky  $T^{3.00}$" in names
    assert "beyond the memory limit" in names
    assert memory_axis.get_ylabel() == "peak memory (MB)"
    data = drawing.data.set_index(["core", "quantity"])
    for core, line in zip(("cholesky", "fft", "floor-fft"), lines, strict=True):
        drawn = data.loc[(core, "milliseconds")]
        np.testing.assert_array_equal(drawn[["length", "value"]], line.get_xydata())
    end = data.loc[("cholesky", "first length not run")].squeeze()
    assert (end["length"], end["reason"]) == (65536, "memory")
    for suffix in ("pdf", "png"):
        for name in ("one", "two"):
            save(draw_core_scaling(table).figure, tmp_path / f"{name}.{suffix}")
        one = (tmp_path / f"one.{suffix}").read_bytes()
        assert len(one) > 5000
        assert one == (tmp_path / f"two.{suffix}").read_bytes()


def test_where_nothing_was_measured_tables_and_figure_state_why(tmp_path):
    path = write_measurement(tmp_path, lambda row: row["status"] != "ok")
    figures = tmp_path / "figures"
    assert main(["cores", str(path), "--out", str(tmp_path / "t"), "--figures", str(figures)]) == 0
    assert "- fft at T = 1,024: failed" in (tmp_path / "t" / "cores.md").read_text()
    assert {path.suffix for path in figures.iterdir()} == {".csv", ".pdf", ".png", ".txt"}
    (text,) = draw_core_scaling(read_measurement(path).table).figure.texts
    assert text.get_text().startswith("Nothing to draw: ")


def test_tables_are_about_one_setting(measured):
    table = measured.table
    other = table.assign(threads=2)
    both = headline(pd.concat([other, table]), "learned")
    assert set(both["threads"]) == {1}
    assert len(both) == len(headline(table, "learned"))
    double = table.assign(dtype="float64")
    assert headline(double, "learned").empty
    assert len(headline(double, "learned", "float64")) == len(both)


def test_what_is_no_measurement_is_rejected(tmp_path):
    path = write_measurement(tmp_path)
    path.with_suffix(".json").unlink()
    with pytest.raises(InputError, match="no such file"):
        read_measurement(path)
    checksums.forget(path)
    path.write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="expected the columns"):
        read_measurement(path)
    words = ["join-rounds", str(tmp_path / "round-0.csv"), str(path), "--out", "none.csv"]
    assert main(words) == 2


def test_a_table_never_replaces_the_measurement_it_is_made_from(tmp_path, capsys):
    path = write_measurement(tmp_path)
    before = path.read_bytes()
    assert main(["cores", str(path), "--out", str(path.parent), "--figures", str(tmp_path)]) == 2
    assert "name another folder" in capsys.readouterr().err
    assert path.read_bytes() == before
