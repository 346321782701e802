"""Commands that compare results and write tables and figures."""

import argparse
import json
import sys
from pathlib import Path

from bssbench.cli.command import command, option, path
from bssbench.errors import InputError


@command(
    path("candidates", "CSV", "from 'bssbench held-out'", nargs="+"),
    path("--out", "CSV", "file for all candidates"),
    path("--tables", "DIR", "folder for the tables", required=False),
)
def _select(arguments: argparse.Namespace) -> None:
    """Choose between candidates by their objectives on held-out time.

    Join the files, and compare each candidate with the first one of the same choice. The candidate
    with the better median over seeds on most data sets is chosen, if these are more than half of
    the data sets and it gains more on them than it loses on the others. Otherwise the first one is
    chosen.
    """
    from bssbench.files import write_table
    from bssbench.paper.report import write
    from bssbench.paper.selection_table import selection_report
    from bssbench.scores.held_out import read_held_out
    from bssbench.statistics.selection import compare_candidates

    held_out = read_held_out(arguments.candidates)
    write_table(arguments.out, held_out)
    if arguments.tables:
        write(selection_report(compare_candidates(held_out)), arguments.tables)


@command(
    path("--scores", "CSV", "from 'bssbench score'"),
    path("--out", "DIR", "folder for the files"),
)
def _statistics(arguments: argparse.Namespace) -> None:
    """Compare methods on each data set, and rank them over data sets.

    Write summary.csv (centre and spread over seeds), comparisons.csv (each method against the best
    one of a data set, paired by seed), ranks.json (ranks over data sets, with tests) and
    equivalence.csv (the probabilities that one of two methods is better or that they are
    equivalent). 'bssbench tables' and 'bssbench figures' read these files.
    """
    from bssbench.scores.table import read_scores
    from bssbench.statistics.comparisons import describe_undecidable
    from bssbench.statistics.evaluation import evaluate

    evaluation = evaluate(read_scores(arguments.scores))
    for line in describe_undecidable(evaluation.comparisons):
        print(f"bssbench: warning: {line}", file=sys.stderr)
    evaluation.save(arguments.out)


@command(
    path("--claims", "YAML", "file of claims"),
    path("--scores", "CSV", "from 'bssbench score'; several files are joined", nargs="+"),
    path("--training-cost", "CSV", "rounds from 'bssbench join-rounds'", required=False),
    path("--cores", "CSV", "rounds from 'bssbench join-rounds'", required=False),
    path("--out", "DIR", "folder for the verdicts"),
)
def _claims(arguments: argparse.Namespace) -> None:
    """Test claims on scores, times and memory.

    Write DIR/claims.csv and DIR/claims.md. They state for each claim of a file such as
    config/claims.yaml whether it is supported, refuted, undecided, or depends on the data, in each
    of its readings, with the numbers behind the verdict. If more seeds would decide a claim, they
    state how many. A test that needs a missing table counts as not run.
    """
    import pandas as pd

    from bssbench.paper.claims_table import claims_report
    from bssbench.paper.report import write
    from bssbench.scores.table import read_scores
    from bssbench.statistics.claims import judge_claims, read_cost_tables
    from bssbench.statistics.claims_file import COST_TABLES, read_claims

    claims = read_claims(arguments.claims)
    given = {name: getattr(arguments, name) for name in COST_TABLES}
    costs = read_cost_tables({name: path for name, path in given.items() if path})
    scores = pd.concat([read_scores(each) for each in arguments.scores], ignore_index=True)
    parts = judge_claims(claims, scores, costs)
    # No LaTeX: the sentences are too wide for a page with two columns.
    write(claims_report(claims, parts), arguments.out, formats=("csv", "md"))


