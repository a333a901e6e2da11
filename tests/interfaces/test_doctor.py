"""`agentic doctor` says which walls this machine has, what each stops, and what a missing one would need."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from agentic.core.spec import Sdk
from agentic.sandbox import LAYERS, Sandbox, SandboxPolicy, Terms
from tests.conftest import AGENTIC, Done, built_environment


def doctor(tmp_path: Path, *before: str) -> dict[str, Any]:
    command = [*before, str(AGENTIC), "doctor", "--json"]
    environment = built_environment(AGENTIC_HOME=str(tmp_path / ".agentic"))
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=environment)
    items = Done(done.returncode, done.stdout, done.stderr).json["items"]
    return {item["name"]: item for item in items}


def test_layers_are_those_that_a_run_has(tmp_path: Path) -> None:
    items = doctor(tmp_path)
    with Sandbox(Sdk("", ()), terms=Terms(require=())) as sandbox:
        standing = sandbox.run("", SandboxPolicy()).layers
    for layer, stops in LAYERS.items():
        if layer in standing:
            assert items[f"layer {layer}"]["state"] == "ok"
            assert stops in items[f"layer {layer}"]["text"]
        elif layer not in {"own-function", "relay"}:
            assert items[f"layer {layer}"]["state"] == "note"
            assert "not here" in items[f"layer {layer}"]["text"]


def test_layer_that_is_missing_is_told_with_what_it_needs(tmp_path: Path) -> None:
    ordinary = [sys.executable, "-m", "tests.escape.ordinary_user"] if os.getuid() == 0 else []
    items = doctor(tmp_path, *ordinary)
    assert items["layer own-user"]["state"] == "note"
    assert items["layer own-user"]["text"].endswith("Only where root starts it.")
    if ordinary:  # The folder of this test is root's own.
        assert items["state folder"]["state"] == "problem"
        assert "AGENTIC_HOME" in items["state folder"]["text"]
