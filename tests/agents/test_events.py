"""One tool core, three kinds of events, each answered in kind."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from agentic.agents.tools.events import WORK, handler, text
from agentic.agents.tools.services import Services
from agentic.core.errors import RefusedError, UsageError

SERVICES = Services({}, lambda service: None)
GATEWAY = SimpleNamespace(client_context=SimpleNamespace(custom={"bedrockAgentCoreToolName": "echo___echo"}))
DIRECT = SimpleNamespace(client_context=None)


def echo(arguments: Any, services: Services) -> dict[str, Any]:
    if arguments.get("refuse"):
        raise RefusedError("not this one", hint="try another")
    return {"said": text(arguments, "word")}


def worker(arguments: Any, services: Services) -> dict[str, Any]:
    return {"worked": arguments}


HANDLE = handler(echo, worker, services=SERVICES)


def test_a_gateway_event_is_bare_arguments_and_gets_a_bare_answer():
    assert HANDLE({"word": "hi"}, GATEWAY) == {"said": "hi"}


def test_a_refusal_is_marked_as_an_error_for_the_gateway():
    answer = HANDLE({"refuse": True}, GATEWAY)
    assert answer == {"content": [{"type": "text", "text": "refused: not this one (try another)"}], "isError": True}


@pytest.mark.parametrize("word", [None, "", "  ", 7, ["x"]])
def test_an_argument_of_the_wrong_kind_is_told(word: Any):
    assert "must be a non-empty text" in HANDLE({"word": word}, GATEWAY)["content"][0]["text"]


def classic(**parameters: str) -> dict[str, Any]:
    return {
        "messageVersion": "1.0",
        "actionGroup": "tools",
        "function": "echo",
        "parameters": [{"name": name, "type": "string", "value": value} for name, value in parameters.items()],
        "sessionAttributes": {"a": "b"},
    }


def test_a_classic_function_event_gets_the_envelope_back():
    answer = HANDLE(classic(word="hi"), DIRECT)
    body = answer["response"]["functionResponse"]["responseBody"]["TEXT"]["body"]
    assert json.loads(body) == {"said": "hi"}
    assert answer["response"]["actionGroup"] == "tools"
    assert answer["response"]["function"] == "echo"
    assert answer["sessionAttributes"] == {"a": "b"}


def test_a_classic_refusal_is_told_to_the_model_and_does_not_end_the_agent():
    """FAILURE would end the whole invocation (Bedrock user guide, agents-lambda); REPROMPT passes the words on."""
    response = HANDLE(classic(refuse="yes"), DIRECT)["response"]["functionResponse"]
    assert response["responseState"] == "REPROMPT"
    assert response["responseBody"]["TEXT"]["body"] == "refused: not this one (try another)"


def test_a_classic_openapi_event_is_answered_with_a_status():
    event = {
        "messageVersion": "1.0",
        "actionGroup": "tools",
        "apiPath": "/echo",
        "httpMethod": "POST",
        "requestBody": {"content": {"application/json": {"properties": [{"name": "word", "type": "string", "value": "hi"}]}}},
    }
    response = HANDLE(event, DIRECT)["response"]
    assert response["httpStatusCode"] == 200
    assert json.loads(response["responseBody"]["application/json"]["body"]) == {"said": "hi"}


def test_our_own_asynchronous_event_goes_to_the_worker():
    assert HANDLE({WORK: {"run_id": "r"}}, DIRECT) == {"worked": {"run_id": "r"}}


def test_an_agent_cannot_reach_the_worker_through_its_gateway():
    assert "isError" in HANDLE({WORK: {"run_id": "r"}}, GATEWAY)


def test_an_event_that_is_no_object_is_refused():
    with pytest.raises(UsageError):
        HANDLE([1], DIRECT)
