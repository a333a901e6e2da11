"""The harness: what it offers, what it refuses, how it ends, and that nothing of it stays behind."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from agent_stage import (
    RUN_ID,
    SESSION,
    Functions,
    Permissions,
    Stage,
    answer,
    gateway_arn,
    harness_arn,
    role_arn,
    stop_reason,
    tool_results,
)
from opentelemetry import trace
from scripted import ScriptedModels, Text, Tools

from agentic.agents.declaration import EXECUTOR, GENERATOR, ORCHESTRATOR
from agentic.core.errors import AgenticError, ConfigurationError, ModelError, RefusedError, UsageError
from agentic.local.agents import HarnessDeclaration
from agentic.local.agents.bridge import drive

GENERATE = "generate-code___generate_code"
CALL = Tools([(GENERATE, json.dumps({"handle": "h", "code": "print(1)"}))])


def stage(*script: Text | Tools | Exception, **bodies: Callable[[Any], Any]) -> Stage:
    return Stage(ScriptedModels(list(script)), functions=Functions(dict(bodies)))


def stored(_: Any) -> dict[str, str]:
    return {"status": "stored"}


def test_the_agent_gets_its_prompt_its_tools_and_the_message():
    built = stage(Text("hello"))
    built.invoke(GENERATOR, "do it")
    ((messages, tools, prompt),) = built.models.heard
    assert [tool["name"] for tool in tools] == [GENERATE]
    assert tools[0]["inputSchema"]["json"]["required"] == ["handle", "code"]
    assert prompt == built.agents[GENERATOR].prompt
    assert messages[0]["content"] == [{"text": "do it"}]


def test_allowed_tools_leave_the_others_out():
    """The gateway has both of the executor's tools; the pattern names one."""
    built = stage(Text("hello"))
    built.invoke(EXECUTOR, "do it", allowedTools=["@executor/validate-code___*"])
    assert [tool["name"] for tool in built.models.heard[0][1]] == ["validate-code___validate_code"]


def test_no_allowed_tools_is_inference_only():
    built = stage(Text("hello"))
    built.invoke(EXECUTOR, "do it", allowedTools=[])
    assert not built.models.heard[0][1]


@pytest.mark.parametrize(
    "patterns", [None, ("*",), ("shell",), ("@builtin",), ("@builtin/shell",), ("@*",), ("file_*",), ("@b*/s*",)]
)
def test_a_harness_that_would_allow_a_shell_is_refused(patterns: tuple[str, ...] | None):
    with pytest.raises(ConfigurationError):
        declare(patterns)


@pytest.mark.parametrize("patterns", [(), ("@executor",), ("@executor/validate-code___validate_code",), ("@exec*/exec*",)])
def test_patterns_that_allow_gateway_tools_only_are_accepted(patterns: tuple[str, ...]):
    declare(patterns)


@pytest.mark.parametrize("pattern", ["@a/b/c", "@" + "x" * 64])
def test_patterns_that_the_service_would_not_take_are_refused(pattern: str):
    with pytest.raises(ConfigurationError):
        declare((pattern,))


def declare(patterns: tuple[str, ...] | None) -> None:
    stage(Text("")).harnesses.create(
        HarnessDeclaration(
            arn=harness_arn("other"),
            name="other",
            role_arn=role_arn("other"),
            model_id="offline",
            system_prompt="",
            tools=(("executor", gateway_arn("executor")),),
            allowed_tools=patterns,
        )
    )


def test_events_have_the_wire_shape():
    """Numbered blocks, no empty starts or deltas, tool results as a message of their own, usage after each answer."""
    events = stage(CALL, Text("stored"), generate_code=stored).invoke(GENERATOR, "do it")
    assert events == [
        {"messageStart": {"role": "assistant"}},
        {"contentBlockStart": {"contentBlockIndex": 0, "start": {"toolUse": {"toolUseId": "t0", "name": GENERATE}}}},
        {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"toolUse": {"input": CALL.calls[0][1]}}}},
        {"contentBlockStop": {"contentBlockIndex": 0}},
        {"messageStop": {"stopReason": "tool_use"}},
        usage(),
        {"messageStart": {"role": "user"}},
        {"contentBlockStart": {"contentBlockIndex": 0, "start": {"toolResult": {"toolUseId": "t0", "status": "success"}}}},
        {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"toolResult": [{"text": '{"status": "stored"}'}]}}},
        {"contentBlockStop": {"contentBlockIndex": 0}},
        {"messageStop": {"stopReason": "tool_result"}},
        {"messageStart": {"role": "assistant"}},
        {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "s"}}},
        {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "tored"}}},
        {"contentBlockStop": {"contentBlockIndex": 0}},
        {"messageStop": {"stopReason": "end_turn"}},
        usage(),
    ]


