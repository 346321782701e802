# What all of this shows: a verdict on each claim.

# The measurements of costs that this experiment has, by their options.
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
