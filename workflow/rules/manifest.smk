# What each table and figure was made from; last, because the manifest contains the hashes of all of them.
from bssbench.reproduction.manifest import FILE_NAME, hash_stages

MANIFEST = f"{RESULTS}/{FILE_NAME}"


rule manifest:
    input:
        SCORED,
        EXPERIMENT.claims or [],
        ARTEFACTS,
    output:
        MANIFEST,
    log:
        f"{RESULTS}/logs/manifest.log",
    resources:
        mem_mb=megabytes(200),
    params:
        stages=lambda w: json.dumps(hash_stages(EXPERIMENT)),
    shell:
        "{BSSBENCH} manifest --stages {params.stages:q} --results {RESULTS} --figures {FIGURES} "
        "2> {log}"
