# The project's commands. `make run` and `make test` work on a fresh machine: they call `setup` first.
SHELL := /bin/bash
.DELETE_ON_ERROR:
.PHONY: setup run test check bench prove lock clean

VENV := .venv
PYTHON := $(VENV)/bin/python
AGENTIC := $(VENV)/bin/agentic
TASK ?= Create a Stripe customer named Alice Example with email alice@example.com

setup: $(VENV)/.ready

# Remade when the lock or the project's own metadata changes.
$(VENV)/.ready: requirements.lock pyproject.toml tools/setup.sh
	@tools/setup.sh $(VENV)

run: setup
	@$(AGENTIC) run "$(TASK)"

test: setup
	@$(PYTHON) -m pytest -n 2 --dist loadscope

check: setup
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check -q .
	@$(VENV)/bin/lint-imports --no-cache
	@$(VENV)/bin/basedpyright
	@$(PYTHON) -m pytest tests/docs

bench: setup
	@$(PYTHON) bench/run.py
	@$(PYTHON) bench/validator.py
	@$(PYTHON) bench/sandbox.py

# The long forms of what `test` runs in short ones. Five to thirty minutes, by the machine.
prove: setup
	@$(VENV)/bin/uv pip install --quiet --python $(PYTHON) --require-hashes --requirement tools/prove.lock \
		|| echo "atheris could not be installed; going on without it" >&2
	@$(PYTHON) tests/fuzz/prove.py

# Newest releases that fit together, with hashes.
lock: setup
	@$(VENV)/bin/uv pip compile --quiet --universal --python-version 3.12 --generate-hashes --no-header --no-emit-index-url \
		--extra models --group dev --upgrade --output-file requirements.lock pyproject.toml
	@$(VENV)/bin/uv pip compile --quiet --universal --python-version 3.12 --generate-hashes --no-header --no-emit-index-url \
		--group prove --upgrade --output-file tools/prove.lock

clean:
	@-[ ! -x $(AGENTIC) ] || $(AGENTIC) local stop
	@rm -rf $(VENV) .agentic
