"""Faults planted in requests are told with their path; botocore's own validator lets most of them pass."""

import copy
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from agentic.local.oracle import NOT_KNOWN, check

ROLE = "arn:aws:iam::123456789012:role/tool"
FUNCTION = {
    "FunctionName": "tool",
    "Role": ROLE,
    "Runtime": "python3.12",
    "Handler": "handler.handler",
    "Code": {"ZipFile": b"PK"},
    "Timeout": 30,
    "MemorySize": 512,
    "Architectures": ["x86_64"],
    "Environment": {"Variables": {"AGENTIC_TABLE": "runs"}},
    "Tags": {"team": "Zoë"},
}
HARNESS = {
    "harnessName": "aad_dev_executor_x1",
    "executionRoleArn": ROLE,
    "model": {"bedrockModelConfig": {"modelId": "us.anthropic.claude-haiku-5-5", "maxTokens": 2000}},
    "systemPrompt": [{"text": "Do it."}],
    "allowedTools": ["@executor/run___run"],
    "memory": {"disabled": {}},
    "environment": {"agentCoreRuntimeEnvironment": {"lifecycleConfiguration": {"idleRuntimeSessionTimeout": 60}}},
}
LAMBDA, AGENTCORE = ("lambda", "CreateFunction", FUNCTION), ("bedrock-agentcore-control", "CreateHarness", HARNESS)


