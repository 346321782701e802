"""Tables and figure of the kernel cores, from a result in the form that ASV writes."""

import json
import math

import numpy as np
import pandas as pd
import pytest

from bssbench.cli.main import main
from bssbench.errors import InputError
from bssbench.paper.core_results import COLUMNS, headline, read_measurement
from bssbench.paper.core_scaling import draw_core_scaling
from bssbench.paper.core_tables import core_report
from bssbench.paper.report import write
from bssbench.paper.style import save

LENGTHS = [256, 512, 1024, 2048, 65536]
FLOOR = 200_000_000
HEADER = (
    "core,kernel,parameters,grid,length,latents,replicates,pass,dtype,device,threads,"
    "seconds,peak_bytes,relative_error,status,reason"
)


def entry(core, function, parameters=("fixed", "learned")):
    """A result of ASV: cases in the order of their product, with `function` of the length."""
    names = [[f"'{core}'"], ["'squared-exponential'"], [f"'{name}'" for name in parameters]]
    sizes = [["'regular'"], [str(length) for length in LENGTHS], ["3"], ["1"]]
    values = [function(length) for _ in parameters for length in LENGTHS]
    return [values, [*names, *sizes, ["'float32'"], ["'cpu'"], ["1"]], "version"]


def below(limit, function):
    return lambda length: function(length) if length <= limit else math.nan


@pytest.fixture
def measured(tmp_path):
    """Cholesky (cubic, ends at 2,048), FFT (linear, fails at 1,024) and a floor."""
    cubic = below(2048, lambda length: 1e-11 * length**3)
    linear = lambda length: None if length == 1024 else 1e-7 * length  # noqa: E731
    results = {
        "cores.Cholesky.time_forward_backward": entry("cholesky", cubic),
        "cores.Cholesky.peakmem_forward_backward": entry(
            "cholesky", below(2048, lambda length: FLOOR + 100 * length**2)
        ),
        "cores.Cholesky.track_relative_error": entry("cholesky", below(2048, lambda _: 1e-5)),
        "cores.Fft.time_forward_backward": entry("fft", linear),
        # Smaller than the floor: noise.
        "cores.Fft.peakmem_forward_backward": entry("fft", lambda _: FLOOR - 5),
        "cores.Dense.time_forward_backward": [None, *entry("dense", linear)[1:]],
        "cores.Floors.time_forward_backward": entry(
            "floor-fft", lambda length: 5e-8 * length, ["none"]
        ),
        "cores.Empty.peakmem_empty": [[FLOOR], [], "version"],
        "training.TrainingInBatches.time_ten": [[1.0], [], "version"],
    }
    machine = {"cpu": "A processor", "num_cpu": "2", "ram": str(8 * 2**30), "os": "Linux"}
    content = {"result_columns": ["result", "params", "version"], "results": results}
    (tmp_path / "asv").mkdir()
    (tmp_path / "asv" / "result.json").write_text(json.dumps(content | {"params": machine}))
    report = {
        "status": "ok",
        "reason": "",
        "commit": "0123456789abcdef",
        "dirty": False,
        "versions": {"torch": "9.9"},
        "bench": [r"^cores\."],
        "result": "asv/result.json",
    }
    path = tmp_path / "measurement.json"
    path.write_text(json.dumps(report))
    return path


def change(path, **changes):
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_a_row_says_what_asv_measured(measured, tmp_path):
    table = read_measurement(measured).table
    csv = write(core_report(read_measurement(measured)), tmp_path)[0].read_text().splitlines()
    assert csv[0] == HEADER == ",".join(COLUMNS)
    line = "cholesky,squared-exponential,learned,regular,512,3,1,forward+backward,float32,cpu,1,"
    (row,) = [row for row in csv if row.startswith(line)]
    seconds, peak_bytes, error, status, reason = row.removeprefix(line).split(",")
    assert float(seconds) == 1e-11 * 512**3
    assert (peak_bytes, error, status, reason) == (str(100 * 512**2), "1e-05", "ok", "")
    assert set(table["core"]) == {"cholesky", "dense", "fft", "floor-fft"}
    assert (table.loc[table["core"] == "fft", "peak_bytes"].dropna() == 0).all()
    again = write(core_report(read_measurement(measured)), tmp_path / "again")
    assert [path.read_bytes() for path in again] == [
        (tmp_path / path.name).read_bytes() for path in again
    ]


def test_what_is_missing_is_skipped_failed_or_absent(measured):
    table = read_measurement(measured).table.set_index(["core", "parameters", "length"])
    skipped = table.loc["cholesky", "learned", 65536]
    assert skipped["status"] == "skipped"
    assert skipped["reason"].startswith("memory: about")
    assert table.loc["fft", "learned", 1024]["status"] == "failed"
    # ASV keeps a benchmark of which every case failed as one null.
    assert set(table.loc["dense"]["status"]) == {"failed"}
    assert table.loc["fft", "learned", 65536]["status"] == "ok"
    # What was not selected is NaN to ASV as well, and no row here.
    change(measured, bench=[r"\('cholesky', '[\w-]+', 'learned', 'regular', (512|65536),"])
    selected = read_measurement(measured).table
    assert selected[["core", "parameters", "length", "status"]].to_numpy().tolist() == [
        ["cholesky", "learned", 512, "ok"],
        ["cholesky", "learned", 65536, "skipped"],
    ]
    # Without a floor there is nothing to subtract: no number rather than a wrong one.
    assert selected["peak_bytes"].isna().all()


