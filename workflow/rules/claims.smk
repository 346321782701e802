# The verdict on each claim, from all results.

# Command-line options for the cost measurements that this experiment includes.
CLAIM_COSTS = {}
if EXPERIMENT.training_cost:
    CLAIM_COSTS["training-cost"] = TRAINING_COST
if EXPERIMENT.cores:
    CLAIM_COSTS["cores"] = CORES


rule claims:
    input:
        claims=EXPERIMENT.claims or [],
        scores=SCORE_TABLES,
        costs=list(CLAIM_COSTS.values()),
    output:
        get_outputs("claims"),
    log:
        f"{RESULTS}/logs/claims.log",
    resources:
        mem_mb=megabytes(500),
    params:
        code=lambda w: get_code("claims"),
        costs=" ".join(
            f"--{option} {shlex.quote(path)}" for option, path in CLAIM_COSTS.items()
        ),
    shell:
        "{BSSBENCH} claims --claims {input.claims} --scores {input.scores} {params.costs} "
        "--out {RESULTS} 2> {log}"
