# Time and memory of the kernel cores, measured in rounds, and their tables and figure.
from bssbench.reproduction.artefacts import core_modules


def get_core_grids():
    """Return the cases to measure, as command-line options."""
    grids = [
        " ".join(
            f"{name}={','.join(map(str, values))}" for name, values in grid.items()
        )
        for grid in EXPERIMENT.cores
    ]
    return " ".join(f"--grid {shlex.quote(grid)}" for grid in grids)


# Each round is a separate process. The commit is not an input: another commit causes new measurements only if it changes
# a relevant file.
rule cores:
    output:
        f"{RESULTS}/cores/round-{{round}}.csv",
        f"{RESULTS}/cores/round-{{round}}.json",
    log:
        f"{RESULTS}/logs/cores/round-{{round}}.log",
    priority: FIRST
    threads: 1
    # The whole machine, because other jobs would disturb the timing.
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
