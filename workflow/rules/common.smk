# The configuration, the paths, and functions that several stages use.
import json
import math
import os
import re
import shlex
import sys
from pathlib import Path

from bssbench.experiment.configuration import (
    changed_hyperparameters,
    configure,
    use_plugins,
)
from bssbench.reproduction.artefacts import FIGURE_SUFFIXES, locate, stages
from bssbench.reproduction.code_hashes import code_hash
from bssbench.errors import InputError
from bssbench.files import read_yaml
from bssbench.files.checksums import set_aside_damaged
from bssbench.paper.figures import figure_names
from bssbench.statistics.claims_file import check_methods, read_claims
from snakemake.utils import update_config

CONFIGURATIONS = Path(workflow.basedir) / "config"

# An experiment is one file: the default one is used only if no other is given.
CONFIGURATION_FILE = os.path.relpath(
    (workflow.configfiles or [CONFIGURATIONS / "paper.yaml"])[0]
)

try:
    # Check for duplicate keys: Snakemake would silently use the last one.
    for file in workflow.configfiles:
        read_yaml(Path(file))
    # Nor should Snakemake merge the default file with the given one. Values of --config take precedence in both cases.
    if not workflow.configfiles:
        overrides = dict(config)
        config.update(read_yaml(Path(CONFIGURATION_FILE)))
        update_config(config, overrides)
    # Before methods.yaml is read, which may contain parameters of the plug-ins' methods.
    use_plugins(config, Path(CONFIGURATION_FILE).parent)
    EXPERIMENT = configure(
        config,
        changed_hyperparameters(CONFIGURATIONS / "methods.yaml"),
        Path(CONFIGURATION_FILE).parent,
    )
    if EXPERIMENT.claims:
        # Only methods that are run: a method that no data set uses has no scores for a claim.
        swept = [cell for sweep in EXPERIMENT.sweeps.values() for cell in sweep.cells()]
        run = {method for _, method in [*EXPERIMENT.cells(), *swept]}
        check_methods(read_claims(Path(EXPERIMENT.claims)), run)
    STAGES = stages(EXPERIMENT)
except InputError as error:
    print(
        f"bssbench: error: {' '.join(str(error).split())}", file=sys.stderr, flush=True
    )
    # Do not raise an exception: Snakemake would print more lines and exit with another status.
    os._exit(2)

RESULTS = EXPERIMENT.results
FIGURES = EXPERIMENT.figures
DATA = expand(f"{RESULTS}/data/{{dataset}}.npz", dataset=EXPERIMENT.datasets)
CELLS = [
    f"{RESULTS}/cells/{dataset}/{method}" for dataset, method in EXPERIMENT.cells()
]
RUNS = [f"{cell}/run.json" for cell in CELLS]
SEPARATIONS = [f"{cell}/separation.npz" for cell in CELLS]
SCORES = f"{RESULTS}/scores.csv"
TIMINGS = f"{RESULTS}/timings.csv"
ABLATION = f"{RESULTS}/ablation.csv"
SWEEP_SCORES = f"{RESULTS}/sweep_scores.csv"
SCORE_TABLES = [SCORES] * bool(EXPERIMENT.datasets) + [SWEEP_SCORES] * bool(
    EXPERIMENT.sweeps
)
# Scores and timings; an experiment that consists only of sweeps has neither.
SCORED = [SCORES, TIMINGS] if EXPERIMENT.datasets else []
CORES = f"{RESULTS}/cores.csv"
TRAINING_COST = f"{RESULTS}/training_cost.csv"
CANDIDATES = expand(
    f"{RESULTS}/selection/{{candidate}}.csv", candidate=EXPERIMENT.selection
)

# Damaged results are renamed, so that they are regenerated. Only the main process checks for them, not each job.
if workflow.is_main_process:
    WRITTEN = [
        "",
        *"data cells/*/* selection statistics tables cores training_cost".split(),
    ]
    for path, aside in set_aside_damaged(Path(RESULTS), WRITTEN).items():
        print(
            f"bssbench: warning: {path}: damaged or changed since it was written; renamed to {aside}, and will be regenerated",
            file=sys.stderr,
        )

# The environment that Snakemake runs in, whether or not it is activated.
PYTHON = shlex.quote(sys.executable)
BSSBENCH = f"{PYTHON} -m bssbench" + "".join(
    f" --plugin {shlex.quote(str(path))}" for path in EXPERIMENT.plugins
)

