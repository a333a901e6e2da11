"""Between validation and execution: the script swapped, the run asked for many times at once, its agents talked into things."""

import base64
import contextlib
import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from owned_stage import API, NAMES, Stage

from agentic.core.limits import RunLimits
from agentic.core.names import new_handle, new_run_id, run_of
from agentic.core.values import CodeRef, RunStatus, Target, Usage, WriteMode
from agentic.runs import NewRun, RunRecord, Step

pytestmark = pytest.mark.cloud

_BEGIN = b'import os\nimport stripe\nstripe.api_key = os.environ["STRIPE_API_KEY"]\n'
SCRIPT = _BEGIN + b"print(stripe.Balance.retrieve().object)\n"
MINE = _BEGIN + b'print(stripe.Customer.create(name="Mine").id)\n'
LAUNCHER, VALIDATOR = NAMES.function("execute_code"), NAMES.function("validate_code")


@dataclass(frozen=True)
class Prepared:
    """A run whose script is stored, and the arguments that its agent has for the tools."""

    stage: Stage
    handle: str
    key: str

    @property
    def arguments(self) -> dict[str, str]:
        return {"handle": self.handle, "code_key": self.key}

    @property
    def record(self) -> RunRecord:
        return self.stage.store.get(run_of(self.handle))

    @property
    def calls(self) -> list[str]:
        return [call.url for call in self.stage.store.calls(run_of(self.handle))]

    def put(self, body: bytes) -> None:
        self.stage.operator("s3").put_object(Bucket=self.stage.bucket, Key=self.key, Body=body)

    def tool(self, function: str, **more: Any) -> Any:
        """The tool's answer to its agent, through a gateway as the harness calls it."""
        return through_gateway(self.stage, function, {**self.arguments, **more})


def through_gateway(stage: Stage, function: str, arguments: dict[str, Any]) -> Any:
    context = {"custom": {"bedrockAgentCoreToolName": "target___tool"}}
    header = base64.b64encode(json.dumps(context).encode()).decode()
    return stage.invoke(function, arguments, ClientContext=header)


def prepared(stage: Stage, *, delegated: bool = False, writes: WriteMode | None = None) -> Prepared:
    """A run where its executor begins; or, delegated, where its orchestrator calls for an executor."""
    run_id = new_run_id()
    handle, generator = new_handle(run_id), new_handle(run_id)
    ref = CodeRef(f"generated/stripe/{run_id}.py", hashlib.sha256(SCRIPT).hexdigest())
    run = Prepared(stage, handle, ref.key)
    run.put(SCRIPT)
    facts: dict[str, Any] = {
        "run_id": run_id,
        "api": API,
        "task": "Show my balance",
        "target": Target.FAKE,
        "limits": RunLimits(calls=5),
    }
    stage.store.create(NewRun(**facts, writes=writes, code_ref=None if delegated else ref), handle)
    if delegated:
        stage.store.claim_generate(handle, generator)
        stage.store.record_code(generator, ref)
        stage.store.end_step(run_id, Step.GENERATE, Usage())
    return run


def replaced(run: Prepared) -> None:
    run.put(MINE)


def replaced_and_hidden(run: Prepared) -> None:
    """The recorded bytes are still there, as an older version."""
    run.put(MINE)
    run.stage.operator("s3").put_object(Bucket=run.stage.bucket, Key=run.key, Body=MINE, Metadata={"sha256": "as recorded"})


def deleted(run: Prepared) -> None:
    run.stage.operator("s3").delete_object(Bucket=run.stage.bucket, Key=run.key)


def deleted_and_made_anew(run: Prepared) -> None:
    deleted(run)
    run.put(MINE)


def made_longer(run: Prepared) -> None:
    run.put(SCRIPT + b"#")


def made_empty(run: Prepared) -> None:
    run.put(b"")


@pytest.mark.parametrize("swap", [replaced, replaced_and_hidden, deleted, deleted_and_made_anew, made_longer, made_empty])
@pytest.mark.parametrize("validated", [True, False])
def test_a_swapped_script_does_not_run(stage: Stage, swap: Any, validated: bool):
    run = prepared(stage)
    if validated:
        assert run.tool(VALIDATOR)["valid"] is True
    swap(run)
    for tool in (LAUNCHER, VALIDATOR, LAUNCHER):
        answer = run.tool(tool)
        assert answer.get("isError") or answer.get("errorType"), answer
    assert (run.record.attempt, run.calls) == (0, [])
    assert run.record.status is RunStatus.VALIDATING


def untouched(run: Prepared) -> None:
    pass


