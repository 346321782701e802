# A cell is one method on one data set, with all seeds in one process. A failed cell is a result, too.
from bssbench.reproduction.artefacts import cell_modules

# Data sets whose cells are split by seeds, with one job for each part.
SPLIT = [name for name, entry in EXPERIMENT.datasets.items() if entry.seeds_per_job]


def get_gpus(wildcards):
    """Return the number of GPUs that a cell uses."""
    return int(EXPERIMENT.all_methods[wildcards.method].device == "cuda")


def get_options(wildcards):
    """Return the parameters of a cell's method and its device, unless it is the CPU, as command-line options."""
    own = EXPERIMENT.all_methods[wildcards.method]
    device = "" if own.device == "cpu" else f" --device {own.device}"
    return get_assignments(own.parameters) + device


rule separate:
    input:
        data=f"{RESULTS}/data/{{dataset}}.npz",
    output:
        separation=f"{RESULTS}/cells/{{dataset}}/{{method}}/separation.npz",
        run=f"{RESULTS}/cells/{{dataset}}/{{method}}/run.json",
    log:
        f"{RESULTS}/logs/separate/{{dataset}}/{{method}}.log",
    wildcard_constraints:
        dataset=get_pattern(
            *(name for name in EXPERIMENT.datasets if name not in SPLIT),
            *EXPERIMENT.blocks,
        ),
    priority: lambda w: EXPERIMENT.cell_seconds(w.dataset, w.method)
    group:
        lambda w: get_group(EXPERIMENT.cell_seconds(w.dataset, w.method), get_gpus(w))
    # One thread per cell, because results must not depend on the number of threads.
    threads: 1
    resources:
        mem_mb=megabytes(lambda w: EXPERIMENT.cell_megabytes(w.dataset, w.method)),
        runtime=minutes(
            lambda w: EXPERIMENT.cell_seconds(w.dataset, w.method),
            lambda w: EXPERIMENT.all_methods[w.method].cpu_seconds,
        ),
        gpu=get_gpus,
    params:
        code=lambda w: code_hash(cell_modules(EXPERIMENT, w.method)),
        directory=lambda w: f"{RESULTS}/cells/{w.dataset}/{w.method}",
        root_seed=EXPERIMENT.root_seed,
        # The method that the experiment runs under this name.
        base=lambda w: EXPERIMENT.all_methods[w.method].base,
        cpu_seconds=lambda w: EXPERIMENT.all_methods[w.method].cpu_seconds,
        assignments=get_options,
    # The number of jobs is not a parameter, because changing it must not make a cell out of date.
    shell:
        "{BSSBENCH} separate {input.data} --method {params.base} --name {wildcards.method} --out {params.directory} "
        "--root-seed {params.root_seed} --cpu-seconds {params.cpu_seconds} "
        "--jobs-allowed {workflow.cores} --code {params.code} {params.assignments} 2> {log}"


def get_seeds(wildcards):
    """Return the seeds of a part, as a command-line option."""
    seeds = EXPERIMENT.datasets[wildcards.dataset].seed_blocks()[int(wildcards.part)]
    return f"--of-seeds {','.join(map(str, seeds))}"


use rule separate as separate_part with:
    output:
        separation=f"{RESULTS}/cells/{{dataset}}/{{method}}/parts/{{part}}/separation.npz",
        run=f"{RESULTS}/cells/{{dataset}}/{{method}}/parts/{{part}}/run.json",
    log:
        f"{RESULTS}/logs/separate/{{dataset}}/{{method}}/{{part}}.log",
    wildcard_constraints:
        dataset=get_pattern(*SPLIT),
    params:
        directory=lambda w: f"{RESULTS}/cells/{w.dataset}/{w.method}/parts/{w.part}",
        assignments=lambda w: f"{get_seeds(w)} {get_options(w)}",


def get_parts(name):
    """Return a function that lists this file for each part of a cell."""
    return lambda w: [
        f"{RESULTS}/cells/{w.dataset}/{w.method}/parts/{number}/{name}"
        for number in range(len(EXPERIMENT.datasets[w.dataset].seed_blocks()))
    ]


rule join_cell:
    input:
        separations=get_parts("separation.npz"),
        runs=get_parts("run.json"),
    output:
        separation=f"{RESULTS}/cells/{{dataset}}/{{method}}/separation.npz",
        run=f"{RESULTS}/cells/{{dataset}}/{{method}}/run.json",
    log:
        f"{RESULTS}/logs/separate/{{dataset}}/{{method}}.log",
    wildcard_constraints:
        dataset=get_pattern(*SPLIT),
    resources:
        mem_mb=megabytes(500),
    params:
        parts=lambda w, input: [os.path.dirname(run) for run in input.runs],
        directory=lambda w, output: os.path.dirname(output.run),
    shell:
        "{BSSBENCH} join-cell {params.parts} --out {params.directory} 2> {log}"
