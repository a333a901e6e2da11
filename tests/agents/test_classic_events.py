"""A tool's function behind an action group: what an agent may write there stays an argument of the tool."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from agentic.agents.tools.events import WORK, handler, text
from agentic.agents.tools.services import Services
from agentic.core.errors import UsageError

GATEWAY = SimpleNamespace(client_context=SimpleNamespace(custom={"bedrockAgentCoreToolName": "echo___echo"}))
DIRECT = SimpleNamespace(client_context=None)


def echo(arguments: Any, services: Services) -> dict[str, Any]:
    return {"said": text(arguments, "word"), "all": sorted(arguments)}


def broken(arguments: Any, services: Services) -> dict[str, Any]:
    raise ZeroDivisionError


def worker(arguments: Any, services: Services) -> dict[str, Any]:
    raise AssertionError("the worker is out of an agent's reach")


HANDLE = handler(echo, worker, services=Services({}, lambda service: None))


def event(**parameters: Any) -> dict[str, Any]:
    """As Bedrock sends it for a function of an action group (user guide, agents-lambda)."""
    return {
        "messageVersion": "1.0",
        "agent": {"name": "aad-dev-generator", "id": "AGENT12345", "alias": "ALIAS12345", "version": "1"},
        "inputText": "go",
        "sessionId": "run_0123456789abcdef-generator-x",
        "actionGroup": "echo",
        "function": "echo",
        "parameters": [{"name": name, "type": "string", "value": value} for name, value in parameters.items()],
        "sessionAttributes": {"a": "b"},
        "promptSessionAttributes": {"c": "d"},
    }


def body(answer: dict[str, Any]) -> str:
    return answer["response"]["functionResponse"]["responseBody"]["TEXT"]["body"]


def test_the_answer_is_the_whole_envelope_with_the_attributes_as_they_came():
    assert HANDLE(event(word="hi"), DIRECT) == {
        "messageVersion": "1.0",
        "response": {
            "actionGroup": "echo",
            "function": "echo",
            "functionResponse": {"responseBody": {"TEXT": {"body": '{"said": "hi", "all": ["word"]}'}}},
        },
        "sessionAttributes": {"a": "b"},
        "promptSessionAttributes": {"c": "d"},
    }


def test_an_agent_cannot_reach_the_worker_through_an_action_group():
    told = json.loads(body(HANDLE(event(word="hi", **{WORK: '{"run_id": "r"}'}), DIRECT)))
    assert told == {"said": "hi", "all": [WORK, "word"]}
    with pytest.raises(AssertionError):
        HANDLE({WORK: {"run_id": "r"}}, DIRECT)


def test_arguments_of_a_gateway_are_no_envelope_whatever_their_names():
    answer = HANDLE({**event(word="from the envelope"), "word": "bare"}, GATEWAY)
    assert answer["said"] == "bare"


def test_a_wrong_argument_is_told_to_the_model():
    response = HANDLE(event(word=" "), DIRECT)["response"]["functionResponse"]
    assert response["responseState"] == "REPROMPT"
    assert response["responseBody"]["TEXT"]["body"].startswith(f"{UsageError.code}: the argument 'word' must be")


def test_what_breaks_in_a_tool_is_the_functions_error_and_ends_the_agent():
    """Not an answer: Lambda tells Bedrock that the function failed, and Bedrock its caller (dependencyFailedException)."""
    with pytest.raises(ZeroDivisionError):
        handler(broken, services=Services({}, lambda service: None))(event(word="hi"), DIRECT)
