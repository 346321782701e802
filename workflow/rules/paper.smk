# Tables and figures.


rule tables:
    input:
        scores=SCORES,
        timings=TIMINGS,
    output:
        TABLES,
    log:
        f"{RESULTS}/logs/tables.log",
    resources:
        mem_mb=500,
    params:
        code=code_hash(["bssbench.paper.tables"]),
        identity=get_identity("root_seed", "datasets", "methods"),
    shell:
        "{BSSBENCH} tables --scores {input.scores} --timings {input.timings} "
        "--out {RESULTS}/tables {params.identity} 2> {log}"


rule statistics:
    input:
        scores=SCORES,
    output:
        STATISTICS_TABLES,
    log:
        f"{RESULTS}/logs/statistics.log",
    resources:
        mem_mb=500,
    params:
        code=code_hash(
            ["bssbench.paper.comparison_tables", "bssbench.paper.rank_tables"]
        ),
        identity=get_identity("root_seed", "datasets", "methods"),
    shell:
        "{BSSBENCH} statistics --scores {input.scores} --out {RESULTS}/tables {params.identity} "
        "2> {log}"


def get_figure_code(wildcards):
    """Return what changes with the code that this figure depends on."""
    return code_hash([figure_module(wildcards.figure), "bssbench.paper.style"])


rule figure:
    input:
        scores=SCORES,
        timings=TIMINGS,
        data=DATA,
        runs=RUNS,
        separations=SEPARATIONS,
    output:
        expand(f"{FIGURES}/{{{{figure}}}}.{{suffix}}", suffix=FIGURE_SUFFIXES),
    log:
        f"{RESULTS}/logs/figure/{{figure}}.log",
    resources:
        mem_mb=1000,
    params:
        code=get_figure_code,
        identity=get_identity("root_seed", "datasets", "methods"),
    shell:
        "{BSSBENCH} figures {wildcards.figure} --scores {input.scores} --timings {input.timings} "
        "--data {RESULTS}/data --cells {RESULTS}/cells --out {FIGURES} {params.identity} 2> {log}"
