"""Runs accepted scripts in a watched process (`watched.py`) and says which did something that they should not."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from agentic.validator.allowed import MODULES

_PROGRAM = Path(__file__).with_name("watched.py")
_CANARY = "canary-4f1d9b"
_SECONDS_EACH = 1.0
_SECONDS_AT_LEAST = 60.0


def watch(scripts: Sequence[str]) -> list[list[str]]:
    """What each script did that it should not. A script that ends or stops the process counts as one that did nothing."""
    found: list[list[str]] = []
    while len(found) < len(scripts):
        rest = scripts[len(found) :]
        found += _run(rest)
        if len(found) < len(scripts):
            # Whatever ended the process (all memory used, say) is the sandbox's to deal with, not the validator's.
            found.append([])
    return found


def _run(scripts: Sequence[str]) -> list[list[str]]:
    environment = {"FUZZ_CANARY": _CANARY, "FUZZ_MODULES": json.dumps(sorted(MODULES)), "STRIPE_API_KEY": "sk_test_placeholder"}
    with subprocess.Popen(
        [sys.executable, "-I", str(_PROGRAM)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, text=True,
    ) as process:  # fmt: skip
        try:
            answers, _ = process.communicate(json.dumps(list(scripts)), _SECONDS_AT_LEAST + _SECONDS_EACH * len(scripts))
        except subprocess.TimeoutExpired:
            process.kill()
            answers, _ = process.communicate()
    return [json.loads(line) for line in answers.splitlines() if line.endswith("]")]
