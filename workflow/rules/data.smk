# A data set is one file that contains all its seeds.
from bssbench.reproduction.artefacts import data_modules


rule generate:
    output:
        data=f"{RESULTS}/data/{{dataset}}.npz",
        report=f"{RESULTS}/data/{{dataset}}.json",
    log:
        f"{RESULTS}/logs/generate/{{dataset}}.log",
    wildcard_constraints:
        dataset=get_pattern(*EXPERIMENT.datasets),
    # The priority of a job does not extend to the jobs that make its inputs.
    priority: lambda w: EXPERIMENT.longest_cell_seconds(w.dataset)
    resources:
        mem_mb=megabytes(500),
    params:
        code=lambda w: code_hash(data_modules(EXPERIMENT, w.dataset)),
        seeds=lambda w: EXPERIMENT.datasets[w.dataset].seeds,
        root_seed=EXPERIMENT.root_seed,
        assignments=lambda w: get_assignments(EXPERIMENT.datasets[w.dataset].parameters),
    shell:
        "{BSSBENCH} generate {wildcards.dataset} --seeds {params.seeds} "
        "--root-seed {params.root_seed} {params.assignments} --out {output.data} 2> {log}"
