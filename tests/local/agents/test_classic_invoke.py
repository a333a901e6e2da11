"""InvokeAgent: the envelope that a tool's function gets, how its answer is read, and what the stream tells."""

import json
from dataclasses import replace
from typing import Any

import pytest
from agent_stage import ACCOUNT, RUN_ID, Permissions, role_arn
from classic_stage import (
    AGENT_ARN,
    AGENT_ID,
    ALIAS,
    ALIAS_ID,
    MODEL,
    NAME,
    PERMISSION,
    PROMPT,
    SESSION,
    ClassicStage,
    answered,
    call,
    failure,
    said,
    traces,
)
from scripted import Text, Tools
from test_agent_event_stream import client, encoded

from agentic.agents.conversation.classic import ask
from agentic.core.errors import ModelError, RefusedError, UsageError

STORED = [call(handle="h"), Text("stored")]


def test_a_tools_function_gets_the_true_envelope_with_values_as_texts():
    stage = ClassicStage([call(handle="h", times=3), Text("stored")])
    attributes = {"sessionAttributes": {"a": "b"}, "promptSessionAttributes": {"c": "d"}}
    assert said(stage.invoke("Store it", sessionState=attributes)) == "stored"
    assert stage.sent() == {
        "messageVersion": "1.0",
        "agent": {"name": "aad-dev-generator", "id": AGENT_ID, "alias": ALIAS_ID, "version": "1"},
        "inputText": "Store it",
        "sessionId": SESSION,
        "actionGroup": NAME,
        "function": NAME,
        "parameters": [
            {"name": "handle", "type": "string", "value": "h"},
            {"name": "times", "type": "integer", "value": "3"},
        ],
        "sessionAttributes": {"a": "b"},
        "promptSessionAttributes": {"c": "d"},
    }


def test_the_model_gets_instruction_tool_and_answer():
    stage = ClassicStage(STORED)
    stage.invoke()
    (first, _), (second, _) = [(messages, tools) for messages, tools, prompt in stage.models.heard if prompt == PROMPT]
    assert [tool["name"] for tool in stage.models.heard[0][1]] == [NAME]
    assert first[0]["content"] == [{"text": "go"}]
    (result,) = [block["toolResult"] for message in second for block in message["content"] if "toolResult" in block]
    assert json.loads(result["content"][0]["text"]) == {"status": "stored"}


def test_a_reprompt_is_told_to_the_model_which_goes_on():
    stage = ClassicStage(STORED, lambda event: answered("refused: no", event, responseState="REPROMPT"))
    assert said(stage.invoke()) == "stored"
    (result,) = [
        block["toolResult"] for message in stage.models.heard[1][0] for block in message["content"] if "toolResult" in block
    ]
    assert (result["status"], result["content"]) == ("error", [{"text": "refused: no"}])


def test_a_failure_ends_the_agent_with_its_words_and_no_answer():
    events = ClassicStage(STORED, lambda event: answered("the disk is gone", event, responseState="FAILURE")).invoke()
    assert failure(events) == "the disk is gone"
    assert said(events) == ""


def broken(event: dict[str, Any], **changes: Any) -> dict[str, Any]:
    answer = answered("{}", event)
    answer["response"] |= changes
    return answer


@pytest.mark.parametrize(
    "body",
    [
        lambda event: None,
        lambda event: [],
        lambda event: {},
        lambda event: {"status": "stored"},
        lambda event: {**answered("{}", event), "messageVersion": "2.0"},
        lambda event: broken(event, actionGroup="another"),
        lambda event: broken(event, function="another"),
        lambda event: broken(event, functionResponse={"responseBody": {"TEXT": {"body": {"not": "text"}}}}),
        lambda event: broken(event, functionResponse={"responseBody": {"application/json": {"body": "{}"}}}),
        lambda event: answered("{}", event, responseState="MAYBE"),
    ],
)
def test_an_answer_without_the_envelope_ends_the_agent(body: Any):
    """The control is every other test here: the same answer in its envelope is taken."""
    assert "error processing the Lambda response" in failure(ClassicStage(STORED, body).invoke())


