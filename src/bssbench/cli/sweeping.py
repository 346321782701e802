"""Commands that compare methods with the Cramér-Rao bound and show sweeps."""

import argparse
import dataclasses
import os
from pathlib import Path

from bssbench.cli.command import command, option, path
from bssbench.errors import InputError


@command(
    path("runs", "RUN.JSON", "run.json of each cell, from 'bssbench separate'", nargs="+"),
    path("--data", "DIR", "folder of the data sets"),
    path("--out", "DIR", "folder for the tables"),
)
def _efficiency(arguments: argparse.Namespace) -> None:
    """Compare methods with the Cramér-Rao bound.

    Write tables/efficiency. For each method on each data set with linear mixing, it has the
    separation of the method, of the oracle and of the bound, and the efficiency, in dB.
    """
    from bssbench.paper.efficiency_table import efficiency_report
    from bssbench.paper.report import write
    from bssbench.scores.interference import collect_interference
    from bssbench.statistics.efficiency import summarise_efficiency

    interference = collect_interference(arguments.runs, arguments.data)
    write(efficiency_report(summarise_efficiency(interference)), arguments.out)


@command(
    option(
        "--sweep",
        required=True,
        metavar="JSON",
        help="the sweep: axes, points, cells and figure; or the path of a file with these",
    ),
    path("--data", "DIR", "folder of the data sets of the points"),
    path("--cells", "DIR", "folder that contains BLOCK/METHOD/run.json"),
    path("--out", "DIR", "folder for the table"),
    path("--figures", "DIR", "folder for the figure"),
)
def _sweep(arguments: argparse.Namespace) -> None:
    """Write the table and the figure of a sweep.

    Write OUT/NAME.csv with a row for each point and method, OUT/NAME.md, and the figure NAME, as
    lines or as a map. 'bssbench findings' summarises several tables on one page.
    """
    from bssbench.paper.report import write
    from bssbench.paper.style import save_drawing
    from bssbench.paper.sweep_lines import draw_lines
    from bssbench.paper.sweep_map import draw_map
    from bssbench.paper.sweep_table import sweep_report
    from bssbench.scores.interference import collect_interference
    from bssbench.statistics.sweeps import parse_sweep, sweep_table

    sweep = parse_sweep(arguments.sweep)
    runs = [arguments.cells / block / method / "run.json" for block, method in sweep.cells]
    table = sweep_table(sweep, collect_interference(runs, arguments.data))
    write(sweep_report(sweep, table), arguments.out, formats=("csv", "md"))
    draw = draw_map if sweep.figure.kind == "map" else draw_lines
    save_drawing(draw(sweep, table), sweep.name, arguments.figures)


@command(
    path("tables", "CSV", "from 'bssbench sweep'", nargs="+"),
    path("--figures", "DIR", "folder of the figures to include", required=False),
    path("--out", "MD", "file for the page"),
)
def _findings(arguments: argparse.Namespace) -> None:
    """Write a page with the findings of sweeps.

    For each sweep, the page has the question, the answer in one sentence with numbers, a table and,
    with --figures, the figure.
    """
    from bssbench.paper.findings_page import findings_report
    from bssbench.paper.report import write
    from bssbench.statistics.sweeps import read_sweep_table

    out: Path = arguments.out
    if out.suffix != ".md":
        raise InputError(f"--out {out}: the page is Markdown; use a file name that ends in .md")
    tables = {table.stem: read_sweep_table(table) for table in arguments.tables}
    if len(tables) < len(arguments.tables):
        raise InputError("two tables have the same name; give each sweep once")
    links = {}
    if arguments.figures:
        folder = Path(os.path.relpath(arguments.figures, out.parent)).as_posix()
        links = {name: f"{folder}/{name}.png" for name in tables}
    report = findings_report(tables, links)
    write(dataclasses.replace(report, name=out.stem), out.parent, formats=("md",))
