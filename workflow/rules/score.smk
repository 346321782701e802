from bssbench.reproduction.artefacts import SCORE_MODULES


# All scores are computed in one job, which takes seconds; a process for each cell would take minutes.
rule score:
    input:
        runs=RUNS,
        separations=SEPARATIONS,
        data=DATA,
    output:
        scores=SCORES,
        timings=TIMINGS,
    log:
        f"{RESULTS}/logs/score.log",
    resources:
        mem_mb=megabytes(1000),
    params:
        code=lambda w: code_hash(SCORE_MODULES),
    shell:
        "{BSSBENCH} score {input.runs} --data {RESULTS}/data "
        "--out {output.scores} --timings {output.timings} 2> {log}"


# Not a parameter of the rule, for the same reason as the number of jobs. On a cluster, where each job starts another
# Snakemake, this is the command that the user entered.
COMMAND = os.environ.setdefault(
    "BSSBENCH_COMMAND", shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])
)


rule provenance:
    input:
        SCORES if EXPERIMENT.datasets else SWEEP_SCORES,
    output:
        f"{RESULTS}/provenance.json",
    log:
        f"{RESULTS}/logs/provenance.log",
    resources:
        mem_mb=megabytes(200),
    params:
        settings=json.dumps(config),
        parameters=json.dumps(EXPERIMENT.method_parameters()),
        configuration=CONFIGURATION_FILE,
    shell:
        "{BSSBENCH} provenance --settings {params.settings:q} --parameters {params.parameters:q} "
        "--configuration {params.configuration:q} --command-line {COMMAND:q} "
        "--out {output} 2> {log}"
