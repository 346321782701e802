"""Commands that verify, join and check results."""

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
        "folder with scores.csv, timings.csv and provenance.json (default: results/reference)",
        nargs="?",
        default=Path("results/reference"),
    ),
    one_of(
        option(
            "--cell",
            metavar="DATASET/METHOD",
            help="recompute this cell, with its seeds in one batch",
        ),
        option("--sample", type=int, metavar="N", help="recompute N cells, drawn at random"),
        option(
            "--fresh-seeds",
            metavar="SEEDS",
            help="run all simulated data on new seeds, for instance 200-211",
        ),
    ),
    option("--seed", type=whole_number, help="with --cell: only this seed"),
    option(
        "--any",
        action="store_true",
        help="with --sample: draw from all cells, not only those that take under two minutes",
    ),
    option(
        "--sampling-seed",
        type=whole_number,
        metavar="K",
        help="with --sample: seed of the draw, to repeat it",
    ),
    path("--out", "DIR", "with --fresh-seeds: folder for the run and the report", required=False),
    option(
        "--cores", type=int, metavar="N", help="with --fresh-seeds: number of cores (default: all)"
    ),
)
def _verify(arguments: argparse.Namespace) -> int:
    """Recompute recorded scores, or repeat an experiment on new seeds.

    Recompute cells of DIR and compare their scores; times are not compared. In the environment of
    the record (versions, platform, processor), the rows of a cell must be identical byte for byte.
    In another environment, means over seeds must lie within the tolerances shown in the table. The
    exit code is 0 if all cells agree, and 1 if one differs or can't be recomputed here.

    With --fresh-seeds, run all separations of the simulated data of DIR on new seeds with the
    current code, and write to --out which rankings (rankings.csv, .md) and which verdicts on claims
    (verdicts.csv, .md) change. Recordings and costs are left out. An interrupted run is continued
    by the same command. The exit code is 0 if no verdict changes, and 1 otherwise. Run it in the
    root folder of the project.
    """
    if arguments.cell and (arguments.any or arguments.sampling_seed is not None):
        raise InputError("--any and --sampling-seed require --sample")
    if arguments.sample is not None and (arguments.sample < 1 or arguments.seed is not None):
        raise InputError("--sample must be at least 1, and can't be combined with --seed")
    if arguments.fresh_seeds is not None:
        return _verify_on_fresh_seeds(arguments)
    if arguments.out is not None or arguments.cores is not None:
        raise InputError("--out and --cores require --fresh-seeds")
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
        # A recording that is not available here is reported, and another cell is drawn instead.
        verified += all(each.verdict != "NOT VERIFIED" for each in found)
    print(f"\n{comparison_table(comparisons)}\n")
    failed = {each.cell for each in comparisons if each.verdict == "DIFFERENT"}
    print(f"{verified} of {wanted} cells verified, {len(failed)} of them different")
    return int(verified < wanted or bool(failed))


