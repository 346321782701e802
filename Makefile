# make paper: every table and figure. make test: the test suite. Both install what they need into .venv.

PYTHON ?= python3
CORES ?= 8
BIN := .venv/bin
INSTALLED := .venv/.installed

.PHONY: help setup paper smoke test check format lock clean

help:
	@echo "make paper   every table under results/, every figure under paper_figures/"
	@echo "make smoke   the same stages on small data, in minutes"
	@echo "make test    the test suite (ARGS='-m \"not slow\"' for a quick one)"
	@echo "make check   format, lint, types, layers"
	@echo "make setup   the environment alone; TORCH_INDEX=URL takes torch from there"
	@echo "make format  rewrite the code in the project's format"
	@echo "make lock    write constraints.txt anew, from an environment made from nothing"
	@echo "make clean   remove the results (not those committed) and Snakemake's memory of them"

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

format: $(INSTALLED)
	$(BIN)/ruff format
	$(BIN)/ruff check --fix
	$(BIN)/snakefmt Snakefile workflow

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
	rm -rf .snakemake $(filter-out results/reference results/.gitkeep,$(wildcard results/*)) paper_figures/smoke
