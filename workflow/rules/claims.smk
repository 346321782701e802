# What all of this shows: a verdict on each claim.

CLAIM_FILES = (
    expand(f"{RESULTS}/claims.{{suffix}}", suffix=["csv", "md", "json"])
    if EXPERIMENT.claims
    else []
)
# The tables of costs that this experiment has, by their options.
CLAIM_COSTS = {"timings": TIMINGS}
if COST_TABLES:
    CLAIM_COSTS["training-cost"] = f"{RESULTS}/tables/training_cost.csv"
if CORE_FILES:
    CLAIM_COSTS["cores"] = f"{RESULTS}/tables/cores.csv"


rule claims:
    input:
        claims=EXPERIMENT.claims or [],
        scores=SCORES,
        costs=list(CLAIM_COSTS.values()),
    output:
        CLAIM_FILES,
    log:
        f"{RESULTS}/logs/claims.log",
    resources:
        mem_mb=500,
    params:
        code=code_hash(["bssbench.paper.claims_table"]),
        identity=get_identity("root_seed", "datasets", "methods"),
        costs=" ".join(
            f"--{option} {shlex.quote(path)}" for option, path in CLAIM_COSTS.items()
        ),
    shell:
        "{BSSBENCH} claims --claims {input.claims} --scores {input.scores} {params.costs} "
        "--out {RESULTS} {params.identity} 2> {log}"