def swapped_there_and_back(run: Prepared) -> None:
    """The bytes are what counts, not the version."""
    run.put(MINE)
    run.put(SCRIPT)


@pytest.mark.parametrize("swap", [untouched, swapped_there_and_back])
def test_the_recorded_script_runs(stage: Stage, swap: Any):
    """The control of the above."""
    run = prepared(stage)
    run.tool(VALIDATOR)
    swap(run)
    assert run.tool(LAUNCHER)["status"] == "completed"
    assert (run.record.attempt, run.calls) == (1, ["https://api.stripe.com/v1/balance"])


def test_nobody_but_the_operator_and_the_generators_tool_can_swap_it(stage: Stage):
    """Who could: the roles of all functions try. Only `generate_code` may write scripts, and it never overwrites."""
    run = prepared(stage)
    able: set[str] = set()
    for name in stage.declared():
        with contextlib.suppress(stage.operator("s3").exceptions.ClientError):
            stage.as_role_of(name, "s3").put_object(Bucket=stage.bucket, Key=run.key, Body=SCRIPT)
            able.add(name)
    assert able == {NAMES.function("generate_code")}


def asked_often(ask: Any, times: int = 20) -> list[Any]:
    """The answers to `times` simultaneous questions, each asked until there is room for it."""

    def one(_: int) -> Any:
        while True:
            try:
                return ask()
            except ClientError as error:
                if error.response["Error"]["Code"] != "TooManyRequestsException":
                    raise

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def test_twenty_executions_at_once_are_one(stage: Stage):
    run = prepared(stage)
    run.tool(VALIDATOR)
    answers = asked_often(lambda: run.tool(LAUNCHER))
    assert [answer["status"] for answer in answers if "status" in answer] == ["completed"]
    assert len([answer for answer in answers if answer.get("isError")]) == 19
    assert (run.record.attempt, run.calls) == (1, ["https://api.stripe.com/v1/balance"])


def test_twenty_calls_of_the_executor_at_once_make_one_execution(stage: Stage):
    run = prepared(stage, delegated=True)
    executor = NAMES.function("invoke_executor")
    # Whoever attaches keeps a place of ten until its wait is over, and the work's own invocation needs one.
    declared = stage.declaration(executor)
    stage.functions.create(replace(declared, environment={**declared.environment, "AGENTIC_TOOL_WAIT": "1"}))
    answers = asked_often(lambda: run.tool(executor))
    # Without room for the work's own invocation, it waits in Lambda's queue.
    assert {answer["status"] for answer in answers} <= {"completed", "still_running"}
    while (last := run.tool(executor))["status"] == "still_running":
        pass
    assert (last["status"], last["stdout"]) == ("completed", "balance\n")
    assert (run.record.attempt, run.calls) == (1, ["https://api.stripe.com/v1/balance"])
    kept = stage.operator("s3").list_objects_v2(Bucket=stage.bucket, Prefix="executions/")["Contents"]
    assert len([item for item in kept if run_of(run.handle) in item["Key"]]) == 1
    # Asked once more, afterwards, it tells the same and does nothing.
    assert run.tool(executor) == last
    assert len(run.calls) == 1


EXTRA: dict[str, Any] = {
    "writes": "allow",
    "code": MINE.decode(),
    "api": "github",
    "limits": {"calls": 99},
    "agentic_work": {"run_id": "run_0000000000000000", "message": "x", "model": "x"},
    "messageVersion": "1.0",
    "actionGroup": "x",
}


def test_what_an_injected_agent_adds_changes_nothing(stage: Stage):
    run = prepared(stage, delegated=True, writes=WriteMode.REFUSE)
    before = run.record
    tools = ("invoke_executor", "validate_code", "execute_code", "generate_code", "invoke_generator")
    for wrong in ({"handle": new_handle(run_of(run.handle))}, {"handle": ""}, {"code_key": "generated/stripe/../other.py"}):
        # The generator is not asked about a key.
        for tool in tools if "handle" in wrong else tools[:-1]:
            answer = through_gateway(stage, NAMES.function(tool), {**EXTRA, **run.arguments, **wrong})
            assert answer.get("isError") is True, (tool, wrong, answer)
    assert run.record == before
    assert run.tool(NAMES.function("invoke_executor"), **EXTRA)["status"] == "completed"
    after = run.record
    for fixed in ("api", "writes", "target", "limits", "code_ref", "task"):
        assert getattr(after, fixed) == getattr(before, fixed), fixed
    assert run.calls == ["https://api.stripe.com/v1/balance"]
