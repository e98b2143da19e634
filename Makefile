# Everything runs from .venv; nothing needs root.
PYTHON ?= python3
BIN := .venv/bin
BANDIT := $(BIN)/bandit --quiet --configfile pyproject.toml --recursive pipeline tasks schemas emulators
# pypi or osv. Strict: a package that the service does not know of is a failure, not a success.
AUDIT_SERVICE ?= pypi
PIP_AUDIT := $(BIN)/pip-audit --strict --progress-spinner=off --require-hashes --disable-pip --vulnerability-service $(AUDIT_SERVICE)
NOT_AUDITED := { echo 'audit: a package is vulnerable, or the service "$(AUDIT_SERVICE)" could not be asked about it: see above'; exit 1; }

.DEFAULT_GOAL := help
.PHONY: help install demo test lint audit format bench chaos up lock clean

help:  ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 12

install: .venv/installed  ## prepare .venv from the locked requirements
	@$(if $(filter install,$(MAKECMDGOALS)),$(BIN)/activation --version && echo 'It works. Next: make demo; or see $(BIN)/activation --help')

.venv/installed: requirements/dev.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version) if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

demo: install  ## the whole pipeline against a local Responsys, on a sample audience
	$(BIN)/activation demo

.venv/frames: .venv/installed requirements/frames.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/frames.txt
	touch $@

test: install .venv/frames  ## every test
	PYTHONDONTWRITEBYTECODE= $(BIN)/pytest --numprocesses 4 --dist loadfile  # hundreds of processes import the same

lint: install  ## ruff, mypy and bandit
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BANDIT)

audit: install  ## bandit, and whether a locked package has a known vulnerability (asks a service)
	$(BANDIT)
	$(PIP_AUDIT) --requirement requirements/base.txt || $(NOT_AUDITED)
	$(PIP_AUDIT) --requirement requirements/dev.txt || $(NOT_AUDITED)

format: install  ## let ruff put things right
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: install  ## measure speed and memory, against the baselines and the floor
	$(BIN)/python -m bench --json .activation/bench.json

chaos: install  ## kill, cut off and lock out whatever takes part; nothing may be lost (SECONDS=120 SEED=7 RUN=kills)
	$(BIN)/python -m tests.chaos $(RUN) $(SECONDS:%=--seconds %) $(SEED:%=--seed %)

up: install  ## workers and Flower in this terminal
	$(BIN)/activation up

lock:  ## renew requirements/*.txt from pyproject.toml (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml --output-file requirements/base.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra dev --constraint requirements/base.txt pyproject.toml --output-file requirements/dev.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra frames --constraint requirements/dev.txt pyproject.toml --output-file requirements/frames.txt

clean:  ## remove what `install` and the program made here
	rm -rf .venv .activation build *.egg-info
