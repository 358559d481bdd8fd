# `make` alone lists what there is. Every recipe sets up what it needs, in .venv.
.DEFAULT_GOAL := help
SHELL := /bin/sh
.SUFFIXES:
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.run-stamp
DEV := $(VENV)/.dev-stamp
CASE ?= examples/calf-and-eyelid-for-weeks.json
LAW_EXAMPLES ?= 100000
PIP := $(BIN)/python -m pip --disable-pip-version-check
INSTALL := $(PIP) install --quiet

##@ To use kedut
.PHONY: help run
help: ## list these recipes
	@awk 'BEGIN {FS = ":.*## "} \
	  /^##@/ {printf "\n%s\n", substr($$0, 5)} \
	  /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

run: $(RUN) ## play the interview on an example and print the assessment (CASE=file for another)
	$(BIN)/kedut ask --demo $(CASE)

##@ To change kedut
.PHONY: test check format docs reference proof
test: $(DEV) ## run the tests
	$(BIN)/python -m pytest -n auto

check: $(DEV) ## run all that must be green before a commit: format, lint, types, imports, knowledge, tests, docs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/kedut knowledge check
	$(BIN)/python -m kedut.cli.reference --check docs/reference/generated
	$(MAKE) --no-print-directory test
	$(MAKE) --no-print-directory docs

format: $(DEV) ## format the code and mend what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

reference: $(DEV) ## write the generated reference pages anew from the knowledge base
	$(BIN)/python -m kedut.cli.reference docs/reference/generated

docs: $(DEV) ## build the documentation into build/docs
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet -b html docs build/docs
	@echo "open build/docs/index.html"

proof: $(DEV) ## run the laws on LAW_EXAMPLES=100000 examples each, and all of pyAgrum's networks (long)
	KEDUT_LAW_EXAMPLES=$(LAW_EXAMPLES) $(BIN)/python -m pytest -n auto tests/laws tests/reasoning

##@ To measure kedut
.PHONY: bench evaluate
bench: $(DEV) ## measure speed, against pyAgrum on the same network
	$(BIN)/python -m kedut.bench.speed

evaluate: $(DEV) ## measure how often the answer is right, on real and on simulated cases
	$(BIN)/python -m kedut.bench.evaluate

##@ To tidy up
.PHONY: clean
clean: ## remove what the recipes made, .venv too
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage htmlcov
	find src tests docs -name __pycache__ -type d -prune -exec rm -rf {} +

# ---------------------------------------------------------------- setting up
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "kedut needs Python 3.11 or newer as '$(PYTHON)'; name another: make PYTHON=python3.12 ..."; exit 1; }
	@if ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "installing python3-venv"; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv; \
	  else \
	    echo "$(PYTHON) cannot make virtual environments; on Debian or Ubuntu: sudo apt-get install python3-venv"; \
	    exit 1; \
	  fi; \
	fi
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(RUN): requirements/run.txt pyproject.toml | $(BIN)/python
	$(INSTALL) --require-hashes -r requirements/run.txt
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): requirements/dev.txt pyproject.toml | $(BIN)/python
	$(INSTALL) --require-hashes -r requirements/dev.txt
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $(RUN) $@
