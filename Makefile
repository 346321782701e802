# make paper: every table and figure. make test: the test suite. Both install what they need into .venv.

PYTHON ?= python3
CORES ?= 8
BIN := .venv/bin
INSTALLED := .venv/.installed

# What bench and bench-compare measure unless BENCH says otherwise: regular expressions of ASV's name(parameters).
# bench-compare measures each case many times, so it leaves out what is slow, and what is not ours.
BENCHED := ^training[.](TrainingInBatches[.]time_|TrainingStep[.].*, 1000[)])|^cores[.](Empty|.*(_backward|_error)[(].*'regular', (1024|4096), 3, 1, 'float32', 'cpu', 1[)])
COMPARED := ^training[.].*[.]time_ten|^cores[.](?!Gpy).*'regular', 1024, 3, 1, 'float32', 'cpu', 1[)]
FACTOR ?= 1.2

# What explore shows.
RESULTS ?= results

# What faults tries: at how many moments a run is killed, and how many examples of each kind of input.
KILLS ?= 100
EXAMPLES ?= 1000
# How many tests at once. A killed run takes two cores itself, but waits much.
WORKERS ?= 2
TRY_FAULTS = OMP_NUM_THREADS=1 BSSBENCH_KILLS=$(KILLS) BSSBENCH_FUZZ_EXAMPLES=$(EXAMPLES) \
	$(BIN)/python -m pytest -q -n $(WORKERS)
ASV_VARIABLES := OMP_NUM_THREADS=1 BSSBENCH_PRELOAD=1
ASV_CONFIG := --config benchmarks/asv.conf.json

# Snakemake's caches, where there is no place for them in the home folder.
CACHES := $(or $(XDG_CACHE_HOME),$(and $(HOME),$(HOME)/.cache))
ifneq ($(shell mkdir -p "$(CACHES)" 2> /dev/null && test -w "$(CACHES)" && echo writable),writable)
export XDG_CACHE_HOME := $(CURDIR)/.snakemake/caches
endif

.PHONY: help setup paper reference pages extended sweeps explore smoke test check docs faults audit bench bench-full bench-compare bench-html format schemas lock clean

help:
	@echo "make paper   run the experiment of the paper: tables in results/, figures in paper_figures/"
	@echo "make reference    copy the tables of a complete 'make paper' to results/reference, to be committed, and update the pages"
	@echo "make pages   update the tables and numbers of README.md and docs/ from the committed results"
	@echo "make extended     run more data sets: results/extended and paper_figures/extended; about 75 minutes on two cores"
	@echo "make sweeps       run methods on grids of generated data: results/sweeps (summary: findings.md) and paper_figures/sweeps"
	@echo "make explore write results/explore.html, a page for exploring the results in a browser (RESULTS=folder for others)"
	@echo "make docs    build the documentation site in docs/_build/html"
	@echo "make smoke   run every stage on small data, in minutes"
	@echo "make test    run the test suite (ARGS='-m \"not slow\"' skips slow tests)"
	@echo "make check   check format, lint, types and layers"
	@echo "make faults  inject faults (kills, full disks, arbitrary input); an hour or more. Results: results/faults.md"
	@echo "make audit   check the pinned packages for known vulnerabilities; needs the network"
	@echo "make bench   measure time and memory of this commit on a reduced grid (BENCH=regex for another); results in .asv/results"
	@echo "make bench-full     measure on the full grid; an hour or more"
	@echo "make bench-compare  test whether this commit is slower or larger than BASE=commit [FACTOR=1.2] [BENCH=regex]"
	@echo "make bench-html     show the results of benchmarks as a web site"
	@echo "make setup   only create the environment; TORCH_INDEX=URL installs torch from that index"
	@echo "make format  reformat the code"
	@echo "make schemas regenerate the JSON schemas of config/, which editors use to check the YAML files there"
	@echo "make lock    regenerate constraints.txt from a new environment"
	@echo "make clean   remove uncommitted results and Snakemake's records of them"

setup: $(INSTALLED)

# torch's small CPU build: make setup TORCH_INDEX=https://download.pytorch.org/whl/cpu
$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11" >&2; exit 2; }
	$(PYTHON) -m venv .venv
	$(if $(TORCH_INDEX),$(BIN)/pip install --no-deps --index-url $(TORCH_INDEX) -c constraints.txt torch)
	$(BIN)/pip install -c constraints.txt -e '.[dev]'
	@touch $@

