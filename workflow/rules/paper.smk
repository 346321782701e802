# Tables and figures.


rule tables:
    input:
        scores=SCORES,
        timings=TIMINGS,
        sources=source_files(["bssbench.paper.tables"]),
    output:
        TABLES,
    log:
        f"{RESULTS}/logs/tables.log",
    resources:
        mem_mb=500,
    shell:
        "{BSSBENCH} tables --scores {input.scores} --timings {input.timings} "
        "--out {RESULTS}/tables 2> {log}"


def get_figure_sources(wildcards):
    """Return the source files that this figure depends on."""
    return source_files([figure_module(wildcards.figure), "bssbench.paper.style"])


rule figure:
    input:
        scores=SCORES,
        data=DATA,
        runs=RUNS,
        separations=SEPARATIONS,
        sources=get_figure_sources,
    output:
        expand(f"{FIGURES}/{{{{figure}}}}.{{suffix}}", suffix=FIGURE_SUFFIXES),
    log:
        f"{RESULTS}/logs/figure/{{figure}}.log",
    resources:
        mem_mb=1000,
    shell:
        "{BSSBENCH} figures {wildcards.figure} --scores {input.scores} --data {RESULTS}/data "
        "--cells {RESULTS}/cells --out {FIGURES} 2> {log}"
