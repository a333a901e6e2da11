"""Real model clients against a local server that speaks their protocol: good answers, and bad ones.

Every bad answer ends in a bounded number of turns, with a stop reason or with one clear line.
"""

import gc
import socket
import threading
import time
from collections.abc import Callable
from typing import Any, Literal

import pytest
from agent_stage import Functions, Stage, answer, stop_reason, tool_results
from model_server import Call, Fail, ModelServer, Say, Turn

from agentic.agents.declaration import EXECUTOR, GENERATOR, ORCHESTRATOR
from agentic.core.errors import ModelError
from agentic.local.agents import Models

HANDLE = "run_0123456789abcdef.secret"
KEY = "generated/stripe/x.py"
TASK = f"API: stripe\nHandle: {HANDLE}\nTask: Create a customer"

PROVIDERS = ("anthropic", "openai", "ollama", "bedrock")
# With these, arguments are a text that the model writes; Ollama's are an object already.
TEXT_ARGUMENTS = ("openai", "bedrock")


def credentials(provider: str, url: str) -> dict[str, str]:
    return {
        "anthropic": {"ANTHROPIC_API_KEY": "k", "ANTHROPIC_BASE_URL": url},
        "openai": {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": f"{url}/v1"},
        "ollama": {"OLLAMA_HOST": url},
        "bedrock": {
            "AWS_ACCESS_KEY_ID": "k",
            "AWS_SECRET_ACCESS_KEY": "s",
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": url,
        },
    }[provider]


def stage(provider: str, url: str, **bodies: Callable[..., object]) -> Stage:
    return Stage(Models(lambda api: ()), credentials(provider, url), Functions(dict(bodies)))


def model(provider: str) -> dict[str, object]:
    return {"model": {"bedrockModelConfig": {"modelId": f"{provider}:scripted"}}}


def play(provider: str, agent: str, script: list[Turn], message: str = TASK, **bodies: Callable[..., object]):
    """One agent, one scripted model: the stage, the events, the requests that the model got."""
    with ModelServer(script) as server:
        built = stage(provider, server.url, **bodies)
        events = built.invoke(agent, message, **model(provider))
    return built, events, server.requests


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_orchestrator_delegates_and_answers(provider: str):
    """Two tool calls in order, their arguments unchanged, and the model's last text as the answer."""
    script = [
        Call("invoke-generator___invoke_generator", {"handle": HANDLE}),
        Call("invoke-executor___invoke_executor", {"handle": HANDLE, "code_key": KEY}),
        Say("Created cus_1."),
    ]
    built, events, requests = play(
        provider,
        ORCHESTRATOR,
        script,
        invoke_generator=lambda _: {"status": "done", "code_key": KEY},
        invoke_executor=lambda _: {"status": "completed", "stdout": "cus_1"},
    )
    assert answer(events) == "Created cus_1."
    assert stop_reason(events) == "end_turn"
    assert [(name, arguments) for name, arguments, _ in built.functions.invocations] == [
        ("invoke_generator", {"handle": HANDLE}),
        ("invoke_executor", {"handle": HANDLE, "code_key": KEY}),
    ]
    usage = [event["metadata"]["usage"] for event in events if "metadata" in event]
    assert [tokens["outputTokens"] for tokens in usage] == [7, 7, 7]
    assert len(requests) == 3


@pytest.mark.parametrize("provider", PROVIDERS)
def test_no_sampling_parameters_are_sent(provider: str):
    """Newer models refuse them."""
    _, _, requests = play(provider, GENERATOR, [Say("DECLINE: no")])
    assert not {"temperature", "top_p", "top_k", "topP"} & (set(requests[0]) | set(requests[0].get("inferenceConfig", {})))


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_answer_is_bounded_by_the_agents_tokens(provider: str):
    built, _, requests = play(provider, GENERATOR, [Say("DECLINE: no")])
    sent = {
        "anthropic": lambda body: body["max_tokens"],
        "openai": lambda body: body["max_tokens"],  # what servers other than OpenAI's own know
        "ollama": lambda body: body["options"]["num_predict"],
        "bedrock": lambda body: body["inferenceConfig"]["maxTokens"],
    }[provider]
    assert sent(requests[0]) == built.agents[GENERATOR].max_tokens


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_generator_stores_a_script(provider: str):
    code = 'print("Zoë")\n'
    script = [Call("generate-code___generate_code", {"handle": HANDLE, "code": code}), Say("stored")]
    built, events, _ = play(provider, GENERATOR, script, generate_code=lambda _: {"status": "stored"})
    assert built.functions.invocations[0][1] == {"handle": HANDLE, "code": code}
    assert answer(events) == "stored"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_executor_validates_then_executes(provider: str):
    arguments = {"handle": HANDLE, "code_key": KEY}
    script = [Call("validate-code___validate_code", arguments), Call("execute-code___execute_code", arguments), Say("Done.")]
    built, events, _ = play(
        provider,
        EXECUTOR,
        script,
        f"Handle: {HANDLE}\nCode key: {KEY}",
        validate_code=lambda _: {"valid": True},
        execute_code=lambda _: {"status": "completed"},
    )
    assert built.functions.called() == ["validate_code", "execute_code"]
    assert answer(events) == "Done."


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_wrong_tool_name_is_answered_so_that_the_model_can_correct_itself(provider: str):
    code = {"handle": HANDLE, "code": "print(1)"}
    script = [Call("write_file", code), Call("generate-code___generate_code", code), Say("stored")]
    built, events, _ = play(provider, GENERATOR, script, generate_code=lambda _: {"status": "stored"})
    assert tool_results(events)[0] == ("error", "Unknown tool: write_file")
    assert built.functions.called() == ["generate_code"]
    assert stop_reason(events) == "end_turn"


@pytest.mark.parametrize("provider", TEXT_ARGUMENTS)
def test_broken_json_arguments_are_told_to_the_model(provider: str):
    """The function is not called with what the model did not say, and the model gets another turn."""
    good = {"handle": HANDLE, "code": "print(1)"}
    script = [
        Call("generate-code___generate_code", '{"handle": "run_0'),
        Call("generate-code___generate_code", good),
        Say("stored"),
    ]
    built, events, _ = play(provider, GENERATOR, script, generate_code=lambda _: {"status": "stored"})
    status, text = tool_results(events)[0]
    assert (status, "not valid JSON" in text) == ("error", True)
    assert built.functions.called() == ["generate_code"]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_nothing_but_broken_json_arguments_ends(provider: str):
    script: list[Turn] = [Call("generate-code___generate_code", '{"handle": nonsense')]
    built, _, reason, requests = play_to_the_end(provider, script)
    assert built.functions.called() == []
    assert len(requests) <= built.agents[GENERATOR].max_turns
    assert reason == "max_iterations_exceeded" or "cannot be used" in reason


@pytest.mark.parametrize("provider", PROVIDERS)
def test_prose_instead_of_a_call_ends_the_turn(provider: str):
    _, events, requests = play(provider, GENERATOR, [Say("Sure! Here is your script: print(1)")])
    assert answer(events).startswith("Sure!")
    assert (stop_reason(events), len(requests)) == ("end_turn", 1)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_endless_calls_are_bounded(provider: str):
    script = [Call("generate-code___generate_code", {"handle": HANDLE, "code": "print(1)"})]
    built, events, requests = play(provider, GENERATOR, script, generate_code=lambda _: {"status": "stored"})
    assert stop_reason(events) == "max_iterations_exceeded"
    assert len(requests) == len(built.functions.invocations) == built.agents[GENERATOR].max_turns


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_empty_answer_ends_the_turn(provider: str):
    _, events, requests = play(provider, GENERATOR, [Say("")])
    assert (answer(events), stop_reason(events), len(requests)) == ("", "end_turn", 1)


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("status", "words", "hint"),
    [
        (401, "refused the credentials (HTTP 401)", "check "),
        (404, "is not there (HTTP 404)", ""),
        (429, "takes no more requests for now (HTTP 429)", "wait a minute"),
        (500, "failed (HTTP 500)", "run the task again"),
    ],
)
def test_an_http_error_is_one_clear_line(provider: str, status: int, words: str, hint: str):
    """At the first call it is raised before the first event, after one retry at the most."""
    with ModelServer([Fail(status)]) as server, pytest.raises(ModelError) as caught:
        stage(provider, server.url).invoke(GENERATOR, TASK, **model(provider))
    assert caught.value.message == f"model {provider}:scripted {words}"
    assert hint in caught.value.hint
    assert len(server.requests) <= 2


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_error_after_the_first_turn_is_in_the_stream(provider: str):
    """The headers are out by then; what has happened so far stays told."""
    script = [Call("generate-code___generate_code", {"handle": HANDLE, "code": "print(1)"}), Fail(401)]
    _, events, _ = play(provider, GENERATOR, script, generate_code=lambda _: {"status": "stored"})
    assert events[-1]["runtimeClientError"]["message"].startswith(f"model {provider}:scripted refused the credentials")


