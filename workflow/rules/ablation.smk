# Methods without some of their components. Their scores are in a separate file, because these methods do not compete in
# the tables of separation.

ABLATION_CELLS = [
    f"{RESULTS}/cells/{dataset}/{method}"
    for dataset, method in (EXPERIMENT.ablation.cells() if EXPERIMENT.ablation else [])
]


rule score_ablation:
    input:
        runs=[f"{cell}/run.json" for cell in ABLATION_CELLS],
        separations=[f"{cell}/separation.npz" for cell in ABLATION_CELLS],
        data=expand(
            f"{RESULTS}/data/{{dataset}}.npz",
            dataset=EXPERIMENT.ablation.datasets if EXPERIMENT.ablation else [],
        ),
    output:
        ABLATION,
    log:
        f"{RESULTS}/logs/score_ablation.log",
    resources:
        mem_mb=megabytes(1000),
    params:
        code=lambda w: code_hash(SCORE_MODULES),
    shell:
        "{BSSBENCH} score {input.runs} --data {RESULTS}/data --out {output} 2> {log}"


rule ablation:
    input:
        ABLATION,
    output:
        get_outputs("ablation"),
    log:
        f"{RESULTS}/logs/ablation.log",
    resources:
        mem_mb=megabytes(500),
    params:
        code=lambda w: get_code("ablation"),
        variants=json.dumps(EXPERIMENT.ablation.variants if EXPERIMENT.ablation else {}),
    shell:
        "{BSSBENCH} ablation {input} --variants {params.variants:q} --out {RESULTS}/tables "
        "--figures {FIGURES} 2> {log}"