def usage() -> dict[str, Any]:
    return {"metadata": {"usage": {"inputTokens": 3, "outputTokens": 2, "totalTokens": 5}, "metrics": {"latencyMs": 1}}}


def test_events_stream_while_the_agent_works():
    """The tool call is seen while its function is still running."""
    release = threading.Event()
    built = stage(CALL, Text("stored"), generate_code=lambda _: release.wait(60) and {"status": "stored"})
    events = invoke(built)
    seen = [next(events) for _ in range(6)]
    assert seen[4] == {"messageStop": {"stopReason": "tool_use"}}
    release.set()
    assert stop_reason(list(events)) == "end_turn"


def invoke(built: Stage, **overrides: Any) -> Iterator[dict[str, Any]]:
    messages = [{"role": "user", "content": [{"text": "go"}]}]
    return built.harnesses.invoke(harness_arn(GENERATOR), SESSION, messages, overrides)


def test_tools_of_one_turn_run_side_by_side():
    meeting = threading.Barrier(2, timeout=5)
    both = Tools([(GENERATE, '{"handle": "h", "code": "a"}'), (GENERATE, '{"handle": "h", "code": "b"}')])
    built = stage(both, Text("stored"), generate_code=lambda _: {"status": str(meeting.wait() >= 0)})
    assert len(tool_results(built.invoke(GENERATOR, "go"))) == 2


def test_the_observer_is_told_each_step():
    built = stage(CALL, Text("stored"), generate_code=stored)
    built.invoke(GENERATOR, "do it")
    assert [(event.kind, event.phase, event.name) for event in built.events] == [
        ("agent", "start", "generator"),
        ("model", "start", "ollama:scripted"),
        ("model", "end", "ollama:scripted"),
        ("tool", "start", "generate_code"),
        ("tool", "end", "generate_code"),
        ("model", "start", "ollama:scripted"),
        ("model", "end", "ollama:scripted"),
        ("agent", "end", "generator"),
    ]
    assert {event.run_id for event in built.events} == {RUN_ID}
    assert built.events[2].facts == {"stop_reason": "tool_use", "input_tokens": 3, "output_tokens": 2}
    assert built.events[4].facts == {"agent": "generator", "error": False, "status": "stored"}
    assert built.events[-1].facts == {"stop_reason": "end_turn", "turns": 2}
    assert all(event.duration_ms > 0 for event in built.events if event.phase == "end")


def test_a_session_of_no_run_has_no_run_id():
    built = stage(Text("hello"))
    messages = [{"role": "user", "content": [{"text": "go"}]}]
    list(built.harnesses.invoke(harness_arn(GENERATOR), "x" * 40, messages, {}))
    assert {event.run_id for event in built.events} == {""}


def test_the_role_must_be_allowed_to_use_its_gateway():
    """Before any model is called. The control is every other test."""
    built = stage(Text("hello"))
    built.permissions.refused.add((role_arn(GENERATOR), "bedrock-agentcore:InvokeGateway"))
    with pytest.raises(RefusedError):
        built.invoke(GENERATOR, "do it")
    assert built.models.heard == []


