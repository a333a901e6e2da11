"""A gateway calls its targets' functions as AWS's does, and answers every mistake so that a model can act on it."""

import json
from typing import Any

import pytest
from agent_stage import Functions, Permissions, function_arn, gateway_arn, role_arn

from agentic.core.errors import ConfigurationError, LocalCloudError
from agentic.local.agents import GatewayDeclaration, Gateways, TargetDeclaration, ToolDeclaration
from agentic.local.agents.schema import faults
from agentic.local.services import InvokeResult

ARN = gateway_arn("g")
SCHEMA = {
    "type": "object",
    "properties": {
        "handle": {"type": "string"},
        "count": {"type": "integer"},
        "share": {"type": "number"},
        "deep": {"type": "object", "properties": {"flag": {"type": "boolean"}}, "required": ["flag"]},
        "list": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["handle"],
}


def gateway(functions: Any, permissions: Permissions | None = None) -> Gateways:
    gateways = Gateways(functions, permissions or Permissions())
    gateways.create(GatewayDeclaration(ARN, "g-1", "http://unused", role_arn("gateway")))
    tool = ToolDeclaration("do_it", "Does it.", SCHEMA)
    gateways.add_target("g-1", TargetDeclaration("do-it", function_arn("do_it"), (tool,), id="TARGET1"))
    return gateways


def call(gateways: Gateways, arguments: Any, name: str = "do-it___do_it") -> tuple[bool, Any]:
    return gateways.call(ARN, name, arguments, role_arn("agent"))


def test_the_function_gets_bare_arguments_and_the_gateways_client_context():
    functions = Functions({"do_it": lambda arguments: {"got": arguments}})
    assert call(gateway(functions), {"handle": "é"}) == (False, {"got": {"handle": "é"}})
    ((name, arguments, context),) = functions.invocations
    assert (name, arguments) == ("do_it", {"handle": "é"})
    custom = context["custom"]
    assert custom["bedrockAgentCoreToolName"] == "do-it___do_it"
    assert custom["bedrockAgentCoreMessageVersion"] == "1.0"
    assert (custom["bedrockAgentCoreGatewayId"], custom["bedrockAgentCoreTargetId"]) == ("g-1", "TARGET1")
    assert {"bedrockAgentCoreAwsRequestId", "bedrockAgentCoreMcpMessageId"} <= set(custom)
    json.dumps(context)


def test_tools_are_offered_under_target_and_tool_name():
    (tool,) = gateway(Functions()).tools(ARN)
    assert (tool.name, tool.description, tool.input_schema) == ("do-it___do_it", "Does it.", SCHEMA)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "must have 'handle'"),
        ({"handle": 1}, "arguments.handle must be of type string"),
        ({"handle": None}, "arguments.handle must be of type string"),
        ({"handle": "h", "count": 1.5}, "arguments.count must be of type integer"),
        ({"handle": "h", "count": True}, "arguments.count must be of type integer"),
        ({"handle": "h", "share": "1"}, "arguments.share must be of type number"),
        ({"handle": "h", "deep": {}}, "arguments.deep must have 'flag'"),
        ({"handle": "h", "deep": {"flag": 1}}, "arguments.deep.flag must be of type boolean"),
        ({"handle": "h", "list": ["a", 2]}, "arguments.list[1] must be of type string"),
        (["handle"], "arguments must be of type object"),
        ("handle", "arguments must be of type object"),
    ],
)
def test_arguments_that_do_not_fit_never_reach_the_function(arguments: Any, words: str):
    functions = Functions({"do_it": lambda _: {}})
    is_error, text = call(gateway(functions), arguments)
    assert (is_error, words in text) == (True, True)
    assert functions.invocations == []


@pytest.mark.parametrize(
    "arguments",
    [
        {"handle": "h"},
        {"handle": "", "count": 3, "share": 1},
        {"handle": "h", "count": 3.0, "share": 0.5, "deep": {"flag": False}, "list": []},
        {"handle": "h", "unknown": "is passed on"},
    ],
)
def test_arguments_that_fit(arguments: Any):
    assert list(faults(SCHEMA, arguments)) == []
    assert call(gateway(Functions({"do_it": lambda _: {}})), arguments) == (False, {})


@pytest.mark.parametrize("name", ["do_it", "do-it___other", "other___do_it", "do-it", ""])
def test_a_wrong_tool_name_is_answered_with_the_right_ones(name: str):
    functions = Functions({"do_it": lambda _: {}})
    is_error, text = call(gateway(functions), {"handle": "h"}, name)
    assert is_error
    assert "do-it___do_it" in text
    assert functions.invocations == []


def test_an_error_in_mcp_shape_is_an_error():
    shaped = {"content": [{"type": "text", "text": "refused: no"}, {"type": "image"}], "isError": True}
    assert call(gateway(Functions({"do_it": lambda _: shaped})), {"handle": "h"}) == (True, "refused: no")


@pytest.mark.parametrize(
    "payload", [{"content": "text", "isError": True}, {"isError": "true", "content": []}, [1], "text", None]
)
def test_other_json_is_an_answer(payload: Any):
    assert call(gateway(Functions({"do_it": lambda _: payload})), {"handle": "h"}) == (False, payload)


def test_a_function_error_has_no_stack_trace():
    def fail(_: Any) -> Any:
        raise ValueError("no such key")

    assert call(gateway(Functions({"do_it": fail})), {"handle": "h"}) == (True, "do-it___do_it failed: ValueError: no such key")


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (InvokeResult(200, b"not json"), "not JSON"),
        (InvokeResult(429, b'{"message": "Rate exceeded"}'), "Rate exceeded"),
        (InvokeResult(200, b"", "Unhandled"), "the function failed"),
    ],
)
def test_what_the_function_service_may_answer(result: InvokeResult, words: str):
    class Fixed:
        def invoke(self, *args: Any, **kwargs: Any) -> InvokeResult:
            return result

    is_error, text = call(gateway(Fixed()), {"handle": "h"})
    assert (is_error, words in text) == (True, True)


@pytest.mark.parametrize(
    "refused",
    [(role_arn("agent"), "bedrock-agentcore:InvokeGateway"), (role_arn("gateway"), "lambda:InvokeFunction")],
)
def test_without_permission_the_function_is_not_called(refused: tuple[str, str]):
    functions = Functions({"do_it": lambda _: {}})
    is_error, text = call(gateway(functions, Permissions({refused})), {"handle": "h"})
    assert (is_error, "not allowed" in text) == (True, True)
    assert functions.invocations == []


def test_a_target_needs_its_gateway():
    with pytest.raises(ConfigurationError):
        Gateways(Functions(), Permissions()).add_target("nowhere", TargetDeclaration("t", function_arn("t"), ()))


def test_an_unknown_gateway_is_a_fault_of_the_local_cloud():
    with pytest.raises(LocalCloudError):
        gateway(Functions()).tools("arn:other")


def test_creating_a_gateway_again_keeps_its_targets():
    gateways = gateway(Functions())
    gateways.create(GatewayDeclaration(ARN, "g-1", "http://other", role_arn("gateway")))
    assert len(gateways.tools(ARN)) == 1