@pytest.mark.parametrize("cut", ["broken", "quiet"])
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_stream_cut_in_the_middle_is_no_answer(provider: str, cut: Literal["broken", "quiet"]):
    """Half a sentence must never pass for a whole one."""
    _, events, reason, _ = play_to_the_end(provider, [Say("half of a sentence", cut=cut)])
    assert "stopped in the middle of its answer" in reason
    assert not any("messageStop" in event for event in events)


@pytest.mark.parametrize("last", [Say("stored"), Fail(401)], ids=["answer", "error"])
@pytest.mark.parametrize("provider", PROVIDERS)
def test_connections_are_closed_when_the_agent_ends(provider: str, last: Turn):
    """The server keeps them open, so that only the client can have closed them."""
    with ModelServer([Call("generate-code___generate_code", {"handle": HANDLE, "code": "print(1)"}), last]) as server:
        built = stage(provider, server.url, generate_code=lambda _: {"status": "stored"})
        built.invoke(GENERATOR, TASK, **model(provider))
        assert len(server.requests) == 2
        assert server.idle.wait(2)


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_slow_model_meets_the_time_limit(provider: str):
    """The agent's own clock ends it, and no thread of it outlives the provider's own time-out."""
    before = threading.active_count()
    started = time.monotonic()
    with ModelServer([Say("late", slow=60)]) as server:
        built = stage(provider, server.url)
        events = built.invoke(GENERATOR, TASK, **model(provider), timeoutSeconds=0.4)
        took = time.monotonic() - started
    assert stop_reason(events) == "timeout_exceeded"
    assert took < 30, "the agent's clock, not the model's answer, ended it"
    deadline = time.monotonic() + 15
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.02)
    assert threading.active_count() == before
    # What botocore was reading when it was given up is closed by the garbage collector: now, not in another test.
    del built
    gc.collect()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_server_that_does_not_run(provider: str):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    with pytest.raises(ModelError) as caught:
        stage(provider, url).invoke(GENERATOR, TASK, **model(provider))
    assert caught.value.message.startswith(f"model {provider}:scripted cannot be reached at {url}")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_host_name_that_does_not_resolve(provider: str):
    with pytest.raises(ModelError) as caught:
        stage(provider, "http://no-such-host.invalid").invoke(GENERATOR, TASK, **model(provider))
    assert "does not resolve" in caught.value.message


def play_to_the_end(provider: str, script: list[Turn]):
    """The failure may come before or after the first event: stage, events, its words, requests."""
    events: list[dict[str, Any]] = []
    with ModelServer(script) as server:
        built = stage(provider, server.url)
        try:
            events = built.invoke(GENERATOR, TASK, **model(provider))
            last = events[-1]
            reason = last["runtimeClientError"]["message"] if "runtimeClientError" in last else stop_reason(events)
        except ModelError as error:
            reason = error.message
    return built, events, reason, server.requests