def test_the_tables_compare_and_explain(measured, tmp_path):
    _, markdown, latex = write(core_report(read_measurement(measured)), tmp_path)
    text = markdown.read_text()
    lines = text.splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    times = next(row for row in rows if row[0] == "cholesky")
    assert times[1:] == ["0.168", "1.34", "10.7", "85.9", "–", "3.00 [3.00, 3.00], T ≥ 512"]
    fft = [row[1:] for row in rows if row[0] == "fft"]
    assert fft[0][2:5] == ["failed", "0.205", "6.55"]
    # Speed-ups are of measured times alone.
    assert fft[1] == ["6.55", "26.2", "–", "419", "–"]
    floors = next(row for row in rows if row[0] == "fft, learned, forward+backward")
    assert floors[1:] == ["2.00"] * 4
    assert "at T = 2,048, the largest at which cholesky was measured, fft is the fastest" in text
    assert "419 at 2,048 (cholesky, fft)" in text
    assert "Commit 0123456789ab; A processor, 2 processors, 8 GiB of memory; threads: 1;" in text
    assert "- cholesky at T = 65,536: skipped, memory: about" in text
    assert "- fft at T = 1,024: failed" in text
    source = latex.read_text()
    assert source.count(r"\toprule") == source.count(r"\bottomrule") == text.count("\n## ") - 1
    # Nothing is missing: a table that said otherwise, or a failure.
    change(measured, bench=[r"\('fft', '[\w-]+', 'learned', 'regular', 512,"])
    write(core_report(read_measurement(measured)), tmp_path)
    assert markdown.read_text().endswith("None is.\n")
    change(measured, dirty=True)
    write(core_report(read_measurement(measured)), tmp_path)
    assert "Commit 0123456789ab, with uncommitted changes;" in markdown.read_text()
    assert "Commit 0123456789ab, with uncommitted changes;" in latex.read_text()


def test_the_latex_table_compiles_and_fits_the_page(measured, tmp_path, typeset):
    assert "Overfull" not in typeset(
        write(core_report(read_measurement(measured)), tmp_path)[2].read_text()
    )


def test_the_figure_shows_what_was_measured_and_where_it_ends(measured, tmp_path):
    table = read_measurement(measured).table
    drawing = draw_core_scaling(table)
    figure = drawing.figure
    time_axis, memory_axis = figure.axes
    lines = [line for line in time_axis.lines if len(line.get_xdata()) > 1]
    assert [len(line.get_xdata()) for line in lines] == [4, 4]
    (mark,) = [line for line in time_axis.lines if line.get_marker() == "+"]
    assert mark.get_xdata()[0] == 65536
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert "cholesky  $T^{3.00}$" in names
    assert "beyond the memory limit" in names
    assert memory_axis.get_ylabel() == "peak memory (MB)"
    data = drawing.data.set_index(["core", "quantity"])
    for core, line in zip(("cholesky", "fft"), lines, strict=True):
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


def test_a_measurement_that_could_not_be_made_is_one_row(measured, tmp_path):
    change(measured, status="skipped", reason="there is no git", commit=None, result=None)
    figures = tmp_path / "figures"
    assert main(["cores", str(measured), "--out", str(tmp_path), "--figures", str(figures)]) == 0
    assert (tmp_path / "cores.csv").read_text() == f"{HEADER}\n{',' * 14}skipped,there is no git\n"
    assert "- all cores: skipped, there is no git" in (tmp_path / "cores.md").read_text()
    suffixes = ("csv", "pdf", "png", "txt")
    assert sorted(path.name for path in figures.iterdir()) == [
        f"core_scaling.{s}" for s in suffixes
    ]
    (text,) = draw_core_scaling(read_measurement(measured).table).figure.texts
    assert text.get_text() == "Nothing to draw: there is no git"


def test_a_grid_of_no_case_is_one_row(measured):
    change(measured, bench=["^nothing"])
    table = read_measurement(measured).table
    assert table["reason"].tolist() == ["no benchmark has such a case"]


def test_tables_are_about_one_setting(measured):
    table = read_measurement(measured).table
    other = table.assign(threads=2)
    both = headline(pd.concat([other, table]), "learned")
    assert set(both["threads"]) == {1}
    assert len(both) == len(headline(table, "learned"))
    assert headline(table.assign(dtype="float64"), "learned").empty


def test_what_is_no_measurement_is_rejected(measured):
    change(measured, result="asv/none.json")
    with pytest.raises(InputError, match="no such file"):
        read_measurement(measured)
    measured.write_text("{}")
    with pytest.raises(InputError, match="not a measurement of the cores"):
        read_measurement(measured)
