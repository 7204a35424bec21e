# Every target does all the set-up it needs: Python 3.11 or newer and make are enough.
# With uv on the machine the set-up is faster; what gets installed is the same.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# No address of a package index goes into a lock.
LOCK_OPTIONS := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-header --no-annotate
UV := $(shell command -v uv 2>/dev/null)
# Tests wait as much as they work: for the disk, for other processes, for a browser.
WORKERS = $(shell $(BIN)/python -c 'import os; print((os.cpu_count() or 1) + 1)')

.DEFAULT_GOAL := help
.PHONY: help play run doctor rehearse test check bench pictures format lock clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

play: $(VENV)/ready ## try everything on this machine, without accounts
	$(BIN)/troupe play

run: $(VENV)/ready ## connect to Discord (settings: .env, see .env.example)
	$(BIN)/troupe run

doctor: $(VENV)/ready ## tell what is missing to run on Discord, and how to mend it
	@# What it found is said already; for make a status of 1 would be an error.
	@$(BIN)/troupe doctor || [ $$? -eq 1 ]

rehearse: $(VENV)/ready ## simulated writers perform a scene; the results are in out/
	$(BIN)/troupe rehearse playground/scenes/the-ferry.jsonl --writers 3 --seed 1 --out out --fast

test: $(VENV)/ready-dev ## all tests, with the least coverage that is allowed
	$(BIN)/coverage erase
	$(BIN)/pytest --numprocesses $(WORKERS) --dist worksteal --cov --cov-report=
	$(BIN)/coverage report
	@$(BIN)/python -m tests.playground.page.chromium

check: $(VENV)/ready-dev ## format, lint, types, layers, then the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) test

bench: $(VENV)/ready-dev ## measure speed; the figures are in out/bench.json
	$(BIN)/python -m benchmarks

pictures: $(VENV)/ready-dev ## pictures of the page for docs/pictures (needs a Chromium)
	$(BIN)/python -m tests.playground.page.pictures

format: $(VENV)/ready-dev ## format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: ## pin the dependencies anew (needs uv)
	uv pip compile $(LOCK_OPTIONS) pyproject.toml --group build -o requirements.lock
	uv pip compile $(LOCK_OPTIONS) pyproject.toml --group build --group dev -c requirements.lock -o requirements-dev.lock

clean: ## remove the environment and caches; stories in data/ stay
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage .coverage.*

# --- set-up -----------------------------------------------------------------------------------

define install
	@$(if $(UV),uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r $(1),\
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1))
	@$(if $(UV),uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .,\
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .)
endef

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Troupe needs Python 3.11 or newer. Name one: make PYTHON=python3.12 …"; exit 1; }
	@$(if $(UV),uv venv --quiet --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" $(VENV),\
		$(PYTHON) -m venv $(VENV))

$(VENV)/ready: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Setting up (once, a minute at most) …"
	$(call install,requirements.lock)
	@touch $@

$(VENV)/ready-dev: requirements-dev.lock pyproject.toml | $(BIN)/python
	@echo "Setting up for development (once, a minute or two) …"
	$(call install,requirements-dev.lock)
	@touch $@ $(VENV)/ready
