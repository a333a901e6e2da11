"""Backend `classic` as the program registers it: rights, permissions, the order that AWS needs. Each check has a control."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import checks
import pytest
from recorded import Recorded, Resource, order, record, run_program, spec

from agentic.agents.declaration import declare
from agentic.core.names import StackNames
from agentic.core.settings import Settings

ARN = "arn:aws-eusc:{service}:eu-central-1:111122223333:{rest}"
PREFIX = "agentic-api-developer-dev"
TOOLS = {
    "orchestrator": ("invoke_generator", "invoke_executor"),
    "generator": ("generate_code",),
    "executor": ("validate_code", "execute_code"),
}
BEDROCK = "bedrock.amazonaws.com"


@pytest.fixture(scope="module")
def classic() -> Recorded:
    return record(order(backend="classic"))


@pytest.fixture(scope="module")
def other_model() -> Recorded:
    """The same stack, but for the generator's model."""
    return record(order(backend="classic", model__generator="eu.anthropic.claude-haiku-4-5"))


def function_arn(tool: str) -> str:
    return ARN.format(service="lambda", rest=f"function:{PREFIX}-{tool.replace('_', '-')}")


def agent_arn(agent: str) -> str:
    return ARN.format(service="bedrock", rest=f"agent/aad-dev-{agent}")


def alias_arn(agent: str) -> str:
    return ARN.format(service="bedrock", rest=f"agent-alias/aad-dev-{agent}/current")


def parts(recorded: Recorded, agent: str) -> tuple[Resource, list[Resource], list[Resource], Resource]:
    """An agent, its action groups in the order of its tools, its tools' permissions, its alias."""
    name = f"{agent}-agent"
    groups = [recorded.one("AgentAgentActionGroup", f"{name}-{tool.replace('_', '-')}") for tool in TOOLS[agent]]
    permissions = [recorded.one("Permission", f"{name}-{tool.replace('_', '-')}") for tool in TOOLS[agent]]
    return recorded.one("AgentAgent", name), groups, permissions, recorded.one("AgentAgentAlias", name)


# What must hold, as functions from a recorded program to faults.


def what_changes_prepares(recorded: Recorded) -> Iterator[str]:
    """Preparing comes after each change: of an action group, and of the agent alone."""
    for resource in [*recorded.of("AgentAgent"), *recorded.of("AgentAgentActionGroup")]:
        if resource.inputs.get("prepareAgent") is not True:
            yield f"{resource.name} changes without preparing"


def one_after_the_other(recorded: Recorded) -> Iterator[str]:
    """Two changes of one agent at once are refused: agent, then each group after the one before, then the alias."""
    for agent in TOOLS:
        made, groups, permissions, alias = parts(recorded, agent)
        before = made
        for group in groups:
            if before.urn not in group.dependencies:
                yield f"{group.name} does not wait for {before.name}"
            before = group
        for other in (made, *groups, *permissions):
            if other.urn not in alias.dependencies:
                yield f"the alias of {agent} does not wait for {other.type} {other.name}"


def rights_come_first(recorded: Recorded) -> Iterator[str]:
    """AWS tries the model when an agent is made: role and rights are there before it."""
    for agent in TOOLS:
        made = parts(recorded, agent)[0]
        if recorded.one("RolePolicy", made.name).urn not in made.dependencies:
            yield f"{made.name} does not wait for its rights"


def deletion_is_possible(recorded: Recorded) -> Iterator[str]:
    """Enabled groups, and agents with aliases that are being deleted, count as in use."""
    for resource in [*recorded.of("AgentAgent"), *recorded.of("AgentAgentActionGroup")]:
        if resource.inputs.get("skipResourceInUseCheck") is not True:
            yield f"{resource.name} cannot be deleted"


def only_its_own_agent_gets_in(recorded: Recorded) -> Iterator[str]:
    """Each tool's function lets Bedrock in for exactly the agent that has the tool, of this account."""
    for agent, tools in TOOLS.items():
        for tool, permission in zip(tools, parts(recorded, agent)[2], strict=True):
            expected = {
                "action": "lambda:InvokeFunction",
                "function": f"{PREFIX}-{tool.replace('_', '-')}",
                "principal": BEDROCK,
                "sourceArn": agent_arn(agent),
                "sourceAccount": "111122223333",
                "statementId": f"aad-dev-{agent}-{tool.replace('_', '-')}",
            }
            if permission.inputs != expected:
                yield f"{permission.name} is {permission.inputs}"
    if len(recorded.of("Permission")) != 5:
        yield f"there are {len(recorded.of('Permission'))} permissions"


