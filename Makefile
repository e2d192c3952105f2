# Everything is made by these targets; `make help` lists them.
PYTHON ?= python3
STAGE ?= dev
ARGS ?=
PY := .venv/bin/python
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 1

.DEFAULT_GOAL := help
.PHONY: help setup setup-python demo up down ps logs test check format redrive clean screenshots

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 20

setup: ## install what is pinned and build the front-end
	@$(PYTHON) localstack/prepare.py

setup-python:
	@$(PYTHON) localstack/prepare.py python

demo: setup ## run everything on this machine until Ctrl-C; flags in ARGS="--kafka apache --viewers 50"
	@$(PY) localstack/demo.py run $(ARGS)

up: setup ## the same, detached
	@$(PY) localstack/demo.py up $(ARGS)

down: ## stop what `make up` started
	@$(PY) localstack/demo.py down

ps: ## ports, CPU, memory and lag of a running demo
	@$(PY) localstack/demo.py ps

logs: ## follow a service's log: make logs SERVICE=collector
	@$(PY) localstack/demo.py logs $(SERVICE)

check: setup ## lint, types, templates, security rules
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	cd frontend && npm run --silent check

format: setup-python ## put the code into the shape that `make check` wants
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

test: setup ## all tests; the services they need start by themselves on free ports
	cd frontend && npm test --silent
	$(PY) -m pytest -n 2 --dist worksteal

clean: ## remove what the targets made, but for .local/java and .venv
	rm -rf cdk.out .local/demo .local/bundle .local/logs frontend/dist

redrive: setup-python ## bring a stage's rejected records back: make redrive STAGE=prod ARGS="--reason internal_error --dry-run"
	@PYTHONPATH=.:lambdas $(PY) -m operations.redrive --stage $(STAGE) $(ARGS)

screenshots: setup ## make the pictures in docs/images anew
	@$(PY) -m tests.browser.screenshots
