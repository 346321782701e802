"""Commands of `bssbench` that say whether results can be relied on, and join them."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from bssbench.cli.command import command, one_of, option, path, whole_number
from bssbench.errors import InputError


@command(
    path(
        "results",
        "DIR",
        "has scores.csv, timings.csv, provenance.json (default: results/reference)",
        nargs="?",
        default=Path("results/reference"),
    ),
    one_of(
        option("--cell", metavar="DATASET/METHOD", help="this cell, its seeds in one batch"),
        option("--sample", type=int, metavar="N", help="so many cells, drawn at random"),
        option(
            "--fresh-seeds",
            metavar="SEEDS",
            help="all simulated data on seeds that nobody has seen, for instance 200-211",
        ),
    ),
    option("--seed", type=whole_number, help="of the cell this seed alone"),
    option(
        "--any", action="store_true", help="draw among all cells, not those of under two minutes"
    ),
    option("--sampling-seed", type=whole_number, metavar="K", help="repeats a draw"),
    path("--out", "DIR", "of fresh seeds: where the work and the report go", required=False),
    option("--cores", type=int, metavar="N", help="for fresh seeds (default: all)"),
)
def _verify(arguments: argparse.Namespace) -> int:
    """Recompute recorded scores and compare, or see what fresh seeds change.

    Recompute cells of DIR and compare their scores, never their times. In the environment of the
    record (versions, platform, processor) a cell's rows must be the same bytes; in another, means
    over seeds must lie within the tolerances that the table shows. Exit code 0 if all are, 1 if one
    is not or could not be recomputed here.

    With --fresh-seeds run all separations of DIR's simulated data on other seeds, by today's code,
    and write into --out which rankings (rankings.csv, .md) and which verdicts on claims
    (verdicts.csv, .md) change. Recordings and costs are left out. A call that was stopped goes on
    where it was. Exit code 0 if no verdict changes, else 1. Run it at the top of the project.
    """
    if arguments.cell and (arguments.any or arguments.sampling_seed is not None):
        raise InputError("--any and --sampling-seed are for --sample")
    if arguments.sample is not None and (arguments.sample < 1 or arguments.seed is not None):
        raise InputError("--sample takes a number of cells, at least 1, and no --seed")
    if arguments.fresh_seeds is not None:
        return _verify_on_fresh_seeds(arguments)
    if arguments.out is not None or arguments.cores is not None:
        raise InputError("--out and --cores are for --fresh-seeds")
    from bssbench.reproduction.recorded_results import RecordedResults
    from bssbench.reproduction.verification import comparison_table, find_cell, verify

    results = RecordedResults.read(arguments.results)
    if arguments.cell:
        wanted, cells = 1, [find_cell(results, arguments.cell, arguments.seed)]
    else:
        wanted, cells = arguments.sample, _draw(results, arguments)
    _print_origins(results)
    verified, comparisons = 0, []
    for dataset, method in cells:
        if verified == wanted:
            break
        print(f"bssbench: recomputing {dataset}/{method}", file=sys.stderr, flush=True)
        found = list(verify(results, dataset, method, arguments.seed))
        comparisons += found
        # A recording that can't be had here is said, and in a sample another cell takes its place.
        verified += all(each.verdict != "NOT VERIFIED" for each in found)
    print(f"\n{comparison_table(comparisons)}\n")
    failed = {each.cell for each in comparisons if each.verdict == "DIFFERENT"}
    print(f"{verified} of {wanted} cells verified, {len(failed)} of them different")
    return int(verified < wanted or bool(failed))


def _print_origins(results: Any) -> None:
    """Say of which code and environment a record is, and what of that is another here."""
    from bssbench.experiment.provenance import describe_environment, environment_changes

    here = describe_environment()
    for part in results.parts:
        changes = "; ".join(environment_changes(part.provenance, here))
        environment = f"another environment: {changes}" if changes else "this environment"
        print(f"{part.source}: recorded at {part.provenance.get('commit')} in {environment}")


def _verify_on_fresh_seeds(arguments: argparse.Namespace) -> int:
    import os

    from bssbench.paper.replication_tables import orders_report, verdicts_report
    from bssbench.paper.report import write
    from bssbench.reproduction.fresh_seeds import (
        fresh_configuration,
        run_fresh_seeds,
        the_only_part,
        with_fewer_seeds,
    )
    from bssbench.reproduction.recorded_results import RecordedResults
    from bssbench.scores.table import read_scores
    from bssbench.statistics.claims_file import check_methods, read_claims
    from bssbench.statistics.replication import compare_orders, compare_verdicts

    if arguments.seed is not None or arguments.any or arguments.sampling_seed is not None:
        raise InputError("--seed, --any and --sampling-seed are not for --fresh-seeds")
    if arguments.out is None:
        raise InputError("--fresh-seeds needs --out, a folder for the work and the report")
    cores = os.cpu_count() or 1 if arguments.cores is None else arguments.cores
    if cores < 1:
        raise InputError(f"--cores must be at least 1, not {cores}")
    if (arguments.out / "scores.csv").exists():
        raise InputError(f"--out {arguments.out}: results are there already; name another folder")
    results = RecordedResults.read(arguments.results)
    part = the_only_part(results)
    recorded = read_scores(arguments.results / "scores.csv")
    if not part.experiment.claims:
        raise InputError(f"{arguments.results}: names no claims whose verdicts could change")
    claims = read_claims(Path(part.experiment.claims))
    # Not after hours of work: the claims are today's, and the methods those of the record.
    check_methods(claims, part.experiment.methods)
    configuration = fresh_configuration(part, arguments.fresh_seeds)
    _print_origins(results)
    if fewer := with_fewer_seeds(part, configuration):
        print(
            f"bssbench: warning: fewer seeds than in the record, which alone may change a verdict: "
            f"{', '.join(fewer)}",
            file=sys.stderr,
        )
    fresh = run_fresh_seeds(configuration, arguments.out, Path.cwd(), cores)
    orders = compare_orders(recorded, fresh)
    verdicts = compare_verdicts(claims, recorded, fresh)
    reports = [orders_report(orders), verdicts_report(verdicts, arguments.fresh_seeds)]
    for report in reports:
        write(report, arguments.out, formats=("csv", "md"))
    best = orders.drop_duplicates(["dataset", "score"])
    n_best = int((best["recorded_best"] != best["fresh_best"]).sum())
    print(f"another method is best on {n_best} of {len(best)} data sets and scores")
    print(f"{int(orders['significant'].sum())} of {len(orders)} pairs changed places significantly")
    for row in verdicts[verdicts["changed"].astype(bool)].itertuples():
        moved = f"{row.recorded} in the record, {row.fresh} on fresh seeds"
        print(f"claim {row.claim} ({row.reading}): {moved}")
    n_changed = int(verdicts["changed"].sum())
    print(f"{n_changed} of {len(verdicts)} verdicts changed; the report is in {arguments.out}")
    return int(n_changed > 0)


def _draw(results: Any, arguments: argparse.Namespace) -> list[tuple[str, str]]:
    """Return cells in an order that can be repeated by what is printed."""
    import numpy as np

    from bssbench.reproduction.verification import draw_cells

    seed = arguments.sampling_seed
    if seed is None:
        seed = int(np.random.SeedSequence().generate_state(1)[0])
    cells = draw_cells(results, np.random.default_rng(seed), arguments.any)
    if len(cells) < arguments.sample:
        raise InputError(
            f"--sample {arguments.sample}: only {len(cells)} cells can be drawn; --any has all"
        )
    print(f"{arguments.sample} of {len(cells)} cells, drawn with --sampling-seed {seed}")
    return cells


@command(
    path("results", "DIR", "two or more", nargs="+"),
    path("--out", "DIR", "a new folder"),
)
def _merge(arguments: argparse.Namespace) -> None:
    """Join the results of several machines or teams.

    Join scores.csv and timings.csv of several folders of results. Data sets, methods and seeds may
    differ; the root seed and the parameters of what both have must be the same, and so must scores
    that both have. Timings stay apart, each with its hardware.
    """
    from bssbench.reproduction.merging import merge

    parts = merge(arguments.results, arguments.out)
    if len({part.provenance.get("commit") for part in parts}) > 1:
        print(
            "bssbench: these results are of different commits; is the code of their methods the "
            "same?",
            file=sys.stderr,
        )


@command(
    option("--command-line", required=True),
    option("--settings", required=True, metavar="JSON"),
    option("--parameters", default="{}", metavar="JSON", help="of each method"),
    option("--configuration", metavar="YAML", help="the file that has them"),
    path("--out", "JSON_FILE"),
)
def _provenance(arguments: argparse.Namespace) -> None:
    """Record how a run of the workflow was made."""
    from bssbench.experiment.provenance import describe_environment
    from bssbench.files import write_json
    from bssbench.plugins.description import describe_used

    settings = _json_object("--settings", arguments.settings)
    report = describe_environment(arguments.command_line) | {
        **describe_used(settings),
        "parameters": _json_object("--parameters", arguments.parameters),
        "configuration": settings,
        "configuration_file": arguments.configuration,
    }
    write_json(arguments.out, report)


def _json_object(flag: str, text: str) -> dict[str, Any]:
    """Return what an option says in JSON."""
    try:
        content = json.loads(text)
        json.dumps(content, allow_nan=False)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{flag}: not JSON ({error})") from None
    if not isinstance(content, dict):
        raise InputError(f"{flag}: expected a JSON object, found {type(content).__name__}")
    return content


@command(
    option("--stages", required=True, metavar="JSON", help="from the workflow"),
    path("--results", "DIR"),
    path("--figures", "DIR"),
)
def _manifest(arguments: argparse.Namespace) -> None:
    """Record what each table and figure of a run of the workflow was made from."""
    from bssbench.reproduction.manifest import write_manifest

    try:
        write_manifest(json.loads(arguments.stages), arguments.results, arguments.figures)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise InputError("--stages: this is for the workflow, which says what it runs") from None


@command(
    path(
        "path",
        "DIR|FILE",
        "a run's results (default: results, or else results/reference), or a figure or table",
        nargs="?",
    ),
    path(
        "--configuration",
        "YAML",
        "the experiment's file (default: the one that the run was made from)",
        required=False,
    ),
    path(
        "--results",
        "DIR",
        "where to look for FILE (default: results, and the folders in it that are kept)",
        required=False,
        nargs="+",
        default=[],
    ),
)
def _check(arguments: argparse.Namespace) -> int:
    """Compare tables and figures with what they were made from.

    A run's manifest.json has the SHA-256 of every table, figure and file of claims, and hashes of
    the configuration, the code and the data that it was made from. Compare them with those of today
    and name each file for which one differs: exit code 1, else 0. Code is compared without
    comments, docstrings and line breaks. Cells of other code, as those of an older version, are
    named with it. Of a FILE that was copied elsewhere say which run it is from: exit code 1 if it
    is from none. Run it at the top of the project.
    """
    from bssbench.reproduction.staleness import check

    if arguments.path is not None and not arguments.path.is_dir():
        return _find_origins(arguments.path, arguments.results)
    if arguments.results:
        raise InputError("--results is for a figure or table, whose run is to be found")
    checked = check(arguments.path, arguments.configuration)
    stale = {file: reasons for file, reasons in checked.items() if reasons}
    for file, reasons in stale.items():
        print(f"{file} is stale: {', '.join(reasons)}")
    if stale:
        print(f"{len(stale)} of {len(checked)} artefacts are stale")
    else:
        print(f"{len(checked)} artefacts are up to date")
    return 1 if stale else 0


def _find_origins(file: Path, directories: list[Path]) -> int:
    from bssbench.reproduction.staleness import find_origins

    origins = find_origins(file, directories)
    for origin in origins:
        state = f"stale: {', '.join(origin.reasons)}" if origin.reasons else "up to date"
        commit = f"scores of commit {origin.commit}" if origin.commit else "no commit"
        print(f"{file} is {origin.path} of {origin.results} ({commit}), {state}")
    if not origins:
        print(f"{file} is of no run that is known here; name others by --results DIR")
    return 0 if origins else 1