@pytest.mark.parametrize(
    ("session", "messages", "overrides"),
    [
        ("short", [{"role": "user", "content": [{"text": "go"}]}], {}),
        (SESSION, [], {}),
        (SESSION, [{"role": "user", "content": []}], {}),
        (SESSION, [{"role": "user", "content": [{"text": "go"}]}], {"tools": [{"type": "remote_mcp"}]}),
        (SESSION, [{"role": "user", "content": [{"text": "go"}]}], {"skills": [{"path": "/"}]}),
        (SESSION, [{"role": "user", "content": [{"text": "go"}]}], {"maxIterations": 0}),
        (SESSION, [{"role": "user", "content": [{"text": "go"}]}], {"model": {"geminiModelConfig": {"modelId": "x"}}}),
        (SESSION, [{"role": "user", "content": [{"text": "go"}]}], {"allowedTools": ["shell"]}),
    ],
)
def test_a_bad_request_is_refused_before_the_first_event(session: str, messages: list[Any], overrides: dict[str, Any]):
    built = stage(Text("hello"))
    with pytest.raises(UsageError):
        built.harnesses.invoke(harness_arn(GENERATOR), session, messages, overrides)
    assert built.models.heard == []


def test_an_unknown_harness_is_refused():
    with pytest.raises(UsageError, match="no harness"):
        stage(Text("hello")).invoke("nobody", "go")


def test_overrides_replace_what_the_harness_declares():
    built = stage(Text("hello"))
    built.invoke(
        GENERATOR,
        "go",
        model={"bedrockModelConfig": {"modelId": "ollama:big"}},
        systemPrompt=[{"text": "be brief"}],
        maxTokens=7,
    )
    assert built.models.heard[0][2] == "be brief"
    name, limits = built.models.asked[0]
    assert (name, limits.max_tokens) == ("ollama:big", 7)


def test_iterations_are_bounded():
    built = stage(CALL, generate_code=stored)
    events = built.invoke(GENERATOR, "go", maxIterations=3)
    assert stop_reason(events) == "max_iterations_exceeded"
    assert len(built.models.heard) == len(built.functions.invocations) == 3


def test_an_answer_that_does_not_fit_ends_with_max_tokens():
    events = stage(Text("too long to", stop_reason="max_tokens")).invoke(GENERATOR, "go")
    assert stop_reason(events) == "max_tokens"
    assert "runtimeClientError" not in events[-1]


def test_a_model_that_fails_at_once_raises():
    with pytest.raises(ModelError, match="model ollama:scripted"):
        stage(ValueError("nonsense")).invoke(GENERATOR, "go")


def test_a_model_that_fails_later_ends_the_stream_with_an_error():
    events = stage(CALL, ValueError("nonsense"), generate_code=stored).invoke(GENERATOR, "go")
    assert "nonsense" in events[-1]["runtimeClientError"]["message"]


def test_a_failing_function_is_told_to_the_agent_in_one_line():
    def fail(_: Any) -> Any:
        raise ValueError("no such bucket")

    events = stage(CALL, Text("sorry"), generate_code=fail).invoke(GENERATOR, "go")
    assert tool_results(events) == [("error", f"{GENERATE} failed: ValueError: no such bucket")]


def test_the_time_limit_ends_a_slow_model():
    """What has been said stays well-formed: the open block is closed."""
    started = time.monotonic()
    events = stage(Text("late", wait=60)).invoke(GENERATOR, "go", timeoutSeconds=0.1)
    assert time.monotonic() - started < 30
    assert events[-2:] == [{"contentBlockStop": {"contentBlockIndex": 0}}, {"messageStop": {"stopReason": "timeout_exceeded"}}]


def test_the_time_limit_ends_a_slow_tool_without_waiting_for_it():
    release = threading.Event()
    built = stage(CALL, Text("stored"), generate_code=lambda _: release.wait(60) and {"status": "stored"})
    started = time.monotonic()
    events = built.invoke(GENERATOR, "go", timeoutSeconds=0.2)
    took = time.monotonic() - started
    release.set()
    assert stop_reason(events) == "timeout_exceeded"
    assert took < 30


def test_nothing_is_left_behind():
    """No threads once the functions have answered, whether the stream was read to its end, closed early or dropped."""
    before = set(threading.enumerate())
    built = Stage(ScriptedModels([CALL, Text("x"), Text("stored")]), functions=Functions({"generate_code": stored}))
    list(invoke(built))
    closed = invoke(built)
    next(closed)
    closed.close()  # type: ignore[attr-defined]
    invoke(built)
    deadline = time.monotonic() + 2
    while set(threading.enumerate()) - before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert set(threading.enumerate()) <= before