def names_are_taken_apart_rightly(recorded: Recorded) -> Iterator[str]:
    """A model sees group__function: no hyphen, no two underscores in a row in either; one function per group."""
    for group in recorded.of("AgentAgentActionGroup"):
        functions = group.inputs["functionSchema"]["memberFunctions"]["functions"]
        for name in (group.inputs["actionGroupName"], *(function["name"] for function in functions)):
            if "-" in name or "__" in name:
                yield f"{group.name} is called {name}"
        if len(functions) != 1:
            yield f"{group.name} has {len(functions)} functions"


CHECKS = [
    what_changes_prepares,
    one_after_the_other,
    rights_come_first,
    deletion_is_possible,
    only_its_own_agent_gets_in,
    names_are_taken_apart_rightly,
    checks.no_wide_rights,
    checks.walls_are_per_tenant,
    checks.logs_come_first,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_backend_passes_every_check(check: Callable[[Recorded], Iterator[str]], classic: Recorded):
    assert list(check(classic)) == []


def spoilt(recorded: Recorded, kind: str, name: str, change: Callable[[Resource], Any]) -> Recorded:
    copied = recorded.copy()
    change(copied.one(kind, name))
    return copied


GROUP, LAST = "AgentAgentActionGroup", "executor-agent-execute-code"


def without(resource: Resource, kind: str) -> None:
    """Takes away that it waits for the resources of one kind."""
    resource.dependencies[:] = [urn for urn in resource.dependencies if f":{kind}::" not in urn]


@pytest.mark.parametrize(
    ("check", "kind", "name", "change"),
    [
        (what_changes_prepares, "AgentAgent", "executor-agent", lambda it: it.inputs.update(prepareAgent=False)),
        (what_changes_prepares, GROUP, LAST, lambda it: it.inputs.pop("prepareAgent")),
        (one_after_the_other, GROUP, LAST, lambda it: it.dependencies.clear()),
        (one_after_the_other, "AgentAgentAlias", "executor-agent", lambda it: without(it, GROUP)),
        (one_after_the_other, "AgentAgentAlias", "executor-agent", lambda it: without(it, "Permission")),
        (rights_come_first, "AgentAgent", "generator-agent", lambda it: it.dependencies.clear()),
        (deletion_is_possible, "AgentAgent", "generator-agent", lambda it: it.inputs.pop("skipResourceInUseCheck")),
        (deletion_is_possible, GROUP, LAST, lambda it: it.inputs.update(skipResourceInUseCheck=False)),
        (only_its_own_agent_gets_in, "Permission", LAST, lambda it: it.inputs.pop("sourceArn")),
        (only_its_own_agent_gets_in, "Permission", LAST, lambda it: it.inputs.pop("sourceAccount")),
        (only_its_own_agent_gets_in, "Permission", LAST, lambda it: it.inputs.update(principal="*")),
        (names_are_taken_apart_rightly, GROUP, LAST, lambda it: it.inputs.update(actionGroupName="execute-code")),
    ],
)
def test_control_what_is_spoilt_is_found(check: Any, kind: str, name: str, change: Any, classic: Recorded):
    assert list(check(spoilt(classic, kind, name, change))) != []


def test_roles_are_bedrocks_for_agents_of_this_account(classic: Recorded):
    for agent in TOOLS:
        role = classic.one("Role", f"{agent}-agent").inputs
        assert role["name"] == f"AmazonBedrockExecutionRoleForAgents_aad-dev-{agent}"
        (statement,) = json.loads(role["assumeRolePolicy"])["Statement"]
        assert statement == {
            "Effect": "Allow",
            "Principal": {"Service": BEDROCK},
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": "111122223333"},
                "ArnLike": {"aws:SourceArn": ARN.format(service="bedrock", rest="agent/*")},
            },
        }


def test_an_agent_may_use_its_model_and_nothing_else(classic: Recorded):
    rights = checks.allowed(classic.policy("AmazonBedrockExecutionRoleForAgents_aad-dev-generator"))
    profile = ARN.format(service="bedrock", rest="inference-profile/us.anthropic.claude-haiku-5-5")
    everywhere = "arn:aws-eusc:bedrock:*::foundation-model/anthropic.claude-haiku-5-5"
    assert rights == {
        "bedrock:GetInferenceProfile": [profile],
        "bedrock:InvokeModel": [everywhere, profile],
        "bedrock:InvokeModelWithResponseStream": [everywhere, profile],
    }


