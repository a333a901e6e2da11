"""Bedrock AgentCore: gateways, their Lambda targets, harnesses. Patterns: botocore, bedrock-agentcore-control."""

from collections.abc import Iterable, Mapping
from typing import Any

from agentic.core.errors import LocalCloudError
from agentic.local.agents import GatewayDeclaration, HarnessDeclaration, TargetDeclaration, ToolDeclaration
from agentic.local.oracle import ApiRequest
from agentic.local.oracle.requests import agentcore as requests
from agentic.local.program.resources.existing import made_here
from agentic.local.program.resources.functions import FUNCTION
from agentic.local.program.schema import TAGS, Block, Kind, ListOf, Noted, Text, Truth, Whole, arn
from agentic.local.program.table import Context, Created, Inputs, Lifecycle, ResourceType

_SERVICE = "bedrock-agentcore"
_ROLE = arn("iam", "role/.+", region="")
_GATEWAY_ID = Text(r"([0-9a-z]-?){1,100}-[0-9a-z]{10}")
_TYPES = Text(choices=("string", "number", "object", "array", "boolean", "integer"))
_UNIQUE = 10


def _gateway(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    name, place = inputs["name"], context.place
    gateway_id = _gateway_id(context, name)
    gateway_arn = place.arn(_SERVICE, f"gateway/{gateway_id}")
    url = f"https://{gateway_id}.gateway.bedrock-agentcore.{place.region}.amazonaws.com/mcp"
    context.gateways.create(GatewayDeclaration(arn=gateway_arn, id=gateway_id, url=url, role_arn=inputs["roleArn"]))
    outputs = {"gatewayId": gateway_id, "gatewayArn": gateway_arn, "gatewayUrl": url, "tagsAll": inputs.get("tags", {})}
    return Created(gateway_id, {**outputs, "region": place.region})


def _gateway_id(context: Context, name: str) -> str:
    return f"{name.lower()}-{context.place.stable('gateway', name, _UNIQUE)}"


def _update_gateway_requests(context: Context, logical: str, inputs: Inputs) -> list[ApiRequest]:
    return requests.update_gateway(context, _gateway_id(context, inputs["name"]), inputs)


def _delete_gateway(context: Context, gateway_id: str, inputs: Inputs) -> None:
    context.gateways.remove(gateway_id)


def _check_gateway(context: Context, inputs: Inputs) -> None:
    if "roleArn" in inputs:
        context.check_role(inputs["roleArn"], _SERVICE, "gateway/not-yet-made")


def _target(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    name, gateway_id = inputs["name"], inputs["gatewayIdentifier"]
    function = inputs["targetConfiguration"]["mcp"]["lambda"]
    target_id = _target_id(context, inputs)
    tools = tuple(
        ToolDeclaration(name=tool["name"], description=tool["description"], input_schema=_json_schema(tool["inputSchema"]))
        for tool in function["toolSchema"]["inlinePayloads"]
    )
    declaration = TargetDeclaration(name=name, function_arn=function["lambdaArn"], tools=tools, id=target_id)
    context.gateways.add_target(gateway_id, declaration)
    return Created(target_id, {"targetId": target_id, "name": name, "region": context.place.region})


def _target_id(context: Context, inputs: Inputs) -> str:
    return context.place.stable("target", f"{inputs['gatewayIdentifier']}\0{inputs['name']}", _UNIQUE).upper()


def _update_target_requests(context: Context, logical: str, inputs: Inputs) -> list[ApiRequest]:
    return requests.update_target(context, _target_id(context, inputs), inputs)


def _delete_target(context: Context, target_id: str, inputs: Inputs) -> None:
    context.gateways.remove_target(inputs["gatewayIdentifier"], inputs["name"])


def _check_target(context: Context, inputs: Inputs) -> None:
    gateway_id = inputs.get("gatewayIdentifier")
    function_arn = inputs.get("targetConfiguration", {}).get("mcp", {}).get("lambda", {}).get("lambdaArn")
    if gateway_id and not context.exists(_GATEWAY, gateway_id):
        raise LocalCloudError(f"there is no gateway {gateway_id}")
    if function_arn and not context.exists(FUNCTION, function_arn.rsplit(":", 1)[-1]):
        raise LocalCloudError(f"there is no function {function_arn}")


def _json_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Pulumi's form (properties as a list, `required` on each) as the JSON Schema that the gateway gives to models."""
    result: dict[str, Any] = {key: schema[key] for key in ("type", "description") if key in schema}
    if "items" in schema:
        result["items"] = _json_schema(schema["items"])
    properties: Iterable[Mapping[str, Any]] = schema.get("properties", ())
    if schema["type"] == "object":
        result["properties"] = {item["name"]: _json_schema(item) for item in properties}
        result["required"] = [item["name"] for item in properties if item.get("required")]
    return result


def _harness(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    name, place = inputs["harnessName"], context.place
    model = inputs["model"]["bedrockModelConfig"]
    tools = [(tool["name"], tool["config"]["agentcoreGateway"]["gatewayArn"]) for tool in inputs.get("tools", [])]
    harness_id = _harness_id(context, name)
    harness_arn = place.arn(_SERVICE, f"harness/{harness_id}")
    context.harnesses.create(
        HarnessDeclaration(
            arn=harness_arn,
            name=name,
            role_arn=inputs["executionRoleArn"],
            model_id=model["modelId"],
            system_prompt="\n\n".join(block["text"] for block in inputs["systemPrompts"]),
            tools=tuple(tools),
            allowed_tools=tuple(inputs["allowedTools"]),
            max_iterations=inputs.get("maxIterations", 75),
            max_tokens=model.get("maxTokens"),
            timeout_seconds=inputs.get("timeoutSeconds", 3600),
        )
    )
    outputs = {"arn": harness_arn, "harnessId": harness_id, "tagsAll": inputs.get("tags", {}), "region": place.region}
    return Created(harness_id, outputs)


def _harness_id(context: Context, name: str) -> str:
    return f"{name}-{context.place.stable('harness', name, _UNIQUE)}"


def _update_harness_requests(context: Context, logical: str, inputs: Inputs) -> list[ApiRequest]:
    return requests.update_harness(context, _harness_id(context, inputs["harnessName"]), inputs)


def _delete_harness(context: Context, harness_id: str, inputs: Inputs) -> None:
    context.harnesses.remove(context.place.arn(_SERVICE, f"harness/{harness_id}"))


def _check_harness(context: Context, inputs: Inputs) -> None:
    if "executionRoleArn" in inputs:
        context.check_role(inputs["executionRoleArn"], _SERVICE, "harness/not-yet-made")
    named = [tool.get("config", {}).get("agentcoreGateway", {}).get("gatewayArn") for tool in inputs.get("tools", [])]
    for gateway_arn in named:
        if gateway_arn and not context.exists(_GATEWAY, gateway_arn.rsplit("/", 1)[-1]):
            raise LocalCloudError(f"there is no gateway {gateway_arn}")


def _schema(depth: int) -> Block:
    """A tool's schema; as deep as the provider allows it to be written out."""
    inner: dict[str, Kind] = {"description": Text()}
    if depth:
        inner["properties"] = ListOf(_property(depth - 1))
        inner["items"] = _schema(depth - 1)
    return Block({"type": _TYPES}, inner)


def _property(depth: int) -> Block:
    block = _schema(depth)
    return Block({"name": Text(), **block.required}, {"required": Truth(), **block.optional})


_LAMBDA_TARGET = Block(
    {
        # AWS takes a version or an alias too; there are none here.
        "lambdaArn": arn("lambda", r"function:[a-zA-Z0-9_-]+"),
        "toolSchema": Block(
            {
                "inlinePayloads": ListOf(
                    Block(
                        {"name": Text(r"[a-zA-Z0-9_-]+"), "description": Text(), "inputSchema": _schema(3)},
                        {"outputSchema": Noted("models are not told what a tool answers")},
                    ),
                    least=1,
                )
            }
        ),
    }
)

_GATEWAY = "aws:bedrock/agentcoreGateway:AgentcoreGateway"
_TARGET = "aws:bedrock/agentcoreGatewayTarget:AgentcoreGatewayTarget"
_HARNESS = "aws:bedrock/agentcoreHarness:AgentcoreHarness"

TYPES = (
    ResourceType(
        _GATEWAY,
        Block(
            {
                "name": Text(r"([0-9a-zA-Z]-?){1,48}"),
                "roleArn": _ROLE,
                # Only what the local gateways check; a program that asks for less must not look as if it were checked.
                "authorizerType": Text(choices=("AWS_IAM",)),
                "protocolType": Text(choices=("MCP",)),
            },
            {
                "description": Text(r"(?s).{1,200}"),
                "exceptionLevel": Text(choices=("DEBUG",)),
                "protocolConfiguration": Noted("agents call the gateway in this process, not over MCP"),
                "tags": TAGS,
            },
        ),
        ("gatewayId", "gatewayArn", "gatewayUrl"),
        _gateway,
        Lifecycle(
            made_here(_GATEWAY),
            _delete_gateway,
            ("name",),
            replaces=("authorizerType",),
            updates=("roleArn", "protocolType", "description", "exceptionLevel", "protocolConfiguration", "tags"),
            update=_gateway,
            update_requests=_update_gateway_requests,
        ),
        _check_gateway,
        requests.create_gateway,
    ),
    ResourceType(
        _TARGET,
        Block(
            {
                "name": Text(r"([0-9a-zA-Z]-?){1,100}"),
                "gatewayIdentifier": _GATEWAY_ID,
                "credentialProviderConfiguration": Block({"gatewayIamRole": Block()}),
                "targetConfiguration": Block({"mcp": Block({"lambda": _LAMBDA_TARGET})}),
            },
            {"description": Text(r"(?s).{1,200}")},
        ),
        ("targetId",),
        _target,
        Lifecycle(
            made_here(_TARGET),
            _delete_target,
            ("gatewayIdentifier", "name"),
            updates=("credentialProviderConfiguration", "targetConfiguration", "description"),
            update=_target,
            update_requests=_update_target_requests,
        ),
        _check_target,
        requests.create_target,
    ),
    ResourceType(
        _HARNESS,
        Block(
            {
                "harnessName": Text(r"[a-zA-Z][a-zA-Z0-9_]{0,39}"),
                "executionRoleArn": _ROLE,
                "model": Block(
                    {
                        "bedrockModelConfig": Block(
                            {"modelId": Text(r"[^\s]+")},
                            {
                                "maxTokens": Whole(least=1),
                                "apiFormat": Text(choices=("converse_stream", "responses", "chat_completions")),
                                "additionalParams": Noted("goes to Bedrock as it is"),
                            },
                        )
                    }
                ),
                "systemPrompts": ListOf(Block({"text": Text(r"(?s).+")}), least=1),
                # Without them a harness has a shell; without "disabled" it keeps memory that is billed (reference: aws.md 2).
                "allowedTools": ListOf(Text(r"(\*|@?[^/]+(/[^/]+)?)", longest=64)),
                "memory": Block({"disabled": Block()}),
            },
            {
                "tools": ListOf(
                    Block(
                        {
                            "type": Text(choices=("agentcore_gateway",)),
                            "name": Text(r"[a-zA-Z0-9_-]{1,64}"),
                            "config": Block(
                                {
                                    "agentcoreGateway": Block(
                                        {
                                            "gatewayArn": arn(_SERVICE, "gateway/.+"),
                                            "outboundAuth": Block({"awsIam": Truth(only=True)}),
                                        }
                                    )
                                }
                            ),
                        }
                    )
                ),
                "maxIterations": Whole(least=1),
                "maxTokens": Whole(least=1),
                "timeoutSeconds": Whole(least=1),
                "environments": Noted("sessions are not kept here, so nothing idles"),
                "truncations": Noted("agents here are short-lived and never truncated"),
                "tags": TAGS,
            },
        ),
        ("arn", "harnessId"),
        _harness,
        Lifecycle(
            made_here(_HARNESS),
            _delete_harness,
            ("harnessName",),
            updates=(
                *("executionRoleArn", "model", "systemPrompts", "allowedTools", "memory", "tools", "maxIterations"),
                *("maxTokens", "timeoutSeconds", "environments", "truncations", "tags"),
            ),
            update=_harness,
            update_requests=_update_harness_requests,
        ),
        _check_harness,
        requests.create_harness,
    ),
)
