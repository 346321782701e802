# The whole experiment: data sets → separations → scores → tables and figures.
# Configuration: config/paper.yaml, or another by --configfile.


include: "workflow/rules/common.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/separate.smk"
include: "workflow/rules/score.smk"
include: "workflow/rules/paper.smk"
include: "workflow/rules/selection.smk"
include: "workflow/rules/costs.smk"
include: "workflow/rules/cores.smk"
include: "workflow/rules/claims.smk"


localrules:
    all,


# Cells, candidates and trials by themselves too: where the tables are there and these are not, as in a fresh clone,
# nothing else would ask for them.
rule all:
    default_target: True
    input:
        RUNS,
        CANDIDATES,
        TRIALS,
        SCORES,
        TIMINGS,
        f"{RESULTS}/provenance.json",
        TABLES,
        STATISTICS_TABLES,
        SELECTION_FILES,
        COST_TABLES,
        FIGURE_FILES,
        CORE_FILES,
        CLAIM_FILES,
