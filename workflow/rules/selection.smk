# Selection of configurations by likelihood on held-out time, on development seeds.
from bssbench.reproduction.artefacts import candidate_modules


# This generates its own data, and removes the sources before training.
rule held_out:
    output:
        f"{RESULTS}/selection/{{candidate}}.csv",
    log:
        f"{RESULTS}/logs/selection/{{candidate}}.log",
    priority: lambda w: EXPERIMENT.selection[w.candidate].seconds()
    group:
        lambda w: get_group(EXPERIMENT.selection[w.candidate].seconds())
    threads: 1
    resources:
        mem_mb=megabytes(lambda w: EXPERIMENT.selection[w.candidate].megabytes()),
        runtime=minutes(
            lambda w: EXPERIMENT.selection[w.candidate].seconds(),
            lambda w: EXPERIMENT.selection[w.candidate].cpu_seconds,
        ),
    params:
        code=lambda w: code_hash(candidate_modules(EXPERIMENT.selection[w.candidate])),
        method=lambda w: EXPERIMENT.selection[w.candidate].method,
        dataset=lambda w: EXPERIMENT.selection[w.candidate].dataset,
        seeds=lambda w: ",".join(map(str, EXPERIMENT.selection[w.candidate].seeds)),
        choice=lambda w: EXPERIMENT.selection[w.candidate].choice,
        root_seed=EXPERIMENT.root_seed,
        cpu_seconds=lambda w: EXPERIMENT.selection[w.candidate].cpu_seconds,
        assignments=lambda w: get_assignments(
            EXPERIMENT.selection[w.candidate].parameters
        ),
    shell:
        "{BSSBENCH} held-out {params.method} --dataset {params.dataset} --seeds {params.seeds} "
        "--choice {params.choice:q} --out {output} --root-seed {params.root_seed} "
        "--cpu-seconds {params.cpu_seconds} {params.assignments} 2> {log}"


rule select:
    input:
        candidates=CANDIDATES,
    output:
        get_outputs("selection"),
    log:
        f"{RESULTS}/logs/selection.log",
    resources:
        mem_mb=megabytes(500),
    params:
        code=lambda w: get_code("selection"),
    shell:
        "{BSSBENCH} select {input.candidates} --out {output[0]} --tables {RESULTS}/tables 2> {log}"
