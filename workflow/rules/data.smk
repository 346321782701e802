# A data set is one file with all its seeds.


def get_data_code(wildcards):
    """Return what changes with the code that makes this data set."""
    own = EXPERIMENT.datasets[wildcards.dataset].module
    return code_hash(["bssbench.datasets.catalogue", own])


rule generate:
    output:
        data=f"{RESULTS}/data/{{dataset}}.npz",
        report=f"{RESULTS}/data/{{dataset}}.json",
    log:
        f"{RESULTS}/logs/generate/{{dataset}}.log",
    resources:
        mem_mb=500,
    params:
        code=get_data_code,
        seeds=lambda w: EXPERIMENT.datasets[w.dataset].seeds,
        root_seed=EXPERIMENT.root_seed,
        assignments=lambda w: get_assignments(EXPERIMENT.datasets[w.dataset].parameters),
    shell:
        "{BSSBENCH} generate {wildcards.dataset} --seeds {params.seeds} "
        "--root-seed {params.root_seed} {params.assignments} --out {output.data} 2> {log}"
