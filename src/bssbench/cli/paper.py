"""Commands of `bssbench` that compare what was computed, and write tables and figures of it."""

import argparse
import json
import sys
from pathlib import Path

from bssbench.cli.command import command, option, path
from bssbench.errors import InputError


@command(
    path("candidates", "CSV", "written by 'bssbench held-out'", nargs="+"),
    path("--out", "CSV", "the files as one"),
    path("--tables", "DIR", "where the tables go", required=False),
)
def _select(arguments: argparse.Namespace) -> None:
    """Choose between candidates by their objectives on held-out time.

    Join the files into one, and compare each candidate with the first of its choice. Chosen is the
    candidate that is better in the median over seeds on the most data sets, if these are more than
    half of them and it gains more there than it loses elsewhere, else the first.
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
    path("--out", "DIR", "where files go"),
)
def _statistics(arguments: argparse.Namespace) -> None:
    """Compare methods on each data set, and rank them over data sets.

    Write summary.csv (middle and spread of the seeds), comparisons.csv (each method against the
    best of a data set, paired by seed), ranks.json (ranks over data sets, and their tests) and
    equivalence.csv (how probable it is that one of two methods is better, or both equivalent).
    'bssbench tables' and 'bssbench figures' show them.
    """
    from bssbench.scores.table import read_scores
    from bssbench.statistics.comparisons import describe_undecidable
    from bssbench.statistics.evaluation import evaluate

    evaluation = evaluate(read_scores(arguments.scores))
    for line in describe_undecidable(evaluation.comparisons):
        print(f"bssbench: warning: {line}", file=sys.stderr)
    evaluation.save(arguments.out)


@command(
    path("--claims", "YAML"),
    path("--scores", "CSV", "from 'bssbench score'; several are joined", nargs="+"),
    path("--training-cost", "CSV", "rounds from 'bssbench join-rounds'", required=False),
    path("--cores", "CSV", "likewise", required=False),
    path("--out", "DIR"),
)
def _claims(arguments: argparse.Namespace) -> None:
    """Judge claims by scores, times and memory.

    Write DIR/claims.csv and DIR/claims.md: for each claim of a file such as config/claims.yaml
    whether it is supported, refuted, undecided or depends on the data, in each of its readings,
    with the numbers behind that and, where seeds would decide it, how many. What needs a table that
    is not given counts as not run.
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
    # Sentences, which no page of two columns has the width for.
    write(claims_report(claims, parts), arguments.out, formats=("csv", "md"))


@command(
    path("--statistics", "DIR", "from 'bssbench statistics'", required=False),
    path("--timings", "CSV", "of 'bssbench score': marks what did not converge", required=False),
    path("--training-cost", "CSV", "of 'bssbench join-rounds'", required=False),
    path("--out", "DIR"),
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
        raise InputError("nothing to make tables of; give --statistics or --training-cost")
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
    option("names", nargs="*", metavar="NAME", help="figures (default: all)"),
    path("--scores", "CSV"),
    path("--statistics", "DIR"),
    path("--data", "DIR"),
    path("--cells", "DIR"),
    path("--out", "DIR"),
)
def _figures(arguments: argparse.Namespace) -> None:
    """Draw the figures of the paper."""
    from bssbench.paper.figures import Results, draw_figure, figure_module, figure_names
    from bssbench.paper.style import save_drawing

    results = Results(arguments.scores, arguments.statistics, arguments.data, arguments.cells)
    names = arguments.names or figure_names()
    # All names are looked up before the first is drawn.
    for name in names:
        figure_module(name)
    for name in names:
        save_drawing(draw_figure(name, results), name, arguments.out)


@command(
    path("measurement", "CSV", "rounds of 'bssbench measure-cores', from 'bssbench join-rounds'"),
    path("--out", "DIR", "for the tables"),
    path("--figures", "DIR", "for the figure"),
)
def _cores(arguments: argparse.Namespace) -> None:
    """Write tables and figure of the kernel cores."""
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
    path("scores", "CSV", "from 'bssbench score', of all methods that are named"),
    option(
        "--variants",
        required=True,
        metavar="JSON",
        help="by method, by what is taken away from it, the name of the method that is left",
    ),
    path("--out", "DIR", "for the tables"),
    path("--figures", "DIR", "for the figure"),
)
def _ablation(arguments: argparse.Namespace) -> None:
    """Compare methods with what is left of them without their additions.

    Write tables/ablation and the figure of it: the SI-SDR and the MCC of each, and the differences
    from the whole method, paired by seed.
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
    """Refuse to write a table over the measurement that it is made from, which has its name."""
    if measurement.resolve().parent == out.resolve():
        raise InputError(f"--out {out}: the table would replace {measurement}; name another folder")
