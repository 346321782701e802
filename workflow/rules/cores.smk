# The kernel cores' time and memory, measured by ASV, and their tables and figure.
from pathlib import Path

from bssbench.reproduction.code_hashes import modules_in

MEASUREMENT = f"{RESULTS}/cores/measurement.json"


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
    priority: FIRST
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
        get_outputs("cores"),
    log:
        f"{RESULTS}/logs/core_tables.log",
    resources:
        mem_mb=500,
    params:
        code=get_code("cores"),
    shell:
        "{BSSBENCH} cores {input.measurement} --out {RESULTS}/tables --figures {FIGURES} 2> {log}"