def test_an_agent_inside_a_tool_of_an_agent():
    """Two deep, as invoke_generator does it (there through HTTP), each with its own event loop."""
    models = ScriptedModels(lambda: [Text("from within")])
    inner = Stage(models)
    script = [Tools([("invoke-generator___invoke_generator", '{"handle": "h"}')]), Text("done")]
    outer = Stage(
        ScriptedModels(script),
        functions=Functions({"invoke_generator": lambda _: {"status": answer(inner.invoke(GENERATOR, "go"))}}),
    )
    events = outer.invoke(ORCHESTRATOR, "go")
    assert tool_results(events) == [("success", '{"status": "from within"}')]
    assert answer(events) == "done"


def test_many_invocations_at_once():
    built = Stage(ScriptedModels(lambda: [CALL, Text("stored")]), functions=Functions({"generate_code": stored}))
    answers: list[str] = []
    threads = [threading.Thread(target=lambda: answers.append(answer(built.invoke(GENERATOR, "go")))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert answers == ["stored"] * 8


def test_nothing_is_printed():
    """Neither the agent's words nor what Strands logs of a wrong tool name. In a process whose logging nobody set up."""
    code = """
from agent_stage import Stage
from scripted import ScriptedModels, Text, Tools
Stage(ScriptedModels([Tools([("nonsense", "{}")]), Text("hello")])).invoke("generator", "go")
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), str(Path.cwd())])}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_bridge_raises_what_its_work_raised_after_what_it_emitted():
    async def work(emit: Callable[[int], None]) -> None:
        emit(1)
        raise KeyError("x")

    items = drive(work)
    assert next(items) == 1
    with pytest.raises(KeyError):
        next(items)


def test_a_process_that_ends_does_not_wait_for_a_call_that_hangs():
    """Ctrl-C in the middle of a run must not hang; the control is the exit status, which a kill would change."""
    code = """
import asyncio, threading
from agentic.local.agents.bridge import drive

async def work(emit):
    emit(1)
    await asyncio.to_thread(threading.Event().wait)

items = drive(work)
print(next(items))
items.close()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=20, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "1\n", "")


def test_no_telemetry_is_set_up():
    """Strands traces through OpenTelemetry; without a provider, traces go nowhere."""
    stage(Text("hello")).invoke(GENERATOR, "go")
    assert type(trace.get_tracer_provider()).__name__ == "ProxyTracerProvider"


def test_permissions_are_asked_for_both_roles():
    permissions = Permissions()
    built = Stage(
        ScriptedModels([CALL, Text("stored")]), functions=Functions({"generate_code": stored}), permissions=permissions
    )
    built.invoke(GENERATOR, "go")
    assert {(principal, action) for principal, action, _ in permissions.asked} == {
        (role_arn(GENERATOR), "bedrock:InvokeModelWithResponseStream"),
        (role_arn(GENERATOR), "bedrock-agentcore:InvokeGateway"),
        (role_arn("generator-gateway"), "lambda:InvokeFunction"),
    }


def test_errors_are_never_unknown_to_the_endpoint():
    """Whatever a model raises, the caller sees an AgenticError, which the endpoint answers with a 4xx."""
    for error in (RuntimeError("x"), ConnectionError("x"), TimeoutError("x"), OSError("x"), KeyError("x")):
        with pytest.raises(AgenticError):
            stage(error).invoke(GENERATOR, "go")


def test_the_name_of_a_deleted_harness_stays_taken():
    """As on AWS for a while; the control: replacing one that is there is no conflict, and another name is free."""
    built = Stage(ScriptedModels([]))
    declared = HarnessDeclaration(
        arn=harness_arn("again"), name="again", role_arn=role_arn("again"), model_id="m", system_prompt="p", allowed_tools=()
    )
    built.harnesses.create(declared)
    built.harnesses.create(declared)
    built.harnesses.remove(declared.arn)
    with pytest.raises(ConfigurationError, match="still taken"):
        built.harnesses.create(declared)
    built.harnesses.create(replace(declared, arn=harness_arn("other"), name="other"))
