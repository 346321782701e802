"""Commands of `bssbench` that show how near to what is possible methods come."""

import argparse
import dataclasses
import os
from pathlib import Path

from bssbench.cli.command import command, option, path
from bssbench.errors import InputError


@command(
    path("runs", "RUN.JSON", "each cell's, from 'bssbench separate'", nargs="+"),
    path("--data", "DIR", "the data sets"),
    path("--out", "DIR", "for the tables"),
)
def _efficiency(arguments: argparse.Namespace) -> None:
    """Compare methods with the Cramér-Rao bound.

    Write tables/efficiency: of each method on each data set whose mixing is linear its separation,
    beside the bound and the oracle's, and its efficiency, in dB.
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
        help="what is varied, its points and cells, how it is drawn; or the path of such a file",
    ),
    path("--data", "DIR", "the blocks of points"),
    path("--cells", "DIR", "the folder of BLOCK/METHOD/run.json"),
    path("--out", "DIR", "for the table"),
    path("--figures", "DIR", "for the figure"),
)
def _sweep(arguments: argparse.Namespace) -> None:
    """Show a sweep: its table, its figure, and what is seen in both.

    Write OUT/NAME.csv, a row for each point and method, OUT/NAME.md, and the figure NAME, as lines
    or as a map. 'bssbench findings' makes a page of several tables.
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
    path("--figures", "DIR", "where the figures are, to show them", required=False),
    path("--out", "MD", "the page"),
)
def _findings(arguments: argparse.Namespace) -> None:
    """Write a page of what sweeps show.

    Of each sweep it has the question, the answer in one sentence with numbers, a table and, with
    --figures, the figure.
    """
    from bssbench.paper.findings_page import findings_report
    from bssbench.paper.report import write
    from bssbench.statistics.sweeps import read_sweep_table

    out: Path = arguments.out
    if out.suffix != ".md":
        raise InputError(f"--out {out}: the page is Markdown; name a file that ends in .md")
    tables = {table.stem: read_sweep_table(table) for table in arguments.tables}
    if len(tables) < len(arguments.tables):
        raise InputError("two tables have one name; give each sweep once")
    links = {}
    if arguments.figures:
        folder = Path(os.path.relpath(arguments.figures, out.parent)).as_posix()
        links = {name: f"{folder}/{name}.png" for name in tables}
    report = findings_report(tables, links)
    write(dataclasses.replace(report, name=out.stem), out.parent, formats=("md",))
