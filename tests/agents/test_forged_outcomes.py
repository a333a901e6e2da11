"""Whatever `run_code` answers, the record is consistent and bounded, the attempt ends, and no error escapes."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from launcher_stage import HONEST, LauncherStage

from agentic.agents.tools.execute_code import OUTPUT_BYTES, claimed, execute_code
from agentic.agents.tools.validate_code import validate_code
from agentic.core.errors import RefusedError
from agentic.core.names import run_of
from agentic.core.values import Call, Outcome, RunStatus, to_json
from agentic.runs import Entry, RunRecord

pytest_plugins = ["tests.runs.conftest"]

# DynamoDB's limit of one item, which is the run's record with everything in it.
_ITEM_BYTES = 400 * 1024
_LONGEST = 60.0

FORGED: dict[str, Any] = {
    "nothing": b"",
    "null": b"null",
    "a number": b"7",
    "a text": b'"success"',
    "a list of pairs": b'[["success", true]]',
    "no JSON": b"<html>",
    "no text": b"\xff\xfe\x00",
    "deep lists": b"[" * 200_000,
    "deep objects": b'{"stdout":' * 100_000 + b"1" + b"}" * 100_000,
    "deep inside a field": b'{"success": true, "exit": 0, "layers": ' + b"[" * 500_000 + b"]" * 500_000 + b"}",
    "a number with 100,000 digits": b'{"exit": ' + b"9" * 100_000 + b"}",
    "numbers with 4,000 digits": b'{"exit": %b, "duration_ms": %b}' % (b"9" * 4000, b"9" * 4000),
    "NaN": b'{"success": true, "exit": NaN, "duration_ms": NaN}',
    "infinite": b'{"success": true, "exit": 0, "duration_ms": Infinity}',
    "beyond a float": b'{"success": true, "exit": 0, "duration_ms": 1e999}',
    "negative": {**HONEST, "exit": -9, "duration_ms": -1.0},
    "booleans for numbers": {**HONEST, "exit": True, "duration_ms": True},
    "texts for numbers": {**HONEST, "exit": "0", "duration_ms": "5"},
    "success as a text": {**HONEST, "success": "true"},
    "success with a bad status": {**HONEST, "exit": 3},
    "success that was killed": {**HONEST, "reason": "timeout", "exit": None},
    "failure with a good status": {**HONEST, "success": False},
    "output that is no text": {**HONEST, "stdout": [["x"] * 1000] * 100, "stderr": {"a": 1}},
    "5 MB of output": {**HONEST, "stdout": "x" * 5_000_000},
    "output of wide letters": {**HONEST, "stdout": "🏴" * 1_000_000, "stderr": "🏴" * 200_000},
    "output of control characters": {**HONEST, "stdout": "\0" * 1_000_000, "stderr": "\x1b" * 1_000_000},
    "output of quotes": {**HONEST, "stdout": '"' * 100_000, "stderr": "\\" * 100_000},
    "output that is no Unicode": {**HONEST, "stdout": "\ud800" * 100_000, "stderr": "\udfff"},
    "a reason of its own": {**HONEST, "reason": "<script>alert(1)</script>"},
    "a reason that is no text": {**HONEST, "reason": {"timeout": 1}},
    "layers as a text": {**HONEST, "layers": "landlock"},
    "layers as an object": {**HONEST, "layers": {"landlock": 1}},
    "a million layers": {**HONEST, "layers": ["landlock"] * 500_000},
    "layers of other things": {**HONEST, "layers": [1, None, ["x"], "\x1b[2J", "x" * 1000, "seccomp"]},
    "calls and more of its own": {**HONEST, "calls": [{"seq": 1}], "status": "completed", "answer": "paid", "run_id": "other"},
    "other names for Python": {"__class__": "x", "self": 1, "cls": 2},
}


@pytest.fixture
def stage(dynamodb: Any, tmp_path: Path) -> LauncherStage:
    return LauncherStage(dynamodb, tmp_path)


def ended(stage: LauncherStage, arguments: dict[str, str]) -> RunRecord:
    """The run's record, which must have come to an end, and fit where it is kept."""
    record = stage.store.get(run_of(arguments["handle"]))
    assert record.status.final
    assert record.grant_hash == ""
    assert record.outcome is not None
    assert (record.status is RunStatus.COMPLETED) == record.outcome.success
    assert (record.error is None) == record.outcome.success
    json.dumps(to_json(record.outcome), allow_nan=False)
    item = stage.dynamodb.get_item(TableName="runs", Key={"run_id": {"S": record.run_id}, "item": {"S": "run"}})["Item"]
    assert sum(len(name) + len(str(*value.values()).encode()) for name, value in item.items()) < _ITEM_BYTES * 3 / 4
    return record


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_answer_ends_the_run_consistently(stage: LauncherStage, name: str):
    arguments = stage.validating()
    validate_code(arguments, stage.services)
    stage.wall = lambda event: FORGED[name]
    answer = execute_code(arguments, stage.services)
    record = ended(stage, arguments)
    assert answer["status"] == record.status
    assert record.outcome
    assert len(record.outcome.stdout.encode()) <= OUTPUT_BYTES
    assert len(record.outcome.stderr.encode()) <= OUTPUT_BYTES
    assert len(record.outcome.layers) <= 32
    assert all(layer.isprintable() for layer in record.outcome.layers)
    assert stage.store.calls(record.run_id) == ()
    (log,) = [body for key, body in stage.bucket.objects.items() if key.startswith("executions/")]
    assert json.loads(log)["calls"] == []


