"""Bedrock AgentCore: the requests of gateways, their targets and harnesses (service bedrock-agentcore-control)."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from agentic.local.oracle.request import ApiRequest, known
from agentic.local.oracle.spelling import only, spelled

if TYPE_CHECKING:
    from agentic.local.program.table import Context

_SERVICE = "bedrock-agentcore-control"
# As the provider names the kinds of credentials and as the API does.
_CREDENTIALS = {
    "gatewayIamRole": ("GATEWAY_IAM_ROLE", "iamCredentialProvider"),
    "callerIamCredentials": ("CALLER_IAM_CREDENTIALS", "iamCredentialProvider"),
    "jwtPassthrough": ("JWT_PASSTHROUGH", ""),
    "apiKey": ("API_KEY", "apiKeyCredentialProvider"),
    "oauth": ("OAUTH", "oauthCredentialProvider"),
}
# What an update wraps, so that "none" can be told from "as it was".
_WRAPPED = frozenset({"memory", "environmentArtifact", "authorizerConfiguration"})


def create_gateway(context: "Context", logical: str, inputs: Mapping[str, Any]) -> list[ApiRequest]:
    return [spelled(_SERVICE, "CreateGateway", inputs)]


def update_gateway(context: "Context", gateway_id: str, inputs: Mapping[str, Any]) -> list[ApiRequest]:
    given = {"gatewayIdentifier": gateway_id, **only(_SERVICE, "UpdateGateway", inputs)}
    return [spelled(_SERVICE, "UpdateGateway", given), *_tags(context, f"gateway/{gateway_id}", inputs)]


def create_target(context: "Context", logical: str, inputs: Mapping[str, Any]) -> list[ApiRequest]:
    return [spelled(_SERVICE, "CreateGatewayTarget", _target(inputs))]


def update_target(context: "Context", target_id: str, inputs: Mapping[str, Any]) -> list[ApiRequest]:
    return [spelled(_SERVICE, "UpdateGatewayTarget", {"targetId": target_id, **_target(inputs)})]


def create_harness(context: "Context", logical: str, inputs: Mapping[str, Any]) -> list[ApiRequest]:
    return [spelled(_SERVICE, "CreateHarness", inputs)]


def update_harness(context: "Context", harness_id: str, inputs: Mapping[str, Any]) -> list[ApiRequest]:
    created = spelled(_SERVICE, "CreateHarness", inputs).parameters
    given = {name: {"optionalValue": value} if name in _WRAPPED else value for name, value in created.items()}
    parameters = {"harnessId": harness_id, **only(_SERVICE, "UpdateHarness", given)}
    return [ApiRequest(_SERVICE, "UpdateHarness", parameters), *_tags(context, f"harness/{harness_id}", inputs)]


def _tags(context: "Context", resource: str, inputs: Mapping[str, Any]) -> list[ApiRequest]:
    if not inputs.get("tags"):
        return []
    arn = context.place.arn("bedrock-agentcore", resource)
    return [ApiRequest(_SERVICE, "TagResource", {"resourceArn": arn, "tags": inputs["tags"]})]


def _target(inputs: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in inputs.items() if name != "credentialProviderConfiguration"}
    given["targetConfiguration"] = _with_schemas(inputs["targetConfiguration"])
    if "credentialProviderConfiguration" in inputs:
        given["credentialProviderConfigurations"] = _credentials(inputs["credentialProviderConfiguration"])
    return given


def _credentials(configuration: Mapping[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for name, details in configuration.items():
        kind, provider = _CREDENTIALS.get(name, (name, name))
        # An empty role block means the gateway's own role, without anything to say about it.
        more = {"credentialProvider": {provider: details}} if details else {}
        found.append({"credentialProviderType": kind, **more})
    return found


def _with_schemas(configuration: Mapping[str, Any]) -> Any:
    """The target with its tools' schemas in the API's form: properties by name, the required ones in a list."""
    target = configuration["mcp"].get("lambda")
    if target is None or not known(target) or "inlinePayloads" not in target["toolSchema"]:
        return configuration
    tools: Iterable[Mapping[str, Any]] = target["toolSchema"]["inlinePayloads"]
    spelled_tools = [
        {name: _schema(value) if name.endswith("Schema") else value for name, value in tool.items()} for tool in tools
    ]
    return {"mcp": {"lambda": {**target, "toolSchema": {"inlinePayload": spelled_tools}}}}


def _schema(schema: Mapping[str, Any]) -> Any:
    if not known(schema):
        return schema
    found = {name: value for name, value in schema.items() if name not in {"name", "required", "properties", "items"}}
    if "items" in schema:
        found["items"] = _schema(schema["items"])
    if "properties" in schema:
        properties: Iterable[Mapping[str, Any]] = schema["properties"]
        found["properties"] = {item["name"]: _schema(item) for item in properties}
        found["required"] = [item["name"] for item in properties if item.get("required") is True]
    return found
