"""The outputs of an experiment, stage by stage, and the dependencies of each stage.

The workflow takes file names and code hashes from this module, as does the manifest, with which
`bssbench check` finds outdated files.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bssbench.errors import InputError
from bssbench.experiment.configuration import Configuration
from bssbench.experiment.held_out import Candidate
from bssbench.experiment.training_cost import Trial
from bssbench.paper.figures import figure_module, figure_names
from bssbench.reproduction.code_hashes import modules_in
from bssbench.statistics.evaluation import FILES

__all__ = [
    "FIGURE_SUFFIXES",
    "SCORE_MODULES",
    "Stage",
    "candidate_modules",
    "cell_modules",
    "core_modules",
    "data_modules",
    "locate",
    "stages",
    "trial_modules",
]

SCORE_MODULES = ("bssbench.scores.collect",)
"""Modules that the scores depend on."""

FIGURE_SUFFIXES = ("pdf", "png", "txt", "csv")
"""Suffixes of a figure's files: two formats, the caption and the plotted numbers."""

_FIGURES = "figures/"
# Commands combine reading, evaluation and rendering, so that no module imports all of them.
_TABLE = "bssbench.scores.table"
_HELD_OUT = ("bssbench.scores.held_out", "bssbench.statistics.selection")
_SCORES, _TIMINGS = "scores.csv", "timings.csv"
_STATISTICS = tuple(f"statistics/{name}" for name in FILES)
_COSTS, _CORES, _ABLATION = "training_cost.csv", "cores.csv", "ablation.csv"
_REPORTED = ("root_seed", "datasets", "methods")
_SWEPT = ("root_seed", "methods", "sweeps")
_SWEPT_SCORES = "sweep_scores.csv"
_SWEEP_MODULES = (
    "bssbench.scores.interference",
    *(f"bssbench.paper.{module}" for module in ("sweep_table", "sweep_lines", "sweep_map")),
    "bssbench.paper.style",
)


@dataclass(frozen=True)
class Stage:
    """Files of a run that are created together.

    Attributes
    ----------
    outputs : tuple of str
        Names below the folder of results. Names of figures begin with ``figures/``, wherever their
        folder is.
    modules : tuple of str
        Dotted names of the modules that create them; imports of these modules count as well.
    sections : tuple of str
        Fields of the configuration on which they depend.
    inputs : tuple of str
        Input files, by name below the folder of results, or by path.
    """

    outputs: tuple[str, ...]
    modules: tuple[str, ...]
    sections: tuple[str, ...]
    inputs: tuple[str, ...]


def stages(experiment: Configuration) -> dict[str, Stage]:
    """Return the stages of an experiment whose files are kept.

    Parameters
    ----------
    experiment : Configuration
        The experiment.

    Returns
    -------
    dict of str to Stage
        Stages by name.

    Raises
    ------
    InputError
        If a sweep has the name of another table or figure.
    """
    paper = "bssbench.paper"
    found = _separation_stages() if experiment.datasets else {}
    if experiment.training_cost:
        found["training cost"] = Stage(
            _tables("training_cost"),
            (f"{paper}.training_cost_table",),
            ("root_seed", "training_cost", "rounds"),
            (_COSTS,),
        )
    if experiment.cores:
        found["cores"] = Stage(
            (*_tables("cores"), *_figure("core_scaling")),
            (f"{paper}.core_tables", f"{paper}.core_scaling"),
            ("cores", "rounds"),
            (_CORES,),
        )
    if experiment.ablation:
        found["ablation"] = Stage(
            (*_tables("ablation"), *_figure("ablation")),
            (
                *(f"{paper}.ablation_table", f"{paper}.ablation_figure"),
                *(_TABLE, "bssbench.statistics.ablation"),
            ),
            (*_REPORTED, "ablation"),
            (_ABLATION,),
        )
    if experiment.selection:
        found["selection"] = Stage(
            ("selection.csv", *_tables("selection")),
            (f"{paper}.selection_table", *_HELD_OUT),
            ("root_seed", "selection"),
            ("selection.csv",),
        )
    if experiment.claims:
        costs = (_COSTS,) * bool(experiment.training_cost) + (_CORES,) * bool(experiment.cores)
        scores = (_SCORES,) * bool(experiment.datasets) + (_SWEPT_SCORES,) * bool(experiment.sweeps)
        found["claims"] = Stage(
            ("claims.csv", "claims.md"),
            (f"{paper}.claims_table", "bssbench.statistics.claims", _TABLE),
            (*_REPORTED, *("sweeps",) * bool(experiment.sweeps)),
            (experiment.claims, *scores, *costs),
        )
    return found | _sweep_stages(experiment, found)