@pytest.mark.parametrize(("tool", "agent"), [("invoke_generator", "generator"), ("invoke_executor", "executor")])
def test_who_asks_an_agent_knows_and_may_use_its_alias_only(tool: str, agent: str, classic: Recorded):
    function = classic.one("Function", tool.replace("_", "-"))
    assert function.inputs["environment"]["variables"]["AGENTIC_AGENT_ARN"] == alias_arn(agent)
    rights = checks.allowed(classic.policy(f"{PREFIX}-{tool.replace('_', '-')}"))
    assert rights["bedrock:InvokeAgent"] == [alias_arn(agent)]
    assert rights["lambda:InvokeFunction"] == [function_arn(tool)]
    assert not [action for action in rights if action.startswith("bedrock-agentcore:")]


def test_each_agent_has_its_prompt_its_model_and_its_tools(classic: Recorded):
    for agent in declare(Settings(), [spec("stripe"), spec("other_api")]):
        made, groups, _, alias = parts(classic, agent.name)
        assert made.inputs["instruction"].startswith(agent.prompt)
        assert made.inputs["foundationModel"] == agent.model_id
        assert alias.inputs["agentId"] == made.inputs["agentName"] == f"aad-dev-{agent.name}"
        for tool, group in zip(agent.tools, groups, strict=True):
            (function,) = group.inputs["functionSchema"]["memberFunctions"]["functions"]
            assert (function["name"], function["description"]) == (tool.name, tool.description)
            required = tool.input_schema["required"]
            assert {item["mapBlockKey"]: item["required"] for item in function["parameters"]} == {
                name: name in required for name in tool.properties
            }
            assert group.inputs["actionGroupExecutor"] == {"lambda": function_arn(tool.name)}
            assert group.inputs["agentVersion"] == "DRAFT"


def descriptions(recorded: Recorded) -> dict[str, str]:
    return {alias.name: alias.inputs["description"] for alias in recorded.of("AgentAgentAlias")}


def test_an_alias_changes_with_its_agent_and_only_with_it(classic: Recorded, other_model: Recorded):
    """A version is only made by changing the alias: its description follows all that a version is a copy of."""
    before, after = descriptions(classic), descriptions(other_model)
    assert {name for name in before if before[name] != after[name]} == {"generator-agent"}
    assert descriptions(record(order(backend="classic"))) == before
    assert all(len(text) <= 200 for text in before.values())


def test_the_front_door_asks_the_orchestrators_alias(classic: Recorded):
    assert classic.exports["orchestrator"] == alias_arn("orchestrator")
    assert classic.exports["backend"] == "classic"
    assert classic.exports["agent_alias_arns"] == {agent: alias_arn(agent) for agent in TOOLS}
    assert {"invoke_generator", "invoke_executor"} <= set(classic.exports["functions"])


def test_the_agents_log_groups_are_there_and_nothing_of_the_harness(classic: Recorded):
    groups = {group.inputs["name"] for group in classic.of("LogGroup")}
    assert {f"/aws/bedrock/agents/{PREFIX}-{agent}" for agent in TOOLS} <= groups
    assert not [resource for resource in classic.resources if "agentcore" in resource.type.lower()]


def test_a_prompt_that_a_bedrock_agent_does_not_take_is_told_before_anything_is_made(classic: Recorded):
    what = order(backend="classic")
    what["specs"][0]["prompt"] = "x" * 20_000
    error = run_program(what)["error"]
    assert "the generator's prompt has" in error
    assert "agentic:backend classic" in error
    assert "agentic:apis stripe, other_api" in error
    what["config"]["backend"] = "harness"
    assert "error" not in run_program(what)


def test_a_long_stack_name_gets_a_role_name_that_fits():
    short, long = StackNames("dev"), StackNames("a-longer-name-x")
    assert short.bedrock_agent_role("orchestrator") == "AmazonBedrockExecutionRoleForAgents_aad-dev-orchestrator"
    assert long.bedrock_agent_role("orchestrator") == "agentic-api-developer-a-longer-name-x-orchestrator-agent"
    assert len(long.bedrock_agent_role("orchestrator")) <= 64


def test_who_previews_is_warned_once_that_new_accounts_are_refused_and_told_what_to_set(classic: Recorded, dev: Recorded):
    (warning,) = [text for text in classic.warnings if "2026-07-30" in text]
    assert "pulumi config set agentic:backend harness" in warning
    assert not [text for text in dev.warnings if "2026-07-30" in text]