def _print_origins(results: Any) -> None:
    """Print the commit and environment of a record, and how this environment differs."""
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
        raise InputError("--seed, --any and --sampling-seed can't be combined with --fresh-seeds")
    if arguments.out is None:
        raise InputError("--fresh-seeds requires --out, a folder for the run and the report")
    cores = os.cpu_count() or 1 if arguments.cores is None else arguments.cores
    if cores < 1:
        raise InputError(f"--cores must be at least 1, not {cores}")
    if (arguments.out / "scores.csv").exists():
        raise InputError(f"--out {arguments.out}: contains results already; use another folder")
    results = RecordedResults.read(arguments.results)
    part = the_only_part(results)
    recorded = read_scores(arguments.results / "scores.csv")
    if not part.experiment.claims:
        raise InputError(f"{arguments.results}: its experiment has no claims to test")
    claims = read_claims(Path(part.experiment.claims))
    # Checked before hours of work: the claims are current, the methods those of the record.
    check_methods(claims, part.experiment.methods)
    configuration = fresh_configuration(part, arguments.fresh_seeds)
    _print_origins(results)
    if fewer := with_fewer_seeds(part, configuration):
        print(
            f"bssbench: warning: fewer seeds than in the record, which can change verdicts: "
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
    print(f"another method is best for {n_best} of {len(best)} combinations of data set and score")
    print(
        f"{int(orders['significant'].sum())} of {len(orders)} pairs of methods changed order "
        "significantly"
    )
    for row in verdicts[verdicts["changed"].astype(bool)].itertuples():
        moved = f"{row.recorded} in the record, {row.fresh} on fresh seeds"
        print(f"claim {row.claim} ({row.reading}): {moved}")
    n_changed = int(verdicts["changed"].sum())
    print(f"{n_changed} of {len(verdicts)} verdicts changed; see the report in {arguments.out}")
    return int(n_changed > 0)


def _draw(results: Any, arguments: argparse.Namespace) -> list[tuple[str, str]]:
    """Return cells in random order, and print the seed that repeats the draw."""
    import numpy as np

    from bssbench.reproduction.verification import draw_cells

    seed = arguments.sampling_seed
    if seed is None:
        seed = int(np.random.SeedSequence().generate_state(1)[0])
    cells = draw_cells(results, np.random.default_rng(seed), arguments.any)
    if len(cells) < arguments.sample:
        raise InputError(
            f"--sample {arguments.sample}: only {len(cells)} cells qualify; --any draws from all"
        )
    print(f"{arguments.sample} of {len(cells)} cells, drawn with --sampling-seed {seed}")
    return cells


@command(
    path("results", "DIR", "two or more folders of results", nargs="+"),
    path("--out", "DIR", "folder for the joined results, which must be new"),
)
def _merge(arguments: argparse.Namespace) -> None:
    """Join results from several machines or teams.

    Join scores.csv and timings.csv of several folders of results. Data sets, methods and seeds may
    differ. The root seed must be the same, and so must the parameters and scores of everything that
    two folders have in common. Timings are kept separately, each with its hardware.
    """
    from bssbench.reproduction.merging import merge

    parts = merge(arguments.results, arguments.out)
    if len({part.provenance.get("commit") for part in parts}) > 1:
        print(
            "bssbench: warning: these results are from different commits; check that the code of "
            "their methods is the same",
            file=sys.stderr,
        )


@command(
    option("--command-line", required=True, help="the command that started the run"),
    option("--settings", required=True, metavar="JSON", help="the configuration of the run"),
    option("--parameters", default="{}", metavar="JSON", help="parameters of each method"),
    option("--configuration", metavar="YAML", help="the file with the configuration"),
    path("--out", "JSON_FILE", "file to write"),
)
def _provenance(arguments: argparse.Namespace) -> None:
    """Record the provenance of a run of the workflow."""
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
    """Parse the JSON object given to an option."""
    try:
        content = json.loads(text)
        json.dumps(content, allow_nan=False)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{flag}: not JSON ({error})") from None
    if not isinstance(content, dict):
        raise InputError(f"{flag}: expected a JSON object, found {type(content).__name__}")
    return content


@command(
    option("--stages", required=True, metavar="JSON", help="set by the workflow"),
    path("--results", "DIR", "results of the run"),
    path("--figures", "DIR", "figures of the run"),
)
def _manifest(arguments: argparse.Namespace) -> None:
    """Record the inputs of each table and figure of a run of the workflow."""
    from bssbench.reproduction.manifest import write_manifest

    try:
        write_manifest(json.loads(arguments.stages), arguments.results, arguments.figures)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise InputError("--stages: invalid; this option is set by the workflow") from None


@command(
    path(
        "path",
        "DIR|FILE",
        "results of a run (default: results, or else results/reference), or a figure or table",
        nargs="?",
    ),
    path(
        "--configuration",
        "YAML",
        "file of the experiment (default: the one recorded for the run)",
        required=False,
    ),
    path(
        "--results",
        "DIR",
        "where to look for FILE (default: results and its committed folders)",
        required=False,
        nargs="+",
        default=[],
    ),
)
def _check(arguments: argparse.Namespace) -> int:
    """Check whether tables and figures are up to date.

    The manifest.json of a run has the SHA-256 of every table, figure and file of claims, and hashes
    of the configuration, code and data they were made from. Compare these with the current ones and
    list each file that differs. Code is compared without comments, docstrings and line breaks.
    Cells that were computed by other code are listed with it. The exit code is 0 if everything is
    up to date, and 1 otherwise.

    For a FILE that was copied elsewhere, report the run it comes from; the exit code is 1 if there
    is none. Run it in the root folder of the project.
    """
    from bssbench.reproduction.staleness import check

    if arguments.path is not None and not arguments.path.is_dir():
        return _find_origins(arguments.path, arguments.results)
    if arguments.results:
        raise InputError("--results is for finding the run of a figure or table")
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
        print(f"{file} is from no known run; name other results with --results DIR")
    return 0 if origins else 1
