#!/usr/bin/env bash
# Makes the virtual environment in $1 from requirements.lock: finds a Python >= 3.12 by itself, installs exactly the
# locked versions (hashes checked), compiles bytecode, builds the functions' zips. Run by make; repeatable.
set -euo pipefail
venv=$1
cd "$(dirname "$0")/.."

if [ "$(uname -s)" != Linux ]; then
    echo "The local cloud needs Linux. With Docker, this opens the project's dev container and runs it:" >&2
    echo "  docker build -t agentic-dev .devcontainer && docker run --rm -it -v \"\$PWD\":/project -w /project agentic-dev make run" >&2
    exit 2
fi

fits() { "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1; }

find_python() {
    local candidate
    for candidate in "${PYTHON312:-}" python3.14 python3.13 python3.12 python3 \
        "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[2-9]*/bin/python /usr/local/bin/python3.1[2-9] /opt/*/bin/python3; do
        if [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 && fits "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    echo "No Python 3.12 or newer was found (looked on the PATH and under pyenv)." >&2
    echo "  Install one (for example: pyenv install 3.12), or name it: PYTHON312=/path/to/python make" >&2
    exit 2
}

step() { if [ -t 2 ]; then echo "$1" >&2; fi; }

if [ ! -x "$venv/bin/python" ] || ! fits "$venv/bin/python"; then
    python=$(find_python)
    step "making $venv with $("$python" --version)"
    rm -rf "$venv"
    "$python" -m venv "$venv"
fi

# The installer itself comes from the lock too.
step "installing the locked packages (a minute or two the first time)"
awk '/^[A-Za-z0-9]/ { of_uv = /^uv==/ } of_uv' requirements.lock > "$venv/uv.lock"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r "$venv/uv.lock"
"$venv/bin/uv" pip sync --quiet --python "$venv/bin/python" --require-hashes --compile-bytecode requirements.lock
"$venv/bin/uv" pip install --quiet --python "$venv/bin/python" --no-deps --no-build-isolation --editable .

# Bytecode of our own code too: without it each start of the local cloud takes half a second longer.
"$venv/bin/python" -m compileall -q agentic lambdas

step "building the functions, and trying them"
"$venv/bin/python" lambdas/build.py >/dev/null
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
if ! AGENTIC_HOME="$home/.agentic" "$venv/bin/agentic" run "Show my Stripe balance" --no-background >"$home/said" 2>&1; then
    cat "$home/said" >&2
    echo "The first trial run failed; everything is installed. \`$venv/bin/agentic doctor\` says what is missing." >&2
    exit 1
fi
touch "$venv/.ready"
