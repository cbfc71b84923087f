# Every target builds .venv by itself when it is missing or older than its pins.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# The interpreter .venv is made from; when it is too old, a newer one is looked for.
PYTHON ?= python3
# How many tests run at once, and what else pytest is told: make test PYTEST_ARGS="-k dispute"
WORKERS ?= 2
PYTEST_ARGS ?=

BIN := .venv/bin
READY := .venv/.ready
OURS := $(wildcard models activities workflows channels worker.py tests)

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1

.PHONY: help demo up test check bench quickbench chaos nightly pins clean

help: ## print this menu
	@echo "Relance, a durable dunning engine. Targets:"
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1|\2/p' Makefile | while IFS='|' read -r name what; do printf '%-14s %s\n' "$$name" "$$what"; done

demo: $(READY) ## chase real invoices with everything embedded; nothing leaves this machine
	@$(BIN)/relance demo

up: $(READY) ## start the engine, its desk and a mail catcher, and stay up
	@$(BIN)/relance up

test: $(READY) ## run all tests, with branch coverage of models
	@echo "relance: running the tests, $(WORKERS) at a time"
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --cov --cov-report=term $(PYTEST_ARGS)

check: $(READY) ## format, lint, types, import rules, pins
	@echo "relance: format"; $(BIN)/ruff format --check $(OURS)
	@echo "relance: lint"; $(BIN)/ruff check $(OURS)
	@echo "relance: types"; $(BIN)/mypy
	@echo "relance: import rules"; $(BIN)/lint-imports
	@echo "relance: pins"; if grep -nE '://|^-|file:| @ ' requirements.txt requirements-dev.txt; then \
	  echo "relance: the lines above say where packages come from: write the pins again with 'make pins'." >&2; exit 1; fi

bench: $(READY) ## measure every bound at its full size (about an hour)
	@$(BIN)/python tests/bench/run.py --full

quickbench: $(READY) ## measure the same in small (some minutes)
	@$(BIN)/python tests/bench/run.py

chaos: $(READY) ## kill parts while it runs and see that nothing is said twice
	@$(BIN)/python tests/chaos/run.py

nightly: export HYPOTHESIS_PROFILE = nightly
nightly: PYTEST_ARGS = --timeout=14400
nightly: check test bench chaos ## everything: check, test, bench, chaos

pins: ## resolve the dependencies again and write both requirements files (needs uv)
	@command -v uv >/dev/null || { echo "relance: 'make pins' needs uv: install it, then run make pins again." >&2; exit 1; }
	@export UV_CUSTOM_COMPILE_COMMAND="make pins" UV_PYTHON_DOWNLOADS=never; \
	resolve() { uv pip compile --quiet --no-config --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links "$$@"; }; \
	resolve pyproject.toml --output-file requirements.txt; \
	resolve pyproject.toml --extra dev --constraint requirements.txt --output-file requirements-dev.txt

clean: ## remove .venv and everything tools left behind
	@rm -rf .venv build dist htmlcov .coverage .coverage.* coverage.xml .hypothesis \
	  .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
	@echo "relance: clean"

$(READY): requirements-dev.txt pyproject.toml
	@python=; \
	for candidate in "$(PYTHON)" python3.13 python3.12 python3.11 /usr/bin/python3; do \
	  if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python="$$candidate"; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "relance: Python 3.11 or newer is needed and none was found: install it, or name it with 'make PYTHON=/path/to/python3'." >&2; exit 1; fi; \
	if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
	  echo "relance: $$python has no venv module: install it (on Debian: apt-get install python3-venv) and run make again." >&2; exit 1; fi; \
	echo "relance: installing pinned packages into .venv for $$("$$python" --version) (once, about a minute)"; \
	$(BIN)/python -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || "$$python" -m venv --clear .venv; \
	if ! { $(BIN)/python -m pip install --require-hashes --requirement requirements-dev.txt 2>.venv/install.log \
	    | awk '/^ *(Collecting|Installing)/ { printf "."; fflush() } END { print "" }' \
	  && $(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable . 2>>.venv/install.log; }; then \
	  grep -v '^WARNING' .venv/install.log | tail -n 5 >&2; \
	  echo "relance: the packages could not be installed (all of it: .venv/install.log): check the network and run make again." >&2; exit 1; fi; \
	touch $@
