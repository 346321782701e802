# Cost of training: methods at several lengths, each trained without other jobs on the machine, in rounds.
from bssbench.reproduction.artefacts import trial_modules


rule training_cost:
    output:
        f"{RESULTS}/training_cost/round-{{round}}.csv",
        f"{RESULTS}/training_cost/round-{{round}}.json",
    log:
        f"{RESULTS}/logs/training_cost/round-{{round}}.log",
    priority: FIRST
    threads: 1
    resources:
        machine=WHOLE_MACHINE,
        mem_mb=megabytes(
            max(
                [trial.megabytes() for trial in EXPERIMENT.training_cost.values()]
                + [0]
            )
        ),
        # Each trial has its own time limit, which applies to each of its lengths.
        runtime=minutes(
            lambda w: sum(
                trial.cpu_seconds * len(trial.lengths)
                for trial in EXPERIMENT.training_cost.values()
            )
        ),
    params:
        code=lambda w: code_hash(trial_modules(EXPERIMENT.training_cost.values())),
        root_seed=EXPERIMENT.root_seed,
        trials=" ".join(
            shlex.quote(trial.words()) for trial in EXPERIMENT.training_cost.values()
        ),
    shell:
        "{BSSBENCH} training-cost {params.trials} --round {wildcards.round} --out {output[0]} "
        "--root-seed {params.root_seed} 2> {log}"


# A killed run resumes after the last complete round.
rule join_rounds:
    input:
        [
            f"{RESULTS}/{{measurement}}/round-{number}.csv"
            for number in range(EXPERIMENT.rounds)
        ],
    output:
        f"{RESULTS}/{{measurement}}.csv",
        f"{RESULTS}/{{measurement}}.json",
    log:
        f"{RESULTS}/logs/{{measurement}}.log",
    resources:
        mem_mb=megabytes(500),
    shell:
        "{BSSBENCH} join-rounds {input} --out {output[0]} 2> {log}"


rule training_cost_table:
    input:
        TRAINING_COST,
    output:
        get_outputs("training cost"),
    log:
        f"{RESULTS}/logs/training_cost_table.log",
    resources:
        mem_mb=megabytes(500),
    params:
        code=lambda w: get_code("training cost"),
    shell:
        "{BSSBENCH} tables --training-cost {input} --out {RESULTS}/tables 2> {log}"
