"""A recorded script is hostile as every other: done again it has neither network nor key, and an export is data around it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from recorded_stage import SPECS, recorded, with_answer

from agentic.core.errors import UsageError
from agentic.core.wire import HttpResponse
from agentic.interfaces.export.write import export
from agentic.interfaces.replaying import replay
from agentic.runs.recording import Recording

STRIPE = SPECS["stripe"]
CODE = """
import os, stripe
stripe.api_key = os.environ["STRIPE_API_KEY"]
print(stripe.Customer.create(name="Ada").name)
"""
QUOTES = "'''\"\"\"\\\n{run_id}\u2028\x0c#"


@pytest.fixture(scope="module")
def recording() -> Recording:
    return recorded(STRIPE, CODE)


LOOKS = """
import json, os, socket, sys
found = {"environment": dict(os.environ), "reached": []}
for host, port in (("127.0.0.1", 22), ("1.1.1.1", 443), ("example.com", 443)):
    try:
        socket.create_connection((host, port), timeout=2)
        found["reached"].append(host)
    except OSError:
        pass
for path in ("/etc/passwd", "/proc/1/environ", f"/proc/{os.getppid()}/environ", os.path.expanduser("~/.agentic")):
    try:
        found[path] = open(path).read()
    except OSError:
        pass
print(json.dumps(found))
"""


def test_script_that_is_replayed_finds_no_key_no_file_and_no_network(
    recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the terminal's own process, where a live key may be in the environment."""
    monkeypatch.setenv("STRIPE_API_KEY", "sk_live_canary")
    again = replay(replace(recording, code=LOOKS), STRIPE)
    found = json.loads(again.outcome.stdout)
    assert found.pop("environment")["STRIPE_API_KEY"] == STRIPE.secrets[0].placeholder
    assert found == {"reached": []}
    assert "canary" not in again.outcome.stdout + again.outcome.stderr
    assert again.outcome.layers == recording.outcome.layers


def test_script_that_is_replayed_gets_nothing_but_what_was_recorded(recording: Recording) -> None:
    code = CODE + "\nprint(stripe.Customer.create(name='Ada').id)\nprint('AFTER')"
    again = replay(replace(recording, code=code), STRIPE)
    assert "which it had not done" in again.difference
    assert "AFTER" not in again.outcome.stdout
    # The control: what was recorded is answered.
    assert replay(recording, STRIPE).same


@pytest.mark.parametrize(
    "run_id", ["../../run_00000000000000ee", "run_00000000000000ee/../x", "run_x'''", "run_00000000000000ee\n", "", "RUN_1"]
)
def test_run_id_that_is_none_becomes_no_file(recording: Recording, tmp_path: Path, run_id: str) -> None:
    with pytest.raises(UsageError):
        export(replace(recording, run_id=run_id), STRIPE, tmp_path / "here")
    assert not list(tmp_path.iterdir())


def test_words_of_script_task_and_api_are_data_in_every_exported_file(recording: Recording, tmp_path: Path) -> None:
    hostile = with_answer(recording, 0, b'"name": "Ada"', b'"name": ' + json.dumps(QUOTES).encode())
    first = hostile.calls[0]
    odd = (("X-Odd", "''' \"\"\" {run_id}"), *first.response.headers)
    hostile = replace(
        hostile,
        task=f"{QUOTES}\nimport os  # coding: utf-7",
        calls=(replace(first, response=HttpResponse(200, odd, first.response.body)), *hostile.calls[1:]),
    )
    hostile = replace(hostile, outcome=replay(hostile, STRIPE).outcome)
    plain, other = tmp_path / "plain", tmp_path / "other"
    exported = export(hostile, STRIPE, other)
    assert not exported.untested
    export(recording, STRIPE, plain)
    for path in sorted(plain.rglob("*.py")):
        name = path.relative_to(plain)
        if name != Path("script.py"):
            assert (other / name).read_bytes() == path.read_bytes(), name
    assert {path.relative_to(other) for path in other.rglob("*")} == {path.relative_to(plain) for path in plain.rglob("*")}
    head = (other / "script.py").read_text("utf-8").removesuffix(hostile.code)
    assert all(not line or line.startswith("#") for line in head.splitlines())
    assert QUOTES in json.loads((other / "recorded.json").read_text("utf-8"))["stdout"]
