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
PDF := $(VENV)/.pdf-stamp
PEERS := .venv-peers/.stamp
TOOLS := $(VENV)/.tools-stamp
PARTS := build/parts/.stamp
PORT ?= 8000
CASE ?= examples/calf-and-eyelid-for-weeks.json
LAW_EXAMPLES ?= 100000
PIP := $(BIN)/python -m pip --disable-pip-version-check
INSTALL := $(PIP) install --quiet

##@ To use kedut
.PHONY: help run demo run-cluster
help: ## list these recipes
	@awk 'BEGIN {FS = ":.*## "} \
	  /^##@/ {printf "\n%s\n", substr($$0, 5)} \
	  /^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

run: $(RUN) $(PDF) ## open the interview at http://127.0.0.1:8000 (PORT=number for another)
	$(BIN)/kedut serve --port $(PORT)

run-cluster: $(DEV) ## run the examples, cases and recordings, on a scheduler and two workers, and compare with local processes
	$(BIN)/python -m kedut.bench.cluster

demo: $(RUN) ## play the interview on an example in the terminal (CASE=file for another)
	$(BIN)/kedut ask --demo $(CASE)

##@ To change kedut
.PHONY: test check format docs reference proof proof-list parts
test: $(DEV) $(PDF) $(TOOLS) ## run the tests, those in a browser and on PostgreSQL too
	$(BIN)/python -m pytest -n auto

parts: $(PARTS) ## install what only tests need from npm: axe, LHC-Forms, a FHIR validator

check: $(DEV) $(PDF) $(TOOLS) $(PARTS) ## run all that must be green before a commit: format, lint, types, imports, knowledge, tests, docs
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

# Each part ends within 25 minutes; what held on these files is not run again.
proof: $(DEV) $(PDF) $(TOOLS) $(PEERS) ## run everything that is claimed again and write docs/reference/proof.md (hours; PART=name for one)
	$(BIN)/python -m kedut.bench.proof --law-examples $(LAW_EXAMPLES) $(PART)

proof-list: $(DEV) ## list the parts of the proof and how they stand
	@$(BIN)/python -m kedut.bench.proof --law-examples $(LAW_EXAMPLES) --list $(PART)

##@ To measure kedut
.PHONY: bench bench-web bench-server bench-measure bench-batch evaluate evaluate-course population capacity
bench: $(DEV) ## measure speed, against pyAgrum on the same network
	$(BIN)/python -m kedut.bench.speed

bench-web: $(DEV) $(TOOLS) ## measure the web server beside the core in process and a bare page (3 minutes)
	$(BIN)/python -m kedut.bench.web

bench-server: $(DEV) $(TOOLS) ## kill workers and restart the database under load, and count what was lost (13 minutes)
	$(BIN)/python -m kedut.bench.web_costs
	$(BIN)/python -m kedut.bench.web_worst_day

bench-measure: $(DEV) $(PEERS) ## measure how well and how fast recordings are measured, beside other tools
	$(BIN)/python -m kedut.bench.measure

bench-batch: $(DEV) ## measure runs over many: a million cases, two workers beside one, a cluster beside both (20 minutes)
	$(BIN)/python -m kedut.bench.batch

evaluate: $(DEV) ## measure how often the answer is right, on real and on simulated cases
	$(BIN)/python -m kedut.bench.evaluate

population: $(DEV) ## move every figure over a population: what to research next (20 minutes; goes on where it was)
	$(BIN)/python -m kedut.bench.population --write

capacity: $(DEV) $(PDF) $(TOOLS) ## reckon how many machines it takes, from measured unit costs
	$(BIN)/python -m kedut.bench.capacity --write

evaluate-course: $(DEV) ## measure how well a diary is read, on invented courses and published follow-ups (10 minutes)
	$(BIN)/python -m kedut.bench.evaluate_course

##@ To hand kedut on
.PHONY: release sbom
# The same commit gives the same bytes: all times in what is built are that of the commit.
BUILT_AT := SOURCE_DATE_EPOCH=$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct 2>/dev/null || echo 1577836800)}
VERSION = $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
release: $(DEV) ## build wheel and sdist, list what is in them (SBOM), and write checksums, all into dist
	rm -rf dist
	$(BUILT_AT) $(BIN)/python -m build --no-isolation --outdir dist .
	$(MAKE) --no-print-directory sbom
	cd dist && sha256sum * > SHA256SUMS && cat SHA256SUMS

sbom: $(DEV) ## write the software bill of materials (CycloneDX) of what a server installs, into dist
	@mkdir -p dist
	$(BUILT_AT) $(BIN)/python -W ignore -m cyclonedx_py requirements --pyproject pyproject.toml --output-reproducible \
	  --output-file dist/kedut-$(VERSION).cdx.json requirements/server.txt

##@ To tidy up
.PHONY: clean
clean: ## remove what the recipes made, .venv too
	rm -rf $(VENV) .venv-peers build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage htmlcov
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

# Beside us in a place of their own: they would pull other versions into ours.
$(PEERS): requirements/peers.txt | $(BIN)/python
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes -r requirements/peers.txt
	@touch $@

# Debian's packages: installed where we may, else named.
define debian
	@missing=""; for package in $(2); do \
	  dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q "ok installed" || missing="$$missing $$package"; done; \
	if [ -z "$$missing" ]; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "installing$$missing"; \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; } >/dev/null \
	    || echo "could not install$$missing; $(1)"; \
	else echo "not installed:$$missing; $(1). On Debian or Ubuntu: sudo apt-get install$$missing"; fi
endef

$(PDF): | $(BIN)/python
	$(call debian,without them there is no PDF,libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0)
	@touch $@

$(TOOLS): | $(BIN)/python
	$(call debian,tests that need them are skipped,chromium postgresql fonts-noto-core wrk nginx-light)
	@touch $@

# LHC-Forms is taken as its tarball: only its built files are used, and its many dependencies take npm half an hour.
LFORMS := $(shell sed -n 's/.*"lforms": "\(.*\)".*/\1/p' tests/parts/package.json)
$(PARTS): tests/parts/package.json
	@mkdir -p build/parts && cp tests/parts/package.json build/parts/
	@if ! command -v npm >/dev/null; then echo "npm is missing; tests that need it are skipped"; \
	elif timeout 240 npm install --prefix build/parts --no-audit --no-fund --no-package-lock --silent \
	  && cd build/parts && timeout 240 npm pack --silent lforms@$(LFORMS) >/dev/null; then \
	  mkdir -p node_modules/lforms && tar xzf lforms-$(LFORMS).tgz --strip-components=1 -C node_modules/lforms \
	    && rm lforms-$(LFORMS).tgz && touch .stamp; \
	else echo "npm could not fetch the parts; tests that need them are skipped"; fi