def _separation_stages() -> dict[str, Stage]:
    """Return the stages of an experiment with data sets."""
    paper = "bssbench.paper"
    found = {
        "statistics": Stage(
            _STATISTICS, (_TABLE, "bssbench.statistics.evaluation"), _REPORTED, (_SCORES,)
        ),
        "tables": Stage(
            _tables("separation", "comparisons", "ranks", "equivalence"),
            (
                *(
                    f"{paper}.{kind}_tables"
                    for kind in ("separation", "comparison", "rank", "equivalence")
                ),
                *(_TABLE, "bssbench.statistics.evaluation"),
            ),
            _REPORTED,
            (_SCORES, *_STATISTICS, _TIMINGS),
        ),
        "efficiency": Stage(
            _tables("efficiency"),
            (
                *(f"{paper}.efficiency_table", "bssbench.statistics.efficiency"),
                "bssbench.scores.interference",
            ),
            _REPORTED,
            (_SCORES, _TIMINGS),
        ),
    }
    for name in figure_names():
        modules = (figure_module(name), f"{paper}.style")
        inputs = (_SCORES, _TIMINGS, *_STATISTICS)
        found[f"figure {name}"] = Stage(_figure(name), modules, _REPORTED, inputs)
    return found


def _sweep_stages(experiment: Configuration, others: Mapping[str, Stage]) -> dict[str, Stage]:
    """Return the stages of the sweeps."""
    taken = {output: name for name, stage in others.items() for output in stage.outputs}
    found = {}
    for name in experiment.sweeps:
        outputs = (*(f"tables/{name}.{suffix}" for suffix in ("csv", "md")), *_figure(name))
        for output in outputs:
            if output in taken:
                raise InputError(
                    f"configuration: sweeps.{name}: {output} belongs to the stage "
                    f"{taken[output]!r}; rename the sweep"
                )
        # The inputs are cells, which are not kept.
        found[f"sweep {name}"] = Stage(outputs, _SWEEP_MODULES, _SWEPT, ())
    if found:
        tables = tuple(f"tables/{name}.csv" for name in experiment.sweeps)
        page = ("bssbench.paper.findings_page",)
        found["findings"] = Stage(("findings.md",), page, _SWEPT, tables)
    return found


def _tables(*names: str) -> tuple[str, ...]:
    return tuple(f"tables/{name}.{suffix}" for name in names for suffix in ("csv", "md", "tex"))


def _figure(name: str) -> tuple[str, ...]:
    return tuple(f"{_FIGURES}{name}.{suffix}" for suffix in FIGURE_SUFFIXES)


def locate(name: str, results: Path, figures: Path) -> Path:
    """Return the path of a stage's output.

    Parameters
    ----------
    name : str
        An output of a stage.
    results, figures : pathlib.Path
        Folders of results and figures.

    Returns
    -------
    pathlib.Path
        The path.
    """
    if name.startswith(_FIGURES):
        return figures / name.removeprefix(_FIGURES)
    return results / name


def data_modules(experiment: Configuration, dataset: str) -> tuple[str, ...]:
    """Return the modules on which a data set, or a block of data sets, depends."""
    if dataset in experiment.blocks:
        return ("bssbench.datasets.stacking", experiment.blocks[dataset][0].module)
    return ("bssbench.datasets.catalogue", experiment.datasets[dataset].module)


def cell_modules(experiment: Configuration, method: str) -> tuple[str, ...]:
    """Return the modules on which a method's cells depend, without those of the data."""
    return ("bssbench.experiment.problem", *experiment.all_methods[method].modules)


def candidate_modules(candidate: Candidate) -> tuple[str, ...]:
    """Return the modules on which a candidate's objective on held-out time depends."""
    return ("bssbench.experiment.held_out", *candidate.modules)


def core_modules() -> tuple[str, ...]:
    """Return the modules on which measurements of the kernel cores depend."""
    return ("bssbench.experiment.core_costs", *modules_in("bssbench.kernels"))


def trial_modules(trials: Iterable[Trial]) -> tuple[str, ...]:
    """Return the modules on which trials of training cost depend."""
    own = ("bssbench.experiment.training_cost", "bssbench.experiment.problem")
    return (*own, *(module for trial in trials for module in trial.modules))