def planted(good: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with one value set; None takes it away."""
    copied = copy.deepcopy(dict(good))
    *parents, last = path.split(".")
    place: Any = copied
    for name in parents:
        place = place[int(name)] if isinstance(place, list) else place.setdefault(name, {})
    if value is None:
        del place[last]
    else:
        place[int(last) if isinstance(place, list) else last] = value
    return copied


@pytest.mark.parametrize("good", [LAMBDA, AGENTCORE])
def test_the_good_request_passes(good: tuple[str, str, dict[str, Any]]) -> None:
    """The control of every fault below."""
    assert check(*good) == []


FAULTS = [
    (LAMBDA, "Role", None, "Role is missing"),
    (LAMBDA, "Role", "tool", "Role must match arn:"),
    (LAMBDA, "Roll", ROLE, "Roll is not a member of CreateFunctionRequest, which has Role"),
    (LAMBDA, "Runtime", "python3.11.1", "Runtime must be one of python3.11, "),
    (LAMBDA, "FunctionName", "f" * 141, "FunctionName must have 1 to 140 characters, not 141"),
    (LAMBDA, "FunctionName", "a tool", "FunctionName must match"),
    (LAMBDA, "Timeout", 0, "Timeout must be 1 to 5400, not 0"),
    (LAMBDA, "Timeout", "30", "Timeout must be a whole number, not '30'"),
    (LAMBDA, "Timeout", True, "Timeout must be a whole number, not True"),
    (LAMBDA, "Publish", "yes", "Publish must be true or false"),
    (LAMBDA, "Architectures", ["x86_64", "arm64"], "Architectures must have 1 to 1 items, not 2"),
    (LAMBDA, "Architectures", ["x86"], "Architectures[0] must be one of x86_64, arm64, not 'x86'"),
    (LAMBDA, "Architectures", "x86_64", "Architectures must be a list"),
    (LAMBDA, "Code", {"ZipFile": 7}, "Code.ZipFile must be bytes"),
    (LAMBDA, "Code", {"ZipFile": Path("/nowhere.zip")}, "Code.ZipFile: there is no file /nowhere.zip"),
    (LAMBDA, "Tags", {"a": "x#"}, "Tags.a must match"),
    (LAMBDA, "Tags", {"": "x"}, "a key of Tags must have 1 to 128 characters, not 0"),
    (LAMBDA, "Tags", ["a"], "Tags must be a map"),
    (AGENTCORE, "harnessName", "aad-dev", "harnessName must match"),
    (
        AGENTCORE,
        "model.geminiModelConfig",
        {"modelId": "g", "apiKeyArn": "a"},
        "model must have exactly one of bedrockModelConfig",
    ),
    (AGENTCORE, "model", {}, "model must have exactly one of bedrockModelConfig"),
    (AGENTCORE, "memory", {"off": {}}, "memory.off is not a member of HarnessMemoryConfiguration"),
    (AGENTCORE, "systemPrompt.0.text", "", "systemPrompt[0].text must have at least 1 characters, not 0"),
    (AGENTCORE, "systemPrompt.0", "Do it.", "systemPrompt[0] must be a structure"),
    (AGENTCORE, "allowedTools.0", "@executor/" + "r" * 55, "allowedTools[0] must have 1 to 64 characters, not 65"),
    (
        AGENTCORE,
        "model.bedrockModelConfig.temperature",
        2.5,
        "model.bedrockModelConfig.temperature must be 0.0 to 2.0, not 2.5",
    ),
    (AGENTCORE, "model.bedrockModelConfig.temperature", "warm", "temperature must be a number"),
    (
        AGENTCORE,
        "environment.agentCoreRuntimeEnvironment.lifecycleConfiguration.idleRuntimeSessionTimeout",
        5,
        "environment.agentCoreRuntimeEnvironment.lifecycleConfiguration.idleRuntimeSessionTimeout must be 60 to 1209600, not 5",
    ),
    (AGENTCORE, "tags", {"team": "Zoë"}, "tags.team must match"),
]


@pytest.mark.parametrize(("good", "path", "value", "message"), FAULTS)
def test_a_planted_fault_is_told_with_its_path(
    good: tuple[str, str, dict[str, Any]], path: str, value: Any, message: str
) -> None:
    service, operation, parameters = good
    faults = check(service, operation, planted(parameters, path, value))
    assert [fault for fault in faults if message in fault]
    assert all(fault.startswith(f"{service} {operation}: ") for fault in faults)


def test_botocores_own_validator_lets_most_of_them_pass() -> None:
    """Why there is an oracle: before sending it checks no enum, no pattern, no greatest length."""
    loader, passed = Loader(), set[str]()
    for (service, operation, good), path, value, _ in FAULTS:
        shape = ServiceModel(loader.load_service_model(service, "service-2"), service).operation_model(operation).input_shape
        if not ParamValidator().validate(planted(good, path, value), shape).has_errors():
            passed.add(path)
    assert {"Runtime", "FunctionName", "harnessName", "allowedTools.0", "tags"} <= passed


def test_all_faults_are_told_at_once() -> None:
    faults = check("lambda", "CreateFunction", {"FunctionName": "a tool", "Timeout": 0, "Roll": 1})
    assert [fault.split(": ", 1)[1].split(" ")[0] for fault in faults] == ["Role", "Code", "Roll", "FunctionName", "Timeout"]


def test_what_is_sensitive_is_not_quoted() -> None:
    variables = {"1st": "Planted_Secret", "BE": 5}
    faults = check("lambda", "CreateFunction", {**FUNCTION, "Environment": {"Variables": variables}})
    assert [fault.removeprefix("lambda CreateFunction: ") for fault in faults] == [
        "a key of Environment.Variables must match [a-zA-Z]([a-zA-Z0-9_])+, not what was given (not shown)",
        "Environment.Variables.BE must be a text, not what was given (not shown)",
    ]


@pytest.mark.parametrize(
    ("service", "operation", "message"),
    [("no-such", "Create", "botocore knows no service no-such"), ("s3", "CreateBuckett", "s3 has no operation CreateBuckett")],
)
def test_an_unknown_service_or_operation_is_a_fault(service: str, operation: str, message: str) -> None:
    assert check(service, operation, {}) == [message]


def test_tokens_against_doing_twice_need_not_be_given() -> None:
    """Every SDK makes them; an operation that requires one and nothing else passes without."""
    assert check("route53resolver", "CreateFirewallDomainList", {"Name": "all"}) == []
    assert check("route53resolver", "CreateFirewallDomainList", {}) == [
        "route53resolver CreateFirewallDomainList: Name is missing"
    ]


def test_times_documents_and_files_are_taken(tmp_path: Path) -> None:
    archive = tmp_path / "code.zip"
    archive.write_bytes(b"PK")
    assert check("lambda", "UpdateFunctionCode", {"FunctionName": "tool", "ZipFile": archive}) == []
    assert check("logs", "CreateExportTask", {"logGroupName": "g", "from": 0, "to": 1, "destination": "bucket"}) == []
    assert check("s3", "PutObject", {"Bucket": "b", "Key": "k", "Expires": datetime.now(UTC)}) == []
    params = {"modelId": "m", "additionalParams": {"any": [1, {"thing": None}]}}
    assert check("bedrock-agentcore-control", "CreateHarness", {**HARNESS, "model": {"bedrockModelConfig": params}}) == []


class TestNotKnownYet:
    def test_what_is_not_known_excuses_only_itself(self) -> None:
        """Also a text that was made with it, a list and a key; every other fault is told all the same."""
        given = {
            **FUNCTION,
            "Role": NOT_KNOWN,
            "Handler": f"{NOT_KNOWN}/with a space",
            "Architectures": NOT_KNOWN,
            "Tags": {NOT_KNOWN: NOT_KNOWN},
            "Timeout": 0,
        }
        assert check("lambda", "CreateFunction", given) == ["lambda CreateFunction: Timeout must be 1 to 5400, not 0"]

    def test_a_program_cannot_excuse_itself_by_words(self) -> None:
        assert check("lambda", "CreateFunction", {**FUNCTION, "Role": "notknownyet"}) != []

    def test_it_reads_as_one_of_whatever_it_stands_for(self) -> None:
        assert [item["name"] for item in NOT_KNOWN] == [NOT_KNOWN]
        assert list(NOT_KNOWN.items()) == [(NOT_KNOWN, NOT_KNOWN)]
        assert dict(NOT_KNOWN) == {NOT_KNOWN: NOT_KNOWN}
        assert "anything" in NOT_KNOWN
        assert NOT_KNOWN.get("enabled") is NOT_KNOWN
