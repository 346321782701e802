# Statistics of the scores, and the tables and figures that show them.


rule tables:
    input:
        statistics=get_outputs("statistics"),
        timings=TIMINGS,
    output:
        get_outputs("tables"),
    log:
        f"{RESULTS}/logs/tables.log",
    resources:
        mem_mb=megabytes(500),
    params:
        code=lambda w: get_code("tables"),
    shell:
        "{BSSBENCH} tables --statistics {RESULTS}/statistics --timings {input.timings} "
        "--out {RESULTS}/tables 2> {log}"


rule statistics:
    input:
        scores=SCORES,
    output:
        get_outputs("statistics"),
    log:
        f"{RESULTS}/logs/statistics.log",
    resources:
        mem_mb=megabytes(500),
    params:
        code=lambda w: get_code("statistics"),
    shell:
        "{BSSBENCH} statistics --scores {input.scores} --out {RESULTS}/statistics 2> {log}"


rule efficiency:
    input:
        data=DATA,
        runs=RUNS,
        separations=SEPARATIONS,
    output:
        get_outputs("efficiency"),
    log:
        f"{RESULTS}/logs/efficiency.log",
    resources:
        mem_mb=megabytes(1000),
    params:
        code=lambda w: get_code("efficiency"),
    shell:
        "{BSSBENCH} efficiency {input.runs} --data {RESULTS}/data --out {RESULTS}/tables 2> {log}"


rule figure:
    input:
        scores=SCORES,
        statistics=get_outputs("statistics"),
        data=DATA,
        runs=RUNS,
        separations=SEPARATIONS,
    output:
        [f"{FIGURES}/{{figure}}.{suffix}" for suffix in FIGURE_SUFFIXES],
    log:
        f"{RESULTS}/logs/figure/{{figure}}.log",
    resources:
        mem_mb=megabytes(1000),
    params:
        code=lambda w: get_code(f"figure {w.figure}"),
    shell:
        "{BSSBENCH} figures {wildcards.figure} --scores {input.scores} "
        "--statistics {RESULTS}/statistics --data {RESULTS}/data --cells {RESULTS}/cells "
        "--out {FIGURES} 2> {log}"
