# What training costs: a method at several lengths, each trained alone on the machine.


def get_trial_code(wildcards):
    """Return what changes with the code that this trial depends on."""
    own = EXPERIMENT.training_cost[wildcards.trial].modules
    return code_hash(["bssbench.experiment.training_cost", *own])


rule training_cost:
    output:
        f"{RESULTS}/training_cost/{{trial}}.csv",
    log:
        f"{RESULTS}/logs/training_cost/{{trial}}.log",
    threads: 1
    resources:
        machine=WHOLE_MACHINE,
        mem_mb=lambda w: EXPERIMENT.training_cost[w.trial].megabytes(),
    params:
        code=get_trial_code,
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
        COST_TABLES,
    log:
        f"{RESULTS}/logs/training_cost_table.log",
    resources:
        mem_mb=500,
    params:
        code=code_hash(["bssbench.paper.training_cost_table"]),
        identity=get_identity("root_seed", "training_cost"),
    shell:
        "{BSSBENCH} tables --training-cost {input.trials} --out {RESULTS}/tables "
        "{params.identity} 2> {log}"
