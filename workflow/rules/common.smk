# The configuration, the paths, and what the stages share.
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

# An experiment is one file: the default one counts only where no other is given.
CONFIGURATION_FILE = os.path.relpath(
    (workflow.configfiles or [CONFIGURATIONS / "paper.yaml"])[0]
)

try:
    # Snakemake itself takes the last where a key stands twice.
    for file in workflow.configfiles:
        read_yaml(Path(file))
    # It would merge the default file with another, too. What --config says counts in both.
    if not workflow.configfiles:
        overrides = dict(config)
        config.update(read_yaml(Path(CONFIGURATION_FILE)))
        update_config(config, overrides)
    # First, for methods.yaml may say something of their methods.
    use_plugins(config, Path(CONFIGURATION_FILE).parent)
    EXPERIMENT = configure(
        config,
        changed_hyperparameters(CONFIGURATIONS / "methods.yaml"),
        Path(CONFIGURATION_FILE).parent,
    )
    if EXPERIMENT.claims:
        # Not all its methods: one that no data set names has no scores to judge.
        swept = [cell for sweep in EXPERIMENT.sweeps.values() for cell in sweep.cells()]
        run = {method for _, method in [*EXPERIMENT.cells(), *swept]}
        check_methods(read_claims(Path(EXPERIMENT.claims)), run)
    STAGES = stages(EXPERIMENT)
except InputError as error:
    print(
        f"bssbench: error: {' '.join(str(error).split())}", file=sys.stderr, flush=True
    )
    # Not an exception: Snakemake would add its own lines, and end with another code than bad input has.
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
# All scores and timings of the experiment's data sets, which one of sweeps alone has not.
SCORED = [SCORES, TIMINGS] if EXPERIMENT.datasets else []
CORES = f"{RESULTS}/cores.csv"
TRAINING_COST = f"{RESULTS}/training_cost.csv"
CANDIDATES = expand(
    f"{RESULTS}/selection/{{candidate}}.csv", candidate=EXPERIMENT.selection
)

# What was damaged since it was written counts as not there, so that it is made again: looked for once, and not by each
# job that has a process of its own.
if workflow.is_main_process:
    WRITTEN = [
        "",
        *"data cells/*/* selection statistics tables cores training_cost".split(),
    ]
    for path, aside in set_aside_damaged(Path(RESULTS), WRITTEN).items():
        print(
            f"bssbench: warning: {path}: damaged or changed since it was written; it is now {aside}, and made again",
            file=sys.stderr,
        )

# This very environment, whether it is activated or not.
PYTHON = shlex.quote(sys.executable)
BSSBENCH = f"{PYTHON} -m bssbench" + "".join(
    f" --plugin {shlex.quote(str(path))}" for path in EXPERIMENT.plugins
)

# A job takes 1 of the machine (profiles/default/config.yaml), one that measures time takes all of it: nothing runs
# beside that, whatever --cores says. Here and not in the profile, where --resources would replace it.
WHOLE_MACHINE = 100
workflow.register_resource("machine", WHOLE_MACHINE)


# On a cluster each job has a machine of its own, or its part of one (profiles/slurm/config.yaml).
resource_scopes:
    machine="local",


# Of the jobs that are ready and fit, the one of the highest priority starts. A job's is the seconds that it declares,
# so that no long one is left alone at the end. What takes the whole machine goes before all others: later it fits only
# once nothing else is ready.
FIRST = sys.maxsize


# Snakemake limits how many jobs start in a second, and for that looks again a second after each time that it looked:
# n jobs later, n times a second. Local jobs need no limit, and no option turns it off.
onstart:
    if workflow.local_exec:
        workflow.scheduler.job_rate_limiter = None


def get_pattern(*names):
    """Return the expression of any of these names; of nothing at all if there are none."""
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


# A job on a cluster holds two Snakemakes beside its work: one that starts it, and one that looks after it.
SNAKEMAKE_MEGABYTES = 700
STARTING_SECONDS = 30


def megabytes(amount):
    """Return the memory that a job declares, which grows with each attempt; of wildcards it may be a function."""

    def declared(wildcards, attempt):
        own = amount(wildcards) if callable(amount) else amount
        return attempt * own + (0 if workflow.local_exec else SNAKEMAKE_MEGABYTES)

    return declared


def minutes(seconds, limit=lambda wildcards: math.inf):
    """Return the wall time that a job asks of a cluster: thrice the estimate, at each further attempt thrice that.

    `seconds`, and `limit` that the job itself keeps to, are functions of wildcards.
    """

    def declared(wildcards, attempt):
        patience = 3**attempt
        work = min(patience * seconds(wildcards), limit(wildcards))
        return math.ceil((patience * STARTING_SECONDS + work) / 60)

    return declared


def get_group(seconds, gpus=0):
    """Return which jobs one may share a job of a cluster with; profiles/slurm/config.yaml says how many do."""
    if seconds >= 100:
        return None
    return ("gpu_" if gpus else "") + ("seconds" if seconds < 10 else "tens_of_seconds")


def get_outputs(stage):
    """Return the files of a stage; none if the experiment does not have it."""
    names = STAGES[stage].outputs if stage in STAGES else ()
    return [str(locate(name, Path(RESULTS), Path(FIGURES))) for name in names]


# All tables, figures and files of claims.
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
    """Return what changes with the code that a stage's files depend on.

    Rules ask in functions of wildcards: in a job on a cluster, Snakemake reads all rules to run one.
    """
    return code_hash(STAGES[stage].modules) if stage in STAGES else ""


def get_assignments(parameters):
    """Return a data set's or a method's parameters as options of the command line."""
    words = {k: "null" if v is None else v for k, v in parameters.items()}
    return " ".join(f"--set {shlex.quote(f'{k}={v}')}" for k, v in words.items())