# A job uses 1 of the resource `machine` (profiles/default/config.yaml); a job that measures time uses all of it, so that
# no other job runs at the same time, whatever --cores is. It is defined here because --resources would override the
# profile.
WHOLE_MACHINE = 100
workflow.register_resource("machine", WHOLE_MACHINE)


# On a cluster, each job has its own machine or its share of one (profiles/slurm/config.yaml).
resource_scopes:
    machine="local",


# Of the jobs that are ready and fit, the one with the highest priority starts. The priority is the job's estimated time
# in seconds, so that no long job is left for the end. Jobs that use the whole machine come first: otherwise they would
# wait until no other job is ready.
FIRST = sys.maxsize


# Snakemake's limit on job starts per second schedules another check one second after each check, so that after n jobs
# it checks n times a second. Local jobs need no such limit, and there is no option to turn it off.
onstart:
    if workflow.local_exec:
        workflow.scheduler.job_rate_limiter = None


def get_pattern(*names):
    """Return a regular expression that matches any of these names, or nothing if there are none."""
    return "|".join(map(re.escape, names)) or "(?!)"


wildcard_constraints:
    dataset=get_pattern(*EXPERIMENT.datasets, *EXPERIMENT.blocks),
    block=get_pattern(*EXPERIMENT.blocks),
    sweep=get_pattern(*EXPERIMENT.sweeps),
    method=get_pattern(*EXPERIMENT.all_methods),
    figure=get_pattern(*figure_names()),
    measurement="cores|training_cost",
    round=r"\d+",
    part=r"\d+",
    candidate=get_pattern(*EXPERIMENT.selection),


# A job on a cluster includes two Snakemake processes besides its command: one that starts it and one that supervises it.
SNAKEMAKE_MEGABYTES = 700
STARTING_SECONDS = 30


def megabytes(amount):
    """Return a function for a job's memory in MB, proportional to the attempt; `amount` may be a function of wildcards."""

    def declared(wildcards, attempt):
        own = amount(wildcards) if callable(amount) else amount
        return attempt * own + (0 if workflow.local_exec else SNAKEMAKE_MEGABYTES)

    return declared


def minutes(seconds, limit=lambda wildcards: math.inf):
    """Return a function for a job's wall time on a cluster, in minutes: three times the estimate, tripled at each retry.

    `seconds` is the estimate and `limit` the job's own time limit, both in seconds and functions of wildcards.
    """

    def declared(wildcards, attempt):
        patience = 3**attempt
        work = min(patience * seconds(wildcards), limit(wildcards))
        return math.ceil((patience * STARTING_SECONDS + work) / 60)

    return declared


def get_group(seconds, gpus=0):
    """Return the group of jobs that may share one cluster job; profiles/slurm/config.yaml sets how many do."""
    if seconds >= 100:
        return None
    return ("gpu_" if gpus else "") + ("seconds" if seconds < 10 else "tens_of_seconds")


def get_outputs(stage):
    """Return the files of a stage; empty if the experiment does not include it."""
    names = STAGES[stage].outputs if stage in STAGES else ()
    return [str(locate(name, Path(RESULTS), Path(FIGURES))) for name in names]


# All tables, figures, and files of claims.
ARTEFACTS = [path for stage in STAGES for path in get_outputs(stage)]


def get_first_results():
    """Return a list of the results to open first, of those that the experiment has."""
    purposes = {
        f"{FIGURES}/median_scores.png": "which method separates which sources",
        f"{RESULTS}/tables/separation.md": "the scores of all methods on all data sets",
        f"{RESULTS}/claims.md": "the verdicts on the claims",
        f"{RESULTS}/findings.md": "the findings of the sweeps",
        f"{RESULTS}/tables/ablation.md": "what each addition to a method changes",
    }
    present = {path: purpose for path, purpose in purposes.items() if path in ARTEFACTS}
    width = max(map(len, present), default=0)
    lines = [f"  {path:{width}}  {purpose}" for path, purpose in present.items()]
    return "\n".join(
        ["Open first:", *lines, "To explore the committed results: make explore"]
    )


def get_code(stage):
    """Return a hash of the code that a stage's files depend on.

    Rules call this in functions of wildcards, because a job on a cluster parses all rules to run one.
    """
    return code_hash(STAGES[stage].modules) if stage in STAGES else ""


def get_assignments(parameters):
    """Return the parameters of a data set or method as command-line options."""
    words = {k: "null" if v is None else v for k, v in parameters.items()}
    return " ".join(f"--set {shlex.quote(f'{k}={v}')}" for k, v in words.items())
