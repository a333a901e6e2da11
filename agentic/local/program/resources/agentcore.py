"""Bedrock AgentCore: gateways, their Lambda targets, harnesses. Patterns: botocore, bedrock-agentcore-control."""

from collections.abc import Iterable, Mapping
from typing import Any

from agentic.core.errors import LocalCloudError
from agentic.local.agents import GatewayDeclaration, HarnessDeclaration, TargetDeclaration, ToolDeclaration
from agentic.local.program.schema import TAGS, Block, Kind, ListOf, Noted, Text, Truth, Whole, arn
from agentic.local.program.table import Context, Created, ResourceType

_SERVICE = "bedrock-agentcore"
_ROLE = arn("iam", "role/.+", region="")
_GATEWAY_ID = Text(r"([0-9a-z]-?){1,100}-[0-9a-z]{10}")
_TYPES = Text(choices=("string", "number", "object", "array", "boolean", "integer"))
_UNIQUE = 10


def _gateway(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    name, place = inputs["name"], context.place
    context.check_role(inputs["roleArn"], _SERVICE)
    gateway_id = f"{name.lower()}-{place.stable('gateway', name, _UNIQUE)}"
    gateway_arn = place.arn(_SERVICE, f"gateway/{gateway_id}")
    url = f"https://{gateway_id}.gateway.bedrock-agentcore.{place.region}.amazonaws.com/mcp"
    context.gateways.create(GatewayDeclaration(arn=gateway_arn, id=gateway_id, url=url, role_arn=inputs["roleArn"]))
    with context.made.lock:
        context.made.gateways[gateway_id] = gateway_arn
    outputs = {"gatewayId": gateway_id, "gatewayArn": gateway_arn, "gatewayUrl": url, "tagsAll": inputs.get("tags", {})}
    return Created(gateway_id, {**outputs, "region": place.region})


def _target(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    name, gateway_id = inputs["name"], inputs["gatewayIdentifier"]
    function = inputs["targetConfiguration"]["mcp"]["lambda"]
    with context.made.lock:
        if gateway_id not in context.made.gateways:
            raise LocalCloudError(f"there is no gateway {gateway_id}")
        if function["lambdaArn"] not in context.made.functions:
            raise LocalCloudError(f"there is no function {function['lambdaArn']}")
    target_id = context.place.stable("target", f"{gateway_id}\0{name}", _UNIQUE).upper()
    tools = tuple(
        ToolDeclaration(name=tool["name"], description=tool["description"], input_schema=_json_schema(tool["inputSchema"]))
        for tool in function["toolSchema"]["inlinePayloads"]
    )
    declaration = TargetDeclaration(name=name, function_arn=function["lambdaArn"], tools=tools, id=target_id)
    context.gateways.add_target(gateway_id, declaration)
    return Created(target_id, {"targetId": target_id, "name": name, "region": context.place.region})


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
    context.check_role(inputs["executionRoleArn"], _SERVICE)
    model = inputs["model"]["bedrockModelConfig"]
    tools: list[tuple[str, str]] = []
    for tool in inputs.get("tools", []):
        gateway_arn = tool["config"]["agentcoreGateway"]["gatewayArn"]
        with context.made.lock:
            if gateway_arn not in context.made.gateways.values():
                raise LocalCloudError(f"there is no gateway {gateway_arn}")
        tools.append((tool["name"], gateway_arn))
    harness_id = f"{name}-{place.stable('harness', name, _UNIQUE)}"
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

TYPES = (
    ResourceType(
        "aws:bedrock/agentcoreGateway:AgentcoreGateway",
        Block(
            {
                "name": Text(r"([0-9a-zA-Z]-?){1,48}", longest=48),
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
    ),
    ResourceType(
        "aws:bedrock/agentcoreGatewayTarget:AgentcoreGatewayTarget",
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
    ),
    ResourceType(
        "aws:bedrock/agentcoreHarness:AgentcoreHarness",
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
    ),
)
