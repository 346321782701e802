# What training costs: a method at several lengths, each trained alone on the machine.
from bssbench.reproduction.artefacts import trial_modules


rule training_cost:
    output:
        f"{RESULTS}/training_cost/{{trial}}.csv",
    log:
        f"{RESULTS}/logs/training_cost/{{trial}}.log",
    priority: FIRST
    threads: 1
    resources:
        machine=WHOLE_MACHINE,
        mem_mb=lambda w: EXPERIMENT.training_cost[w.trial].megabytes(),
    params:
        code=lambda w: code_hash(trial_modules(EXPERIMENT.training_cost[w.trial])),
        method=lambda w: EXPERIMENT.training_cost[w.trial].method,
        lengths=lambda w: list(EXPERIMENT.training_cost[w.trial].lengths),
        root_seed=EXPERIMENT.root_seed,
        cpu_seconds=lambda w: EXPERIMENT.training_cost[w.trial].cpu_seconds,
        assignments=lambda w: get_assignments(
            EXPERIMENT.training_cost[w.trial].parameters
        ),
    shell:
        "{BSSBENCH} training-cost {params.method} --lengths {params.lengths} --out {output} "
        "--root-seed {params.root_seed} --cpu-seconds {params.cpu_seconds} {params.assignments} "
        "2> {log}"


rule training_cost_table:
    input:
        trials=TRIALS,
    output:
        get_outputs("training cost"),
    log:
        f"{RESULTS}/logs/training_cost_table.log",
    resources:
        mem_mb=500,
    params:
        code=get_code("training cost"),
    shell:
        "{BSSBENCH} tables --training-cost {input.trials} --out {RESULTS}/tables 2> {log}"
