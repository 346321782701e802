# Methods on grids of data sets. Points of the same shape form a block, which is one file: a cell separates all of them
# together.


def get_block(wildcards):
    """Return the sweep that a block belongs to, and the block."""
    return EXPERIMENT.blocks[wildcards.block]


def get_sweep_cells(*names):
    """Return the folders of all cells of sweeps."""
    return [
        f"{RESULTS}/cells/{block}/{method}"
        for name in names
        for block, method in EXPERIMENT.sweeps[name].cells()
    ]


def get_sweep_inputs(*names):
    """Return the files that the scores of sweeps are computed from."""
    cells = get_sweep_cells(*names)
    blocks = [block.name for name in names for block in EXPERIMENT.sweeps[name].blocks]
    return {
        "runs": [f"{cell}/run.json" for cell in cells],
        "separations": [f"{cell}/separation.npz" for cell in cells],
        "data": [f"{RESULTS}/data/{block}.npz" for block in blocks],
    }


rule generate_block:
    output:
        data=f"{RESULTS}/data/{{block}}.npz",
        report=f"{RESULTS}/data/{{block}}.json",
    log:
        f"{RESULTS}/logs/generate/{{block}}.log",
    priority: lambda w: EXPERIMENT.longest_cell_seconds(w.block)
    resources:
        mem_mb=megabytes(500),
    params:
        code=lambda w: code_hash(data_modules(EXPERIMENT, w.block)),
        seeds=lambda w: get_block(w)[0].seeds,
        points=lambda w: get_block(w)[1].described_points(),
        root_seed=EXPERIMENT.root_seed,
    shell:
        "{BSSBENCH} generate-block {wildcards.block} --points {params.points:q} --seeds {params.seeds} "
        "--root-seed {params.root_seed} --out {output.data} 2> {log}"


rule score_sweeps:
    input:
        **get_sweep_inputs(*EXPERIMENT.sweeps),
    output:
        SWEEP_SCORES,
    log:
        f"{RESULTS}/logs/score_sweeps.log",
    resources:
        mem_mb=megabytes(1000),
    params:
        code=lambda w: code_hash(SCORE_MODULES),
    shell:
        "{BSSBENCH} score {input.runs} --data {RESULTS}/data --out {output} 2> {log}"


rule sweep:
    input:
        unpack(lambda w: get_sweep_inputs(w.sweep)),
    output:
        f"{RESULTS}/tables/{{sweep}}.csv",
        f"{RESULTS}/tables/{{sweep}}.md",
        [f"{FIGURES}/{{sweep}}.{suffix}" for suffix in FIGURE_SUFFIXES],
    log:
        f"{RESULTS}/logs/sweep/{{sweep}}.log",
    resources:
        mem_mb=megabytes(1000),
    params:
        code=lambda w: get_code(f"sweep {w.sweep}"),
        description=lambda w: EXPERIMENT.sweeps[w.sweep].description(),
    shell:
        "{BSSBENCH} sweep --sweep {params.description:q} --data {RESULTS}/data --cells {RESULTS}/cells "
        "--out {RESULTS}/tables --figures {FIGURES} 2> {log}"


rule findings:
    input:
        [f"{RESULTS}/tables/{name}.csv" for name in EXPERIMENT.sweeps],
    output:
        get_outputs("findings"),
    log:
        f"{RESULTS}/logs/findings.log",
    resources:
        mem_mb=megabytes(500),
    params:
        code=lambda w: get_code("findings"),
    shell:
        "{BSSBENCH} findings {input} --figures {FIGURES} --out {output} 2> {log}"
