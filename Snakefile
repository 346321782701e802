# The whole experiment: data sets → separations → scores → tables and figures.
# Configuration: config/paper.yaml, or the file given by --configfile.


include: "workflow/rules/common.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/separate.smk"
include: "workflow/rules/score.smk"
include: "workflow/rules/paper.smk"
include: "workflow/rules/ablation.smk"
include: "workflow/rules/sweeps.smk"
include: "workflow/rules/selection.smk"
include: "workflow/rules/costs.smk"
include: "workflow/rules/cores.smk"
include: "workflow/rules/claims.smk"
include: "workflow/rules/manifest.smk"


localrules:
    all,


# This includes intermediate results: in a fresh clone, which has only the tables, nothing else would request them.
rule all:
    default_target: True
    input:
        RUNS,
        SEPARATIONS,
        CANDIDATES,
        SCORED,
        f"{RESULTS}/provenance.json",
        ABLATION if EXPERIMENT.ablation else [],
        SWEEP_SCORES if EXPERIMENT.sweeps else [],
        TRAINING_COST if EXPERIMENT.training_cost else [],
        CORES if EXPERIMENT.cores else [],
        ARTEFACTS,
        MANIFEST,


onsuccess:
    print(get_first_results())
