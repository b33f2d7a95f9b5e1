# Everything that people and CI run. `make` alone lists it.
PYTHON ?= python3
JOBS ?= 2

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
OUTER_PATH := $(PATH)
export PATH := $(CURDIR)/.tools/bin:$(CURDIR)/.venv/bin:$(PATH)
export PULUMI_SKIP_UPDATE_CHECK := 1

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

.PHONY: setup
# Of the Python that the user has, not of the one that this makes.
setup: export PATH := $(OUTER_PATH)
setup: ## Make .venv and .tools/bin (PYTHON=python3.12, PULUMI_FROM=path,release,build)
	@$(PYTHON) tools/setup

.PHONY: demo
demo: setup ## Show what it does, in a minute and without an account
	@.venv/bin/python examples/demo.py

.PHONY: lint
lint: setup ## Check style and types
	ruff check
	ruff format --check
	mypy

.PHONY: test
test: setup lint ## Lint, then run the tests with coverage, in JOBS=2 processes: what CI runs
	pytest --cov -n $(JOBS) --dist loadfile

.PHONY: test-long
test-long: setup ## Run the tests that take minutes
	pytest -m long

.PHONY: bench
bench: setup ## Measure speed and memory, write docs/performance.md (ONLY=reach: print that alone)
	@python -m benchmarks $(if $(ONLY),--only $(ONLY),--write)

.PHONY: comparison
comparison: setup ## Run other tools on the attacks, write docs/comparison.md (needs npm; minutes)
	@python -m benchmarks.comparison

.PHONY: lock
lock: ## Refresh requirements/dev.lock and tools/pulumi/go.sum (needs uv and Go)
	@command -v uv >/dev/null || { echo "make lock: expected uv on PATH (pip install uv)" >&2; exit 1; }
	uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--custom-compile-command 'make lock' --output-file requirements/dev.lock requirements/dev.in
	cd tools/pulumi && go mod tidy

.PHONY: clean
clean: ## Remove what set-up and runs have made
	rm -rf .venv .tools .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage htmlcov build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find . -name '*.egg-info' -type d -prune -exec rm -rf {} +
