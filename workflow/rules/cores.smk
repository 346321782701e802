# The kernel cores' time and memory, measured by ASV, and their tables and figure.
from pathlib import Path

from bssbench.reproduction.code_hashes import modules_in

MEASUREMENT = f"{RESULTS}/cores/measurement.json"
CORE_TABLES = expand(f"{RESULTS}/tables/cores.{{suffix}}", suffix=TABLE_SUFFIXES)
CORE_FIGURES = expand(f"{FIGURES}/core_scaling.{{suffix}}", suffix=FIGURE_SUFFIXES)
# Itself a target: where it is cleared away, to be tried again, it must be missed.
CORE_FILES = [MEASUREMENT, *CORE_TABLES, *CORE_FIGURES] if EXPERIMENT.cores else []


def get_core_code():
    """Return what changes with the code of any kernel core and of their benchmark."""
    own = [
        *Path(workflow.basedir).glob("benchmarks/*.py"),
        Path(workflow.basedir) / "workflow/scripts/asv_runs.py",
        Path(workflow.basedir) / "workflow/scripts/measure_cores.py",
    ]
    return code_hash(modules_in("bssbench.kernels"), own)


def get_core_grids():
    """Return which cases are measured, as options of the command line."""
    grids = [
        " ".join(
            f"{name}={','.join(map(str, values))}" for name, values in grid.items()
        )
        for grid in EXPERIMENT.cores
    ]
    return " ".join(f"--grid {shlex.quote(grid)}" for grid in grids)


# The commit is no input: another one measures again only if it changes a file that counts.
rule cores:
    output:
        MEASUREMENT,
    log:
        f"{RESULTS}/logs/cores.log",
    threads: 1
    # All of the machine: nothing that runs beside it may blur its times.
    resources:
        mem_mb=6000,
        machine=WHOLE_MACHINE,
    params:
        code=get_core_code(),
        script=os.path.relpath(f"{workflow.basedir}/workflow/scripts/measure_cores.py"),
        benchmarks=os.path.relpath(f"{workflow.basedir}/benchmarks"),
        grids=get_core_grids(),
    shell:
        "{PYTHON} {params.script:q} --benchmarks {params.benchmarks:q} {params.grids} "
        "--out {output} 2> {log}"


rule core_tables:
    input:
        measurement=MEASUREMENT,
    output:
        CORE_TABLES,
        CORE_FIGURES,
    log:
        f"{RESULTS}/logs/core_tables.log",
    resources:
        mem_mb=500,
    params:
        code=code_hash(["bssbench.paper.core_tables", "bssbench.paper.core_scaling"]),
        identity=get_identity("cores"),
    shell:
        "{BSSBENCH} cores {input.measurement} --out {RESULTS}/tables --figures {FIGURES} "
        "{params.identity} 2> {log}"
