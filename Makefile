# Everything is made by these targets; `make help` lists them.
PYTHON ?= python3
STAGE ?= dev
ARGS ?=
# Processes that run tests.
WORKERS ?= 2
PY := .venv/bin/python
PYTEST := $(PY) -m pytest -n $(WORKERS) --durations 10
# Each process takes the next file, in the order of tests/conftest.py: what a file sets up, it does once.
BY_FILE := --dist loadfile --no-loadscope-reorder
CDK := PATH="$(CURDIR)/.venv/bin:$$PATH" node_modules/.bin/cdk
GENERATE := PYTHONPATH=.:lambdas $(PY) -m codegen
OPERATE := $(PY) -m operations
# Majors of Node that jsii needn't warn of, comma separated.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20

# Where it is set nothing that is installed gets compiled, and each process of a test run or a demo compiles it anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup setup-python installed demo up down ps logs check format lock generate seal unit unit-313 test test-slow \
	test-thorough audit bench \
	screenshots \
	bootstrap preflight deploy diff outputs invite destroy smoke doctor redrive try-alert clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

setup: ## install what is pinned and build the front-end
	@$(PYTHON) localstack/prepare.py

setup-python:
	@$(PYTHON) localstack/prepare.py python

demo: setup ## run everything on this machine until Ctrl-C; flags: make demo ARGS="--kafka apache --viewers 50"
	@$(PY) localstack/demo.py run $(ARGS)

up: setup ## the same, detached
	@$(PY) localstack/demo.py up $(ARGS)

# Without an environment no demo can run, and asking about one is no reason to install it.
installed:
	@test -x $(PY) || { echo "error: nothing is installed yet, so no demo runs: start one with make demo" >&2; exit 1; }

down: installed ## stop what `make up` started
	@$(PY) localstack/demo.py down

ps: installed ## ports, CPU, memory and lag of a running demo
	@$(PY) localstack/demo.py ps

logs: installed ## follow a log, of a service or a function: make logs SERVICE=process_events
	@$(PY) localstack/demo.py logs $(SERVICE)

check: setup ## lint, format, types, the pages' checks, what is generated
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	PYTHONPATH=lambdas .venv/bin/lint-imports --no-cache
	$(GENERATE) --check
	cd frontend && npm run --silent check

format: setup-python ## put the code into the shape that `make check` wants
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

lock: setup-python ## write the locked lists anew from the .in files; ARGS="--upgrade" renews what they leave open
	@$(PY) localstack/lock.py $(ARGS)

generate: setup ## write the OpenAPI document, the pages' types and the reader's shapes anew from the API's models
	@$(GENERATE)

seal: setup-python ## keep the newest stored format's bytes for good, once its last field has landed (docs/upgrading.md)
	PYTHONPATH=.:lambdas $(PY) -m tests.stored.make

unit: setup-python ## the unit tests: no network, no services
	$(PYTEST) $(BY_FILE) tests/unit

unit-313: setup-python ## the same on Python 3.13, which the functions run on, where one is found (or PYTHON313=...)
	@$(PY) localstack/unit_tests_on_313.py

test: setup ## all tests but the slow ones; the services they need start by themselves on free ports
	cd frontend && npm test --silent
	$(PYTEST) $(BY_FILE)

test-slow: setup ## kills, outages, every region, 1,000 examples of each property, the live page for a minute
	HYPOTHESIS_PROFILE=slow $(PYTEST) --dist worksteal --timeout 1800 -m "slow or hypothesis" --ignore tests/browser
	LIVE_PAGE_SECONDS=60 $(PYTEST) tests/browser/test_live_page_load.py

audit: setup ## are there known weaknesses in what is installed? asks PyPI's and npm's advisories
	@$(PY) localstack/audit.py

test-thorough: setup ## the properties over 20,000 examples, the store away for 31 s
	HYPOTHESIS_PROFILE=thorough $(PYTEST) --dist worksteal -m 'slow or not slow' --timeout 7200 tests/unit/events tests/unit/session tests/unit/profile \
		tests/unit/wire tests/integration/test_process_events_in_any_order.py tests/integration/reference

bench: setup ## measure the figures of docs/performance.md; some of them: ARGS="drain_store growth"
	@PYTHONPATH=.:lambdas:localstack $(PY) -m bench $(ARGS)

screenshots: setup ## make the pictures in docs/images anew
	@$(PY) -m tests.browser.screenshots

bootstrap: setup ## prepare the stage's account and region for the CDK, once: make bootstrap STAGE=dev
	$(CDK) bootstrap -c stage=$(STAGE) $(ARGS)

preflight: setup ## what would stand in a deployment's way; deploy asks by itself
	$(CDK) synth --quiet -c stage=$(STAGE) $(ARGS)
	@$(OPERATE).preflight --stage $(STAGE)

deploy: preflight ## deploy a stage to AWS: make deploy STAGE=dev
	$(CDK) deploy --app cdk.out $(ARGS)

diff: setup ## what a deployment would change
	$(CDK) diff -c stage=$(STAGE) $(ARGS)

outputs: setup-python ## the addresses and names of a deployed stage
	@$(OPERATE).outputs --stage $(STAGE) $(ARGS)

invite: setup-python ## let somebody read: make invite STAGE=dev EMAIL=someone@example.com
	@$(OPERATE).invite --stage $(STAGE) --email "$(EMAIL)" $(ARGS)

destroy: setup ## remove a stage
	$(CDK) destroy -c stage=$(STAGE) $(ARGS)

smoke: setup-python ## does a deployed stage work, from event to profile? (STAGE=local: the running demo)
	@$(OPERATE).smoke --stage $(STAGE) $(ARGS)

doctor: setup-python ## what is wrong when nothing arrives
	@$(OPERATE).doctor --stage $(STAGE) $(ARGS)

redrive: setup-python ## bring rejected records back: make redrive ARGS="--reason internal_error --dry-run"
	@$(OPERATE).redrive --stage $(STAGE) $(ARGS)

try-alert: setup-python ## how often an alert would have fired: make try-alert STAGE=prod ARGS="--metric failed --above 100"
	@$(OPERATE).try_alert --stage $(STAGE) $(ARGS)

clean: ## stop the demo and remove what the targets made, but for .venv and .local/java
	@test ! -e .local/demo/supervisord.address || $(PY) localstack/demo.py down
	rm -rf cdk.out .local/demo .local/by-hand .local/bundle .local/logs frontend/dist
