# A cell is one method on one data set, all seeds in one process. A cell that fails is a result too.
from bssbench.reproduction.artefacts import cell_modules


rule separate:
    input:
        data=f"{RESULTS}/data/{{dataset}}.npz",
    output:
        separation=f"{RESULTS}/cells/{{dataset}}/{{method}}/separation.npz",
        run=f"{RESULTS}/cells/{{dataset}}/{{method}}/run.json",
    log:
        f"{RESULTS}/logs/separate/{{dataset}}/{{method}}.log",
    priority: lambda w: EXPERIMENT.cell_seconds(w.dataset, w.method)
    # One thread each: results must not depend on how many there are.
    threads: 1
    resources:
        mem_mb=lambda w: EXPERIMENT.cell_megabytes(w.dataset, w.method),
    params:
        code=lambda w: code_hash(cell_modules(EXPERIMENT, w.method)),
        directory=lambda w: f"{RESULTS}/cells/{w.dataset}/{w.method}",
        root_seed=EXPERIMENT.root_seed,
        # The method that has this name in the experiment.
        base=lambda w: EXPERIMENT.all_methods[w.method].base,
        cpu_seconds=lambda w: EXPERIMENT.all_methods[w.method].cpu_seconds,
        assignments=lambda w: get_assignments(
            EXPERIMENT.all_methods[w.method].parameters
        ),
    # The number of jobs is no parameter: another one must not make a cell stale.
    shell:
        "{BSSBENCH} separate {input.data} --method {params.base} --name {wildcards.method} --out {params.directory} "
        "--root-seed {params.root_seed} --cpu-seconds {params.cpu_seconds} "
        "--jobs-allowed {workflow.cores} --code {params.code} {params.assignments} 2> {log}"
