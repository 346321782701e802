# The whole experiment: data sets → separations → scores → tables and figures.
# Configuration: config/paper.yaml, or another by --configfile.


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


# What tables are made from by itself too: where the tables are there and this is not, as in a fresh clone, nothing else
# would ask for it.
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
