"""The workflow's steps over the real record: what each does, when it is tried again, and what a hostile event gets."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from launcher_stage import LauncherStage

from agentic.agents.declaration import REFUSED
from agentic.agents.tools.events import WORK, handler
from agentic.agents.tools.execute_code import execute_code
from agentic.agents.tools.generate_code import generate_code
from agentic.agents.tools.steps.execute import execute_steps
from agentic.agents.tools.steps.generate import generate_steps
from agentic.agents.tools.steps.validate import validate_steps
from agentic.agents.tools.validate_code import validate_code
from agentic.core.errors import RefusedError, UsageError
from agentic.core.limits import RunLimits
from agentic.core.names import new_handle, new_run_id
from agentic.core.values import RunStatus, Target
from agentic.runs import NewRun, RunRecord

pytest_plugins = ["tests.runs.conftest"]

GOOD = "print('done')\n"
BAD = "import subprocess\nsubprocess.run(['ls'])\n"
MODEL = "us.anthropic.claude-haiku-5-5"


class Run:
    """One run, driven step by step as the state machine does it."""

    def __init__(self, stage: LauncherStage, model: str = "") -> None:
        self.stage = stage
        self.id = new_run_id()
        self.handle = new_handle(self.id)
        new = NewRun(run_id=self.id, api="stripe", task="Do it", target=Target.FAKE, limits=RunLimits(calls=5), model=model)
        stage.store.create(new, self.handle)

    def arguments(self, step: str, number: int = 0, **more: Any) -> dict[str, Any]:
        return {"step": step, "run": self.id, "handle": self.handle, "round": number, **more}

    def begin(self) -> dict[str, Any]:
        return generate_steps(self.arguments("begin", model=MODEL), self.stage.services)

    def store(self, code: str | None, number: int = 0, text: str = "", stop_reason: str = "tool_use") -> dict[str, Any]:
        content: list[Any] = [{"ReasoningContent": {"ReasoningText": {"Text": "hm"}}}]
        content += [{"Text": text}] if text else []
        if code is not None:
            content.append({"ToolUse": {"ToolUseId": "t", "Name": "generate_code", "Input": {"handle": "x", "code": code}}})
        usage = {"InputTokens": 3, "OutputTokens": 2}
        more = {"content": content, "stop_reason": stop_reason, "usage": usage}
        return generate_steps(self.arguments("store", number, **more), self.stage.services)

    def validate(self, number: int = 0) -> dict[str, Any]:
        return validate_steps(self.arguments("validate", number), self.stage.services)

    def execute(self, number: int = 0) -> dict[str, Any]:
        return execute_steps(self.arguments("execute", number), self.stage.services)

    def fail(self, error: str, cause: str) -> dict[str, Any]:
        return generate_steps(self.arguments("fail", error={"Error": error, "Cause": cause}), self.stage.services)

    @property
    def record(self) -> RunRecord:
        return self.stage.store.get(self.id)


@pytest.fixture
def run(dynamodb: Any, tmp_path: Path) -> Run:
    return Run(LauncherStage(dynamodb, tmp_path))


def test_the_steps_carry_a_run_to_its_end(run: Run):
    assert run.begin()["next"] == "generate"
    assert run.store(GOOD)["next"] == "validate"
    assert run.validate()["next"] == "execute"
    assert run.execute()["next"] == "end"
    record = run.record
    assert record.status is RunStatus.COMPLETED
    assert (record.usage.model_calls, record.usage.input_tokens, record.usage.output_tokens) == (1, 3, 2)
    assert (record.generate_state, record.execute_state, record.attempt) == ("done", "done", 1)


def test_each_step_may_be_tried_again_without_doing_anything_twice(run: Run):
    first, second = run.begin(), run.begin()
    assert first == second
    assert run.store(GOOD) == run.store(GOOD)
    assert run.record.usage.model_calls == 1
    assert run.validate() == run.validate()
    run.execute()
    assert run.execute() == run.validate() == run.store(GOOD) == {"next": "end", "round": 0, "message": "", "api": ""}
    assert len(run.stage.walls.calls) == 1
    assert len([key for key in run.stage.bucket.objects if key.startswith("generated/")]) == 1


def test_a_refused_script_gives_the_next_rounds_message_again_when_asked_again(run: Run):
    run.begin()
    run.store(BAD)
    told, again = run.validate(), run.validate()
    assert told == again
    assert (told["next"], told["round"], run.record.round) == ("generate", 1, 1)
    assert REFUSED in told["message"]
    assert BAD in told["message"]
    assert "line 1" in told["message"]


def test_each_round_has_a_script_of_its_own_and_the_last_one_ends_the_run(run: Run):
    run.begin()
    for number in range(3):
        run.store(BAD + "#" * number, number)
        answer = run.validate(number)
    assert answer["next"] == "end"
    record = run.record
    assert record.status is RunStatus.REFUSED
    assert record.error
    assert record.error.message.startswith("Code validation failed: ")
    keys = [*(version.code_ref.key for version in record.earlier), record.code_ref.key if record.code_ref else ""]
    assert len(set(keys)) == 3
    assert run.validate(2) == answer, "and again"


def test_no_regeneration_where_none_is_allowed(run: Run):
    run.stage.regenerations = 0
    run.begin()
    run.store(BAD)
    assert run.validate()["next"] == "end"
    assert run.record.status is RunStatus.REFUSED


@pytest.mark.parametrize(
    ("text", "stop_reason", "status", "said"),
    [
        ("DECLINE: no", "end_turn", RunStatus.REFUSED, "no"),
        ("ASK: who?", "end_turn", RunStatus.ASKS, "who?"),
        ("I would.", "end_turn", RunStatus.FAILED, "it said: I would."),
        ("", "end_turn", RunStatus.FAILED, "wrote no script"),
        ("", "max_tokens", RunStatus.FAILED, "it stopped: max_tokens"),
    ],
)
def test_an_answer_without_a_script_ends_the_run(run: Run, text: str, stop_reason: str, status: RunStatus, said: str):
    run.begin()
    assert run.store(None, text=text, stop_reason=stop_reason)["next"] == "end"
    record = run.record
    assert (record.status, record.usage.model_calls, record.generate_state) == (status, 1, "done")
    assert record.error
    assert said in record.error.message


def test_a_script_that_was_cut_off_is_none(run: Run):
    run.begin()
    assert run.store(GOOD, stop_reason="max_tokens")["next"] == "end"
    assert run.record.code_ref is None


@pytest.mark.parametrize(
    ("error", "cause", "said"),
    [
        ("BedrockRuntime.ThrottlingException", "Too many\nrequests", "the generator failed: Too many"),
        ("States.Timeout", "", "the workflow stopped waiting"),
        ("KeyError", json.dumps({"errorMessage": "'x'", "stackTrace": ["secret"]}), "the workflow failed: 'x'"),
        ("Lambda.Unknown", '{"errorMessage": "\\u001b[2J\\u202ebad"}', "the workflow failed:"),
        ("", "", "no reason given"),
        ("X", "[" * 100_000, "the workflow failed:"),
    ],
)
def test_what_a_catch_was_given_becomes_one_visible_line(run: Run, error: str, cause: str, said: str):
    run.begin()
    run.fail(error, cause)
    record = run.record
    assert record.status is RunStatus.FAILED
    assert record.error
    assert said in record.error.message
    assert record.error.message.isprintable()
    assert len(record.error.message) < 400


def test_a_failure_that_is_told_late_does_not_change_how_a_run_ended(run: Run):
    run.begin()
    run.store(None, text="ASK: who?", stop_reason="end_turn")
    run.fail("X", "y")
    assert run.record.status is RunStatus.ASKS


def test_a_model_that_the_stack_does_not_use_is_refused_and_not_ignored(dynamodb: Any, tmp_path: Path):
    stage = LauncherStage(dynamodb, tmp_path)
    for model in ("us.anthropic.claude-other", "arn:aws:bedrock:eu-west-1::foundation-model/x"):
        with pytest.raises(UsageError, match=re.escape(f"always uses {MODEL}")):
            Run(stage, model).begin()
    for model in ("", MODEL, "offline", "ollama:llama3.1"):
        assert Run(stage, model).begin()["next"] == "generate"


def test_a_step_is_refused_for_another_execution_another_handle_and_another_round(run: Run):
    run.begin()
    other = Run(run.stage)
    steps: list[tuple[Any, dict[str, Any]]] = [
        (generate_steps, run.arguments("begin", model=MODEL)),
        (generate_steps, run.arguments("store", content=[], stop_reason="end_turn", usage={})),
        (generate_steps, run.arguments("fail", error={})),
        (validate_steps, run.arguments("validate")),
        (execute_steps, run.arguments("execute")),
    ]
    before = run.record
    for step, arguments in steps:
        for wrong in (
            {"run": other.id},
            {"run": "somebody"},
            {"handle": new_handle(run.id)},
            {"handle": "x"},
            {"handle": 7},
            {"round": -1},
            {"round": "0"},
            {"round": True},
        ):
            with pytest.raises((RefusedError, UsageError)):
                step({**arguments, **wrong}, run.stage.services)
    for step, arguments in steps[1:2] + steps[3:4]:
        with pytest.raises(RefusedError):
            step({**arguments, "round": 1}, run.stage.services)
    assert run.record == before
    assert run.store(GOOD)["next"] == "validate", "the control: the step as the state machine asks for it"


def test_a_step_that_comes_too_early_does_nothing(run: Run):
    for early in (lambda: run.store(GOOD), run.validate, run.execute):
        with pytest.raises(RefusedError):
            early()
    run.begin()
    for early in (run.validate, run.execute):
        with pytest.raises(RefusedError):
            early()
    run.store(GOOD)
    with pytest.raises(RefusedError):
        run.execute()
    assert run.stage.walls.calls == []
    assert run.validate()["next"] == "execute", "the control: in its turn"


def test_a_function_knows_its_own_steps_only(run: Run):
    for step, name in ((generate_steps, "execute"), (validate_steps, "begin"), (execute_steps, "store")):
        with pytest.raises(UsageError, match="has no step"):
            step(run.arguments(name), run.stage.services)


def test_a_script_that_was_changed_in_the_bucket_does_not_run(run: Run):
    run.begin()
    run.store(GOOD)
    run.validate()
    (key,) = [key for key in run.stage.bucket.objects if key.startswith("generated/")]
    run.stage.bucket.objects[key] = b"print('mine')\n"
    with pytest.raises(RefusedError, match="changed in the bucket"):
        run.execute()
    assert run.stage.walls.calls == []


def test_a_cancelled_runs_steps_do_nothing(run: Run):
    run.begin()
    run.store(GOOD)
    run.validate()
    run.stage.store.finish(run.id, RunStatus.CANCELLED)
    assert run.execute()["next"] == run.validate()["next"] == run.store(GOOD)["next"] == "end"
    assert run.stage.walls.calls == []


TOOLS = ((generate_code, generate_steps), (validate_code, validate_steps), (execute_code, execute_steps))


@pytest.mark.parametrize("number", range(3))
def test_an_agent_behind_a_gateway_cannot_ask_for_a_step(run: Run, number: int):
    """The same event without a gateway's context is a step (control): here one that the function does not have."""
    from types import SimpleNamespace

    tool, steps = TOOLS[number]
    function = handler(tool, steps, services=run.stage.services)
    event = {WORK: run.arguments("none")}
    gateway = SimpleNamespace(client_context=SimpleNamespace(custom={"bedrockAgentCoreToolName": "t___t"}))
    assert function(event, gateway)["isError"] is True
    with pytest.raises(UsageError, match="has no step 'none'"):
        function(event, SimpleNamespace(client_context=None))
