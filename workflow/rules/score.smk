# All scores in one job: seconds, where a process for each cell would take minutes.
RUNS = expand(
    f"{RESULTS}/cells/{{dataset}}/{{method}}/run.json",
    dataset=EXPERIMENT.datasets,
    method=EXPERIMENT.methods,
)


rule score:
    input:
        runs=RUNS,
        separations=[str(Path(run).with_name("separation.npz")) for run in RUNS],
        data=expand(f"{RESULTS}/data/{{dataset}}.npz", dataset=EXPERIMENT.datasets),
        sources=source_files(["bssbench.scores.collect"]),
    output:
        scores=SCORES,
        timings=TIMINGS,
    log:
        f"{RESULTS}/logs/score.log",
    resources:
        mem_mb=1000,
    shell:
        "{BSSBENCH} score {input.runs} --data {RESULTS}/data "
        "--out {output.scores} --timings {output.timings} 2> {log}"


# No parameter of the rule, for the same reason as the number of jobs.
COMMAND = shlex.join(sys.argv)


rule provenance:
    input:
        SCORES,
    output:
        f"{RESULTS}/provenance.json",
    log:
        f"{RESULTS}/logs/provenance.log",
    resources:
        mem_mb=200,
    params:
        settings=json.dumps(config),
    shell:
        "{BSSBENCH} provenance --settings {params.settings:q} --command-line {COMMAND:q} "
        "--out {output} 2> {log}"
