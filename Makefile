# Everything people and CI do here, by name.
.DEFAULT_GOAL := help
.PHONY: help setup demo test permissions faults check checkov lock contracts docs build twice sbom bench clean
BIN := .venv/bin

help: ## Show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: ## Install everything the laptop needs (root or sudo for Apertium)
	@scripts/setup

demo: setup ## Run the pipeline on four real files and say what came out
	@$(BIN)/python scripts/demo.py

# Where laptops note the permissions that functions use.
test permissions: export RECITA_LOCAL_PERMISSIONS := $(CURDIR)/.pytest_cache/permissions

test: ## Run all tests (installs Chromium for those of the read-along page)
	@scripts/setup --tests
	@rm -rf $(RECITA_LOCAL_PERMISSIONS)
	@$(BIN)/pytest -q -n auto --maxprocesses 4 --dist loadfile tests/unit tests/contract
	@$(BIN)/pytest -q -n auto --maxprocesses 2 --dist loadfile tests/faults tests/workflow tests/e2e
	@$(BIN)/python -m scripts.permissions

permissions: ## Write docs/permissions.json from the calls of the last `make test`
	@$(BIN)/python -m scripts.permissions --write
	@$(BIN)/python -m scripts.readme

faults: setup ## Break every wire under 200 seeds, and kill every process at every write
	@RECITA_FAULT_SEEDS=200 $(BIN)/pytest -q tests/faults

check: setup ## Formatting, lint, types, layers, template, state machine, secrets
	@$(BIN)/ruff format --check -q . && $(BIN)/ruff check -q .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/cfn-lint template.yaml examples/*/template.yaml
	@$(BIN)/python -m scripts.readme --check
	@$(BIN)/python -m scripts.parameter_docs --check
	@$(BIN)/python scripts/lint_asl.py statemachine/*.asl.json
	@$(BIN)/python scripts/scan_history.py

# Not in the lock: it pins the boto3 of two years ago. docs/decisions/0023 says what stands for it.
checkov: setup ## Hold template.yaml against checkov (fetches it, 300 MB)
	@PATH="$$PATH:$(BIN)" uv tool run --quiet checkov@3.3.30 -f template.yaml --framework cloudformation --compact --quiet --skip-download

lock: ## Resolve dependencies anew into requirements.lock
	@scripts/lock

contracts: setup ## Write contracts/v1 and docs/errors.md from the models
	@RECITA_UPDATE=1 $(BIN)/pytest -q tests/contract/test_contracts.py

docs: setup ## Write what docs are generated from --help, template.yaml and benchmarks/
	@$(BIN)/python scripts/cli_docs.py
	@$(BIN)/python -m scripts.parameter_docs
	@$(BIN)/python -m scripts.readme

build: setup ## Build what sam deploy uploads (needs Python 3.13 on PATH)
	@SAM_CLI_BETA_BUILD_PERFORMANCE=1 $(BIN)/sam build

twice: setup ## Build that twice and compare the bytes (some minutes)
	@$(BIN)/python scripts/build_twice.py

sbom: setup ## Write CycloneDX of what is shipped and of all that is locked
	@$(BIN)/python -m scripts.supply sbom

bench: setup ## Measure the overhead, and how well documents are read, seen, understood and spoken
	@$(BIN)/python benchmarks/overhead.py
	@$(BIN)/python -m benchmarks.reading
	@$(BIN)/python -m benchmarks.seeing
	@$(BIN)/python -m benchmarks.understanding
	@$(BIN)/python -m benchmarks.speaking
	@$(BIN)/python -m benchmarks.endurance
	@$(BIN)/python -m benchmarks.cost
	@$(BIN)/python -m benchmarks.console
	@$(BIN)/python -m benchmarks.api

clean: ## Stop the laptop stack and remove what was made here
	@-$(BIN)/recita down 2>/dev/null
	@rm -rf .venv .recita .aws-sam .mypy_cache .ruff_cache .pytest_cache out