paper: $(INSTALLED)
	@$(BIN)/python workflow/scripts/recover.py
	$(BIN)/snakemake --cores $(CORES)

reference: $(INSTALLED)
	@$(BIN)/python workflow/scripts/reference.py
	@$(BIN)/python workflow/scripts/pages.py

pages: $(INSTALLED)
	@$(BIN)/python workflow/scripts/pages.py

sweeps: $(INSTALLED)
	@$(BIN)/python workflow/scripts/recover.py
	$(BIN)/snakemake --cores $(CORES) --configfile config/sweeps.yaml

extended: $(INSTALLED)
	@$(BIN)/python workflow/scripts/recover.py
	$(BIN)/snakemake --cores $(CORES) --configfile config/extended.yaml

# Not part of the workflow: it needs the extra 'explore', and no result depends on it.
explore: $(INSTALLED)
	@$(BIN)/bssbench explore $(RESULTS)

smoke: $(INSTALLED)
	@$(BIN)/python workflow/scripts/recover.py
	$(BIN)/snakemake --cores $(CORES) --configfile config/smoke.yaml

test: $(INSTALLED)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal $(ARGS)

check: $(INSTALLED)
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/snakefmt --check Snakefile workflow

# A warning is an error: a link to nothing, an example that fails, a docstring that can't be read.
docs: $(INSTALLED)
	$(BIN)/sphinx-build -W --keep-going -q -b html docs docs/_build/html
	@echo "The site is docs/_build/html/index.html"

# The table says what failed, and is the verdict.
faults: $(INSTALLED)
	@rm -rf results/faults && mkdir -p results/faults
	-$(TRY_FAULTS) --junitxml=results/faults/kills.xml tests/faults/test_kills.py
	-$(TRY_FAULTS) --junitxml=results/faults/others.xml --dist loadfile --ignore tests/faults/test_kills.py \
		tests/faults tests/fuzz $(wildcard tests/slurm)
	@$(BIN)/python workflow/scripts/faults.py results/faults/kills.xml results/faults/others.xml --out results/faults.md

# In an environment of its own, for it brings much that this project does not need.
audit: $(INSTALLED)
	$(PYTHON) -m venv .audit
	.audit/bin/pip install --quiet pip-audit
	.audit/bin/pip-audit --strict --no-deps --disable-pip --requirement constraints.txt

# Only what is committed has a name to keep results under.
define run_asv
	@$(BIN)/asv machine --yes $(ASV_CONFIG) > /dev/null
	@test -z "$$(git status --porcelain --untracked-files=no)" || \
		echo "Changes are not committed: results are shown, and not kept."
	$(ASV_VARIABLES) $(BIN)/asv run $(ASV_CONFIG) --python=same $(1) \
		$$(test -n "$$(git status --porcelain --untracked-files=no)" || echo --set-commit-hash $$(git rev-parse HEAD))
endef

bench: $(INSTALLED)
	$(call run_asv,--bench "$(or $(BENCH),$(BENCHED))")

bench-full: $(INSTALLED)
	$(call run_asv)

bench-compare: $(INSTALLED)
	@test -n "$(BASE)" || { echo "Name the commit to compare with: make bench-compare BASE=main" >&2; exit 2; }
	$(ASV_VARIABLES) $(if $(TORCH_INDEX),PIP_EXTRA_INDEX_URL=$(TORCH_INDEX)) \
		$(BIN)/python workflow/scripts/compare_commits.py --base "$(BASE)" --factor $(FACTOR) --bench "$(or $(BENCH),$(COMPARED))"

bench-html: $(INSTALLED)
	$(BIN)/asv publish $(ASV_CONFIG)
	@echo "The site is .asv/html. To look at it: $(BIN)/asv preview $(ASV_CONFIG)"

format: $(INSTALLED)
	$(BIN)/ruff format
	$(BIN)/ruff check --fix
	$(BIN)/snakefmt Snakefile workflow

schemas: $(INSTALLED)
	$(BIN)/python workflow/scripts/schemas.py

lock:
	rm -rf .venv
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -e '.[dev]'
	# Versions alone: without a local part such as +cpu any build of a version fits, and torch itself names the CUDA
	# libraries that its own build wants.
	$(BIN)/pip freeze --exclude-editable --exclude bssbench | sed 's/+[a-z0-9.]*$$//' \
		| grep -v -i '^nvidia-\|^cuda-\|^triton' > constraints.txt
	@touch $(INSTALLED)

clean:
	git clean -q -d -f -x .snakemake results paper_figures