def test_a_function_that_fails_ends_the_agent_with_its_reason():
    def fails(event: Any) -> Any:
        raise ValueError("no such key")

    assert failure(ClassicStage(STORED, fails).invoke()).endswith("failed: no such key")


def test_nothing_is_called_after_a_failure():
    """The model asked for two calls in one turn and would ask for more; the second of them finds the agent ended."""
    both = Tools([(NAME, '{"handle": "a"}'), (NAME, '{"handle": "b"}')])
    stage = ClassicStage([both, call(handle="c"), Text("x")], lambda event: answered("x", event, responseState="FAILURE"))
    failure(stage.invoke())
    assert len(stage.functions.invocations) == 1
    control = ClassicStage([both, call(handle="c"), Text("x")])
    control.invoke()
    assert len(control.functions.invocations) == 3


@pytest.mark.parametrize(
    "permission",
    [
        None,
        replace(PERMISSION, principal="bedrock-agentcore.amazonaws.com"),
        replace(PERMISSION, source_arn=AGENT_ARN.replace(AGENT_ID, "OTHER12345")),
        replace(PERMISSION, source_account="999999999999"),
    ],
)
def test_a_tool_without_a_permission_for_this_agent_is_not_called(permission: Any):
    """Principal, source ARN and account must all fit; with the right permission the same call goes through."""
    stage = ClassicStage(STORED, permission=permission)
    assert "bedrock.amazonaws.com may not invoke" in failure(stage.invoke())
    assert stage.functions.invocations == []
    control = ClassicStage(STORED, permission=replace(PERMISSION, source_arn=AGENT_ARN.replace(AGENT_ID, "*")))
    assert said(control.invoke()) == "stored"


def test_a_role_that_may_not_use_the_model_is_refused():
    permissions = Permissions({(role_arn("agent"), "bedrock:InvokeModel")})
    with pytest.raises(RefusedError):
        ClassicStage(STORED, permissions=permissions).invoke()
    control = ClassicStage(STORED)
    control.invoke()
    assert [arn for _, _, arn in control.permissions.asked] == [
        f"arn:aws:bedrock:us-east-1:{ACCOUNT}:inference-profile/{MODEL}",
        "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-haiku-5-5",
    ]


def test_an_alias_answers_with_its_version_until_it_is_changed_itself():
    """A change of the agent, prepared or not, is not seen by the alias; a change of the alias brings it."""
    stage = ClassicStage(lambda: [Text("ok")])
    stage.change(instruction=PROMPT + "Differently.")
    stage.invoke()
    assert stage.models.heard[-1][2] == PROMPT
    stage.book.put_alias(AGENT_ID, replace(ALIAS, description="two"))
    stage.invoke()
    assert stage.models.heard[-1][2] == PROMPT + "Differently."


def test_the_runs_model_answers_and_else_the_agents_own():
    stage = ClassicStage(lambda: [Text("ok")], model_of={RUN_ID: "anthropic:claude"})
    stage.invoke()
    stage.model_of.clear()
    stage.invoke()
    assert [name for name, _ in stage.models.asked] == ["anthropic:claude", MODEL]


def test_traces_tell_usage_call_answer_and_the_end_only_when_asked_for():
    events = ClassicStage(STORED).invoke(enableTrace=True)
    steps = [trace["orchestrationTrace"] for trace in traces(events)]
    usage = {"inputTokens": 3, "outputTokens": 2}
    assert [next(iter(step)) for step in steps] == [
        "modelInvocationOutput",
        "invocationInput",
        "observation",
        "modelInvocationOutput",
        "observation",
    ]
    assert [step["modelInvocationOutput"]["metadata"]["usage"] for step in (steps[0], steps[3])] == [usage, usage]
    called = steps[1]["invocationInput"]["actionGroupInvocationInput"]
    assert (called["function"], called["parameters"][0]["value"]) == (NAME, "h")
    assert json.loads(steps[2]["observation"]["actionGroupInvocationOutput"]["text"]) == {"status": "stored"}
    assert steps[4]["observation"]["finalResponse"] == {"text": "stored"}
    assert traces(ClassicStage(STORED).invoke()) == []


