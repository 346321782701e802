# The kernel cores' time and memory, measured in rounds, and their tables and figure.
from bssbench.reproduction.artefacts import core_modules


def get_core_grids():
    """Return which cases are measured, as options of the command line."""
    grids = [
        " ".join(
            f"{name}={','.join(map(str, values))}" for name, values in grid.items()
        )
        for grid in EXPERIMENT.cores
    ]
    return " ".join(f"--grid {shlex.quote(grid)}" for grid in grids)


# Each round in a process of its own. The commit is no input: another one measures again only if it changes a file that
# counts.
rule cores:
    output:
        f"{RESULTS}/cores/round-{{round}}.csv",
        f"{RESULTS}/cores/round-{{round}}.json",
    log:
        f"{RESULTS}/logs/cores/round-{{round}}.log",
    priority: FIRST
    threads: 1
    # All of the machine: nothing that runs beside it may blur its times.
    resources:
        mem_mb=megabytes(6000),
        machine=WHOLE_MACHINE,
    params:
        code=lambda w: code_hash(core_modules()),
        grids=get_core_grids(),
    shell:
        "{BSSBENCH} measure-cores {params.grids} --round {wildcards.round} --out {output[0]} 2> {log}"


rule core_tables:
    input:
        CORES,
    output:
        get_outputs("cores"),
    log:
        f"{RESULTS}/logs/core_tables.log",
    resources:
        mem_mb=megabytes(500),
    params:
        code=lambda w: get_code("cores"),
    shell:
        "{BSSBENCH} cores {input} --out {RESULTS}/tables --figures {FIGURES} 2> {log}"
