"""What must hold for every stack, as functions from a recorded program to faults. Control tests prove each can fail."""

import json
from collections.abc import Iterator
from typing import Any

from recorded import Recorded, Resource

# Who may name the resource "*", and why nothing narrower exists.
WIDE_ALLOWED = {
    "Traces": "X-Ray's actions know no resources",
    "Metrics": "PutMetricData knows no resources; its namespace is bounded",
    "ManagedImage": "the tokens for the harness's public image know no resources",
    "NetworkInterfaces": "Lambda checks them for every resource; the code is denied them by its source function",
}
WIDE_DENIED = {"NoNetworkInterfaces": "a Deny"}

PREFIX = "agentic-api-developer"
TABLE = "table/{prefix}-runs"


def no_wide_rights(recorded: Recorded) -> Iterator[str]:
    """No action "*" or "service:*" that is allowed, and no resource "*" outside the lists above."""
    for policy in recorded.of("RolePolicy"):
        for statement in json.loads(policy.inputs["policy"])["Statement"]:
            where = f"{policy.inputs['role']}: {statement['Sid']}"
            allowed = statement["Effect"] == "Allow"
            if allowed and any("*" in action for action in statement["Action"]):
                yield f"{where} allows {statement['Action']}"
            reasons = WIDE_ALLOWED if allowed else WIDE_DENIED
            if "*" in statement["Resource"] and statement["Sid"] not in reasons:
                yield f"{where} is for every resource"
            if any(resource is None or "None" in resource or "Output" in resource for resource in statement["Resource"]):
                yield f"{where} names a resource that is not there"


SERVICES = ("lambda.amazonaws.com", "bedrock-agentcore.amazonaws.com", "scheduler.amazonaws.com")


def roles_are_guarded(recorded: Recorded) -> Iterator[str]:
    """A role is taken on by one service only, for this account and for one kind of resource."""
    for role in recorded.of("Role"):
        for statement in json.loads(role.inputs["assumeRolePolicy"])["Statement"]:
            service = statement["Principal"].get("Service")
            if service not in SERVICES or len(statement["Principal"]) != 1:
                yield f"{role.inputs['name']} trusts {statement['Principal']}"
            condition = statement.get("Condition", {})
            if condition.get("StringEquals", {}).get("aws:SourceAccount") != "111122223333":
                yield f"{role.inputs['name']} has no account in its trust"
            source = condition.get("ArnLike" if service != "lambda.amazonaws.com" else "ArnLikeIfExists", {}).get(
                "aws:SourceArn", ""
            )
            if ":111122223333:" not in source:
                yield f"{role.inputs['name']} has no source in its trust"


def functions_have_their_rights(recorded: Recorded, expected: dict[str, dict[str, list[str]]]) -> Iterator[str]:
    """Each function's role allows exactly what the table says: actions, each with its resources."""
    functions = {function.inputs["name"]: function for function in recorded.of("Function")}
    if set(functions) != set(expected):
        yield f"functions differ: {sorted(set(functions) ^ set(expected))}"
    for name in set(functions) & set(expected):
        role = functions[name].inputs["role"].rsplit("/", 1)[-1]
        actual = allowed(recorded.policy(role))
        if actual != expected[name]:
            yield f"{name} may {actual}, the table says {expected[name]}"


def harnesses_are_closed(recorded: Recorded) -> Iterator[str]:
    """Every harness: only its own tools, no memory, no sampling parameters, no environment variables, its own gateway."""
    for harness in recorded.of("AgentcoreHarness"):
        inputs = harness.inputs
        agent = harness.name.removesuffix("-harness")
        tools = inputs.get("allowedTools") or []
        if not tools or not all(tool.startswith(f"@{agent}/") and "*" not in tool for tool in tools):
            yield f"{harness.name} allows {tools}"
        if inputs.get("memory") != {"disabled": {}}:
            yield f"{harness.name} has memory {inputs.get('memory')}"
        if set(inputs["model"]["bedrockModelConfig"]) != {"modelId", "maxTokens"}:
            yield f"{harness.name} sets {sorted(inputs['model']['bedrockModelConfig'])}"
        if "environmentVariables" in inputs:
            yield f"{harness.name} sets environment variables"
        gateway = inputs["tools"][0]["config"]["agentcoreGateway"]
        if (
            f"-{agent}-" not in gateway["gatewayArn"]
            or gateway["outboundAuth"] != {"awsIam": True}
            or len(inputs["tools"]) != 1
        ):
            yield f"{harness.name} has tools {inputs['tools']}"


def walls_are_per_tenant(recorded: Recorded) -> Iterator[str]:
    """Exactly the functions that run code keep an environment per tenant."""
    for function in recorded.of("Function"):
        mode = function.inputs.get("tenancyConfig", {}).get("tenantIsolationMode", "")
        if (mode == "PER_TENANT") != ("-run-code-" in function.inputs["name"]):
            yield f"{function.inputs['name']} has tenancy {mode!r}"


def logs_come_first(recorded: Recorded) -> Iterator[str]:
    """Each function waits for its own log group, and for its rights."""
    for function in recorded.of("Function"):
        for kind in ("LogGroup", "RolePolicy"):
            other: Resource = recorded.one(kind, function.name)
            if other.urn not in function.dependencies:
                yield f"{function.name} does not wait for its {kind}"
        if recorded.one("LogGroup", function.name).inputs["name"] != f"/aws/lambda/{function.inputs['name']}":
            yield f"{function.name} does not write to its log group"


def allowed(policy: dict[str, Any]) -> dict[str, list[str]]:
    """A policy's allowed actions with their resources."""
    found: dict[str, list[str]] = {}
    for statement in policy["Statement"]:
        for action in statement["Action"] if statement["Effect"] == "Allow" else ():
            found.setdefault(action, []).extend(statement["Resource"])
    return {action: sorted(resources) for action, resources in sorted(found.items())}
