"""Asking a Classic agent: the request, and what its stream comes to."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, EventStreamError

from agentic.agents.conversation import client_of, converse, takes_model
from agentic.agents.conversation.classic import gather
from agentic.core.errors import ConfigurationError, ModelError
from agentic.core.values import Usage

ALIAS = "arn:aws:bedrock:us-east-1:123456789012:agent-alias/AGENT12345/ALIAS12345"
HARNESS = "arn:aws:bedrock-agentcore:us-east-1:123456789012:harness/x-0123456789"


class Runtime:
    """A bedrock-agent-runtime client with a script: events, of which exceptions are raised."""

    def __init__(self, *script: Any) -> None:
        self.asked: list[dict[str, Any]] = []
        self._script = script

    def invoke_agent(self, **request: Any) -> dict[str, Any]:
        self.asked.append(request)
        if isinstance(self._script[0], ClientError) and not isinstance(self._script[0], EventStreamError):
            raise self._script[0]
        return {"completion": self._events()}

    def _events(self) -> Any:
        for event in self._script:
            if isinstance(event, Exception):
                raise event
            yield event


def model_output(kind: str, tokens_in: int, tokens_out: int) -> dict[str, Any]:
    usage = {"inputTokens": tokens_in, "outputTokens": tokens_out}
    return {"trace": {"trace": {kind: {"modelInvocationOutput": {"metadata": {"usage": usage}}}}}}


def chunk(data: bytes) -> dict[str, Any]:
    return {"chunk": {"bytes": data}}


def ask(runtime: Runtime) -> Any:
    services: list[str] = []

    def client(service: str) -> Runtime:
        services.append(service)
        return runtime

    reply = converse(client, ALIAS, "run_0123456789abcdef-generator-x", "Do it", "some:model")
    assert services == ["bedrock-agent-runtime"]
    return reply


def test_an_alias_is_asked_by_its_two_ids_with_traces_for_the_tokens():
    runtime = Runtime(chunk(b"done"))
    assert ask(runtime).text == "done"
    assert runtime.asked == [
        {
            "agentId": "AGENT12345",
            "agentAliasId": "ALIAS12345",
            "sessionId": "run_0123456789abcdef-generator-x",
            "inputText": "Do it",
            "enableTrace": True,
        }
    ]


def test_chunks_are_joined_before_they_are_text():
    """A letter of two bytes may be cut in the middle."""
    reply = gather([chunk(b"Zo\xc3"), chunk(b"\xab Quist\n")])
    assert (reply.text, reply.complete) == ("Zoë Quist", True)


def test_the_tokens_of_every_model_call_are_summed_whatever_it_was_for():
    events = [
        model_output("preProcessingTrace", 1, 10),
        model_output("orchestrationTrace", 2, 20),
        {"trace": {"trace": {"orchestrationTrace": {"rationale": {"text": "because"}}}}},
        model_output("postProcessingTrace", 4, 40),
        chunk(b"done"),
    ]
    assert gather(events).usage == Usage(3, 7, 70)


@pytest.mark.parametrize("events", [[], [model_output("orchestrationTrace", 1, 1)], [{"returnControl": {"invocationId": "x"}}]])
def test_a_stream_without_an_answer_is_not_complete(events: list[dict[str, Any]]):
    assert not gather(events).complete
    assert gather([*events, chunk(b"done")]).complete


@pytest.mark.parametrize("kind", [ClientError, EventStreamError])
def test_a_failure_before_or_in_the_stream_is_a_model_error_with_its_words(kind: type[ClientError]):
    error = kind({"Error": {"Code": "dependencyFailedException", "Message": "the function failed"}}, "InvokeAgent")
    with pytest.raises(ModelError) as caught:
        ask(Runtime(error))
    assert (caught.value.message, caught.value.data["kind"]) == ("the function failed", "dependencyFailedException")


def test_only_a_harness_takes_another_model_than_its_own():
    assert (takes_model(ALIAS), takes_model(HARNESS)) == (False, True)
    assert (client_of(ALIAS), client_of(HARNESS)) == ("bedrock-agent-runtime", "bedrock-agentcore")


@pytest.mark.parametrize("arn", ["", "AGENT12345", "arn:aws:bedrock:us-east-1:123456789012:agent/AGENT12345"])
def test_an_arn_of_another_kind_is_refused(arn: str):
    with pytest.raises(ConfigurationError, match="not an agent of a kind that is known"):
        client_of(arn)
