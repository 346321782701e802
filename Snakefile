# The whole experiment: data sets → separations → scores → tables and figures.
# Configuration: config/paper.yaml, or another by --configfile.


include: "workflow/rules/common.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/separate.smk"
include: "workflow/rules/score.smk"
include: "workflow/rules/paper.smk"
include: "workflow/rules/costs.smk"
include: "workflow/rules/cores.smk"


localrules:
    all,


rule all:
    default_target: True
    input:
        SCORES,
        TIMINGS,
        f"{RESULTS}/provenance.json",
        TABLES,
        COST_TABLES,
        FIGURE_FILES,
        CORE_FILES,
