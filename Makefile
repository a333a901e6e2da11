# The project's commands. `make run` and `make test` work on a fresh machine: they call `setup` first.
SHELL := /bin/bash
.DELETE_ON_ERROR:
.PHONY: setup pulumi run test check bench prove lock clean

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

# The Pulumi engine: the one on the PATH, or built with Go once per version (some minutes), outside the clone. Without either
# the tests that need it say so and are left out; in CI that is an error.
pulumi:
	@tools/pulumi/cli.sh > /dev/null || [ $$? -eq 3 -a -z "$(CI)" ]

test: setup pulumi
	@$(PYTHON) -m pytest -n 2 --dist loadscope

check: setup
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check -q .
	@$(VENV)/bin/lint-imports --no-cache
	@$(VENV)/bin/basedpyright
	@$(PYTHON) -m pytest tests/docs tests/topology/test_least_privilege.py

bench: setup pulumi
	@$(PYTHON) bench/run.py
	@$(PYTHON) bench/validator.py
	@$(PYTHON) bench/sandbox.py
	@$(PYTHON) bench/engine.py

# The long forms of what `test` runs in short ones. Five to thirty minutes, by the machine.
prove: setup
	@$(VENV)/bin/uv pip install --quiet --python $(PYTHON) --require-hashes --requirement tools/prove.lock \
		|| echo "atheris could not be installed; going on without it" >&2
	@$(PYTHON) tests/fuzz/prove.py
	@$(PYTHON) tests/crash/crash_prove.py
	@$(PYTHON) tests/e2e/approval_prove.py
	@$(PYTHON) tests/faults/faults_prove.py
	@$(PYTHON) bench/load.py

# Newest releases that fit together, with hashes.
lock: setup
	@$(VENV)/bin/uv pip compile --quiet --universal --python-version 3.12 --generate-hashes --no-header --no-emit-index-url \
		--extra models --group dev --upgrade --output-file requirements.lock pyproject.toml
	@$(VENV)/bin/uv pip compile --quiet --universal --python-version 3.12 --generate-hashes --no-header --no-emit-index-url \
		--group prove --upgrade --output-file tools/prove.lock

clean:
	@-[ ! -x $(AGENTIC) ] || $(AGENTIC) local stop
	@rm -rf $(VENV) .agentic
