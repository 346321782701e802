# Tables and figures.


rule tables:
    input:
        scores=SCORES,
        timings=TIMINGS,
    output:
        get_outputs("tables"),
    log:
        f"{RESULTS}/logs/tables.log",
    resources:
        mem_mb=500,
    params:
        code=get_code("tables"),
    shell:
        "{BSSBENCH} tables --scores {input.scores} --timings {input.timings} "
        "--out {RESULTS}/tables 2> {log}"


rule statistics:
    input:
        scores=SCORES,
    output:
        get_outputs("statistics"),
    log:
        f"{RESULTS}/logs/statistics.log",
    resources:
        mem_mb=500,
    params:
        code=get_code("statistics"),
    shell:
        "{BSSBENCH} statistics --scores {input.scores} --out {RESULTS}/tables 2> {log}"


rule figure:
    input:
        scores=SCORES,
        timings=TIMINGS,
        data=DATA,
        runs=RUNS,
        separations=SEPARATIONS,
    output:
        [f"{FIGURES}/{{figure}}.{suffix}" for suffix in FIGURE_SUFFIXES],
    log:
        f"{RESULTS}/logs/figure/{{figure}}.log",
    resources:
        mem_mb=1000,
    params:
        code=lambda w: get_code(f"figure {w.figure}"),
    shell:
        "{BSSBENCH} figures {wildcards.figure} --scores {input.scores} --timings {input.timings} "
        "--data {RESULTS}/data --cells {RESULTS}/cells --out {FIGURES} 2> {log}"