@command(
    path("--statistics", "DIR", "from 'bssbench statistics'", required=False),
    path(
        "--timings",
        "CSV",
        "from 'bssbench score', to mark values that did not converge",
        required=False,
    ),
    path("--training-cost", "CSV", "from 'bssbench join-rounds'", required=False),
    path("--out", "DIR", "folder for the tables"),
)
def _tables(arguments: argparse.Namespace) -> None:
    """Write the tables of the paper."""
    from bssbench.paper.comparison_tables import comparison_report
    from bssbench.paper.equivalence_tables import equivalence_report
    from bssbench.paper.rank_tables import rank_report
    from bssbench.paper.report import write
    from bssbench.paper.separation_tables import separation_report
    from bssbench.paper.training_cost_table import training_cost_report
    from bssbench.scores.table import read_timings
    from bssbench.scores.training_cost import read_costs
    from bssbench.statistics.evaluation import Evaluation

    if not (arguments.statistics or arguments.training_cost):
        raise InputError("no input; give --statistics or --training-cost")
    reports = []
    if arguments.statistics:
        found = Evaluation.load(arguments.statistics)
        timings = read_timings(arguments.timings) if arguments.timings else None
        reports += [
            separation_report(found.summary, found.comparisons, timings),
            comparison_report(found.comparisons),
            rank_report(found.rankings),
            equivalence_report(found.rankings, found.equivalence),
        ]
    if arguments.training_cost:
        _spare(arguments.training_cost, arguments.out)
        reports.append(training_cost_report(read_costs([arguments.training_cost])))
    for report in reports:
        write(report, arguments.out)


@command(
    option("names", nargs="*", metavar="NAME", help="names of figures (default: all)"),
    path("--scores", "CSV", "from 'bssbench score'"),
    path("--statistics", "DIR", "from 'bssbench statistics'"),
    path("--data", "DIR", "folder of the data sets"),
    path("--cells", "DIR", "folder that contains DATASET/METHOD/run.json"),
    path("--out", "DIR", "folder for the figures"),
)
def _figures(arguments: argparse.Namespace) -> None:
    """Draw the figures of the paper."""
    from bssbench.paper.figures import Results, draw_figure, figure_module, figure_names
    from bssbench.paper.style import save_drawing

    results = Results(arguments.scores, arguments.statistics, arguments.data, arguments.cells)
    names = arguments.names or figure_names()
    # All names are checked before the first figure is drawn.
    for name in names:
        figure_module(name)
    for name in names:
        save_drawing(draw_figure(name, results), name, arguments.out)


@command(
    path("measurement", "CSV", "rounds of 'bssbench measure-cores', from 'bssbench join-rounds'"),
    path("--out", "DIR", "folder for the tables"),
    path("--figures", "DIR", "folder for the figure"),
)
def _cores(arguments: argparse.Namespace) -> None:
    """Write the tables and the figure of the kernel cores."""
    from bssbench.paper.core_results import read_measurement
    from bssbench.paper.core_scaling import draw_core_scaling
    from bssbench.paper.core_tables import core_report
    from bssbench.paper.report import write
    from bssbench.paper.style import save_drawing

    _spare(arguments.measurement, arguments.out)
    measurement = read_measurement(arguments.measurement)
    write(core_report(measurement), arguments.out)
    save_drawing(draw_core_scaling(measurement.table), "core_scaling", arguments.figures)


@command(
    path("scores", "CSV", "from 'bssbench score', with all methods in --variants"),
    option(
        "--variants",
        required=True,
        metavar="JSON",
        help="for each method, the name of the method without each of its additions",
    ),
    path("--out", "DIR", "folder for the tables"),
    path("--figures", "DIR", "folder for the figure"),
)
def _ablation(arguments: argparse.Namespace) -> None:
    """Compare methods with versions of them that lack one addition.

    Write tables/ablation and its figure: the SI-SDR and MCC of each variant, and the differences
    from the complete method, paired by seed.
    """
    from bssbench.paper.ablation_figure import draw_ablation
    from bssbench.paper.ablation_table import ablation_report
    from bssbench.paper.report import write
    from bssbench.paper.style import save_drawing
    from bssbench.scores.table import read_scores
    from bssbench.statistics.ablation import compare_with_whole

    _spare(arguments.scores, arguments.out)
    try:
        variants = {str(name): dict(left) for name, left in json.loads(arguments.variants).items()}
    except (ValueError, TypeError, AttributeError, RecursionError):
        example = '{"sobi": {"lags": "sobi-with-few-lags"}}'
        raise InputError(f"--variants: expected JSON such as {example}") from None
    comparison = compare_with_whole(read_scores(arguments.scores), variants)
    write(ablation_report(comparison), arguments.out)
    save_drawing(draw_ablation(comparison), "ablation", arguments.figures)


def _spare(measurement: Path, out: Path) -> None:
    """Raise an error if a table would overwrite the measurement that it is made from."""
    if measurement.resolve().parent == out.resolve():
        raise InputError(f"--out {out}: the table would replace {measurement}; use another folder")