def test_an_honest_answer_is_kept_as_it_is(stage: LauncherStage):
    """The control of the above."""
    arguments = stage.validating()
    validate_code(arguments, stage.services)
    for honest in (HONEST, {**HONEST, "stdout": "ü\n" * 20_000}, {**HONEST, "success": False, "exit": 1, "reason": "memory"}):
        expected = Outcome.from_json(honest)
        assert claimed(json.dumps(honest).encode(), _LONGEST) == expected
    execute_code(arguments, stage.services)
    record = ended(stage, arguments)
    assert record.outcome == Outcome.from_json(HONEST)
    assert record.status is RunStatus.COMPLETED


def test_a_claimed_success_is_a_claim_and_the_calls_are_the_journals(stage: LauncherStage):
    arguments = stage.validating()
    validate_code(arguments, stage.services)
    made = Call(1, "POST", "https://api.stripe.com/v1/customers", {"name": "A"}, 200, True)

    def owned(event: dict[str, Any]) -> Any:
        taken = stage.store.ledger.take_call(event["grant"], "stripe", write=True)
        stage.store.ledger.begin(taken, Entry(round=0, attempt=taken.attempt, number=1, digest="d", call=made))
        return {**HONEST, "calls": [], "stdout": "I called nothing"}

    stage.wall = owned
    execute_code(arguments, stage.services)
    assert stage.store.calls(run_of(arguments["handle"])) == (made,)


@pytest.mark.parametrize("failure", [OSError("the network broke"), TimeoutError(), RuntimeError("no more room")])
def test_a_wall_that_cannot_be_asked_leaves_no_open_grant(stage: LauncherStage, failure: Exception):
    arguments = stage.validating()
    validate_code(arguments, stage.services)
    grants: list[str] = []

    def broken(event: dict[str, Any]) -> Any:
        grants.append(event["grant"])
        stage.store.ledger.take_call(event["grant"], "stripe", write=False)
        return failure

    stage.wall = broken
    with pytest.raises(type(failure)):
        execute_code(arguments, stage.services)
    record = stage.store.get(run_of(arguments["handle"]))
    # After as many attempts as there may be.
    assert (len(grants), record.attempt) == (3, 3)
    assert (record.status, record.grant_hash, record.working) == (RunStatus.FAILED, "", False)
    for grant in grants:
        with pytest.raises(RefusedError):
            stage.store.ledger.take_call(grant, "stripe", write=False)


def test_each_attempt_is_a_tenant_of_its_own(stage: LauncherStage):
    tenants: set[str] = set()
    for _ in range(3):
        arguments = stage.validating()
        validate_code(arguments, stage.services)
        execute_code(arguments, stage.services)
        assert stage.walls.calls[-1]["TenantId"] == f"{run_of(arguments['handle'])}-1"
        tenants.add(stage.walls.calls[-1]["TenantId"])
    assert len(tenants) == 3


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner), max_leaves=6
    ).flatmap(
        lambda value: st.dictionaries(
            st.sampled_from(["success", "stdout", "stderr", "exit", "duration_ms", "layers", "reason", "calls"]),
            st.just(value) | st.sampled_from([True, 0, "", "timeout", [], ["x"], float("nan"), 10**400]),
        )
    )
)
def test_any_answer_becomes_an_outcome_without_contradictions(claim: dict[str, Any]):
    outcome = claimed(json.dumps(claim).encode(), _LONGEST)
    json.dumps(to_json(outcome), allow_nan=False)
    assert outcome.success == (outcome.exit == 0 and not outcome.reason)
    assert 0 <= outcome.duration_ms <= _LONGEST * 1000
    assert Outcome.from_json(to_json(outcome)) == outcome