@pytest.mark.parametrize(
    ("turn", "words"), [(Text("half an ans", stop_reason="max_tokens"), "max_tokens"), (call(handle="h"), "max_iterations")]
)
def test_an_agent_that_stops_early_gives_no_answer_but_the_reason(turn: Text | Tools, words: str):
    events = ClassicStage([turn]).invoke(enableTrace=True)
    assert words in failure(events)
    assert said(events) == ""
    assert words in traces(events)[-1]["failureTrace"]["failureReason"]


def test_a_model_that_fails_at_once_is_a_modelled_error_and_later_an_exception_in_the_stream():
    with pytest.raises(ModelError) as caught:
        ClassicStage([ConnectionError("x")]).invoke()
    assert (caught.value.data["aws_code"], caught.value.data["aws_status"]) == ("DependencyFailedException", 424)
    assert failure(ClassicStage([call(handle="h"), ConnectionError("x")]).invoke())


def test_arguments_that_do_not_fit_are_told_to_the_model_and_not_sent():
    stage = ClassicStage([call(times="three"), Text("sorry")])
    assert said(stage.invoke()) == "sorry"
    assert stage.functions.invocations == []


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"inputText": ""},
        {"inputText": 7},
        {"inputText": "x", "memoryId": "m"},
        {"inputText": "x", "endSession": True},
        {"inputText": "x", "sessionState": {"files": []}},
    ],
)
def test_a_request_that_cannot_be_served_is_refused(request_: dict[str, Any]):
    stage = ClassicStage([Text("ok")])
    with pytest.raises(UsageError):
        stage.agents.invoke(AGENT_ID, ALIAS_ID, SESSION, request_)
    with pytest.raises(UsageError):
        stage.agents.invoke(AGENT_ID, ALIAS_ID, "a session", {"inputText": "x"})
    assert list(stage.agents.invoke(AGENT_ID, ALIAS_ID, SESSION, {"inputText": "x"}))


@pytest.mark.parametrize(("agent", "alias"), [("OTHER12345", ALIAS_ID), (AGENT_ID, "OTHER12345"), (AGENT_ID, "TSTALIASID")])
def test_an_unknown_agent_or_alias_is_not_found(agent: str, alias: str):
    with pytest.raises(UsageError) as caught:
        ClassicStage([Text("ok")]).agents.invoke(agent, alias, SESSION, {"inputText": "x"})
    assert caught.value.data["aws_status"] == 404


def test_boto3_reads_every_event_unchanged_and_the_conversation_gathers_them():
    """Real bytes of the stream, the unchanged client: chunk and traces come back, tokens are summed."""
    events = ClassicStage(STORED).invoke(enableTrace=True)
    with client("bedrock-agent-runtime", encoded(events)) as runtime:
        answer = runtime.invoke_agent(agentId=AGENT_ID, agentAliasId=ALIAS_ID, sessionId=SESSION, inputText="go")
        read = list(answer["completion"])
    for event in read:
        event.get("trace", {}).pop("eventTime", None)
    for event in events:
        event.get("trace", {}).pop("eventTime", None)
    assert read == events
    with client("bedrock-agent-runtime", encoded(events)) as runtime:
        reply = ask(runtime, ALIAS.arn, SESSION, "go", "")
    assert (reply.text, reply.complete) == ("stored", True)
    assert (reply.usage.model_calls, reply.usage.input_tokens, reply.usage.output_tokens) == (2, 6, 4)


def test_who_watches_is_told_the_agents_short_name_and_the_tools():
    stage = ClassicStage(STORED)
    stage.invoke()
    told = [(event.kind, event.phase, event.name) for event in stage.events if event.kind != "model"]
    assert told == [
        ("agent", "start", "generator"),
        ("tool", "start", NAME),
        ("tool", "end", NAME),
        ("agent", "end", "generator"),
    ]
    assert {event.run_id for event in stage.events} == {RUN_ID}
