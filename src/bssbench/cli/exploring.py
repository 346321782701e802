"""The command that writes the page for exploring results."""

import argparse
from pathlib import Path

from bssbench.cli.command import command, option, path


@command(
    path(
        "results",
        "RESULTS",
        "a folder of results (default: results)",
        nargs="?",
        default=Path("results"),
    ),
    path("--out", "HTML", "the page (default: RESULTS/explore.html)", required=False),
    option(
        "--claims",
        action="append",
        default=[],
        type=Path,
        metavar="YAML",
        help="a file of claims, for their sentences (default: what the results name); may be given "
        "again",
    ),
)
def _explore(arguments: argparse.Namespace) -> None:
    """Write a page for exploring results in a browser.

    The page is one file that needs neither a network nor a server: scores, pairs of methods, cells,
    claims, costs and sweeps, with filters. What the folder lacks is left out, and the page states
    how to make it.
    """
    from bssbench.explore.page import write_page

    out: Path = arguments.out or arguments.results / "explore.html"
    write_page(arguments.results, out, arguments.claims)
    print(f"{out}: {out.stat().st_size / 1e6:.1f} MB; open it in a browser")
