"""A program's inputs become the request that the API takes, and a member that does not exist is still told."""

from typing import Any

import pytest

from agentic.core.errors import LocalCloudError
from agentic.local.oracle import NOT_KNOWN, check
from agentic.local.oracle.spelling import only, spelled

CONTROL = "bedrock-agentcore-control"


@pytest.mark.parametrize(
    ("service", "operation", "inputs", "renames", "parameters"),
    [
        ("lambda", "CreateFunction", {"memorySize": 512}, {}, {"MemorySize": 512}),
        ("lambda", "CreateFunction", {"name": "f"}, {"name": "FunctionName"}, {"FunctionName": "f"}),
        (
            "lambda",
            "CreateFunction",
            {"environment": {"variables": {"aB": "c"}}},
            {},
            {"Environment": {"Variables": {"aB": "c"}}},
        ),
        ("sqs", "CreateQueue", {"queueName": "q", "tags": {"a": "b"}}, {}, {"QueueName": "q", "tags": {"a": "b"}}),
        ("kms", "CreateKey", {"tags": {"a": "b"}}, {}, {"Tags": [{"TagKey": "a", "TagValue": "b"}]}),
        ("stepfunctions", "CreateStateMachine", {"tags": {"a": "b"}}, {}, {"tags": [{"key": "a", "value": "b"}]}),
        (
            CONTROL,
            "CreateHarness",
            {"environments": [{"agentcoreRuntimeEnvironments": [{"networkConfigurations": [{"networkMode": "PUBLIC"}]}]}]},
            {},
            {"environment": {"agentCoreRuntimeEnvironment": {"networkConfiguration": {"networkMode": "PUBLIC"}}}},
        ),
        (
            CONTROL,
            "CreateHarness",
            {"tools": [{"type": "agentcore_gateway", "config": {"agentcoreGateway": {"outboundAuth": {"awsIam": True}}}}]},
            {},
            {"tools": [{"type": "agentcore_gateway", "config": {"agentCoreGateway": {"outboundAuth": {"awsIam": {}}}}}]},
        ),
        (
            CONTROL,
            "CreateHarness",
            {"model": {"bedrockModelConfig": {"additionalParams": '{"a": 1}'}}},
            {},
            {"model": {"bedrockModelConfig": {"additionalParams": {"a": 1}}}},
        ),
        (
            "bedrock-agent",
            "CreateAgentActionGroup",
            {"functionSchema": {"functions": [{"name": "f", "parameters": [{"mapBlockKey": "p", "type": "string"}]}]}},
            {},
            {"functionSchema": {"functions": [{"name": "f", "parameters": {"p": {"type": "string"}}}]}},
        ),
    ],
)
def test_inputs_are_spelled_as_the_model_has_them(
    service: str, operation: str, inputs: dict[str, Any], renames: dict[str, str], parameters: dict[str, Any]
) -> None:
    request = spelled(service, operation, inputs, renames)
    assert (request.service, request.operation, request.parameters) == (service, operation, parameters)


def test_what_is_no_member_stays_and_is_told() -> None:
    request = spelled("lambda", "PutFunctionEventInvokeConfig", {"functionName": "f", "retries": 0})
    assert check(request.service, request.operation, request.parameters) == [
        "lambda PutFunctionEventInvokeConfig: retries is not a member of PutFunctionEventInvokeConfigRequest"
    ]


def test_false_switches_a_structure_off() -> None:
    config = {"agentcoreGateway": {"outboundAuth": {"awsIam": True, "none": False}}}
    request = spelled(CONTROL, "CreateHarness", {"tools": [{"config": config}]})
    assert request.parameters["tools"][0]["config"]["agentCoreGateway"]["outboundAuth"] == {"awsIam": {}}


def test_what_is_not_known_stays_not_known() -> None:
    request = spelled("lambda", "CreateFunction", {"environment": NOT_KNOWN, "tags": {"a": NOT_KNOWN}})
    assert request.parameters == {"Environment": NOT_KNOWN, "Tags": {"a": NOT_KNOWN}}


def test_what_only_steers_the_provider_is_left_out() -> None:
    assert spelled("logs", "CreateLogGroup", {"skipDestroy": True}, leave=("skipDestroy",)).parameters == {}


def test_an_update_takes_only_what_it_has_a_member_for() -> None:
    inputs = {"name": "g", "roleArn": "r", "tags": {"a": "b"}}
    assert only(CONTROL, "UpdateGateway", inputs) == {"name": "g", "roleArn": "r"}


def test_an_unknown_operation_is_an_error() -> None:
    with pytest.raises(LocalCloudError, match="lambda has no operation MakeFunction"):
        spelled("lambda", "MakeFunction", {})
