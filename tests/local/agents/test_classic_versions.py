"""What becomes of Classic agents: which version an alias has, what deletion minds, and permissions that come and go."""

import pytest
from classic_world import (
    AGENT,
    AGENT_INPUTS,
    ALIAS,
    FUNCTION_ARN,
    GOOD,
    GROUP,
    PERMISSION,
    PLACE,
    PROMPT,
    World,
    alias,
    group,
)

from agentic.core.errors import LocalCloudError, RefusedError, UsageError
from agentic.local.agents import FunctionPolicies
from agentic.local.agents.function_policies import FunctionPermission


def test_a_version_holds_agent_and_groups_as_they_were_prepared():
    world = World()
    agent_id = world.agent()
    world.create(GROUP, group(agent_id))
    made = world.create(ALIAS, alias(agent_id))
    assert made["routingConfigurations"] == [{"agentVersion": "1"}]
    assert made["agentAliasArn"] == PLACE.arn("bedrock", f"agent-alias/{agent_id}/{made['agentAliasId']}")
    assert made["id"] == f"{made['agentAliasId']},{agent_id}"
    (held,) = world.context.classic.find(agent_id, made["agentAliasId"])[1].groups
    assert (held.name, held.function_arn) == ("use_tool", FUNCTION_ARN)
    (function,) = held.functions
    assert function.input_schema == {
        "type": "object",
        "properties": {"handle": {"type": "string", "description": "The handle."}, "times": {"type": "integer"}},
        "required": ["handle"],
    }


def test_an_alias_keeps_its_version_until_it_is_updated_itself():
    """Pitfall: an agent's change reaches nobody by itself, for a version is only made by an update of the alias."""
    world = World()
    agent_id = world.agent()
    alias_id = world.create(ALIAS, alias(agent_id, description="one"))["agentAliasId"]
    world.update(AGENT, AGENT_INPUTS | {"instruction": PROMPT + " Differently."})
    assert world.instruction(agent_id, alias_id) == PROMPT
    updated = world.update(ALIAS, alias(agent_id, description="two"))
    assert updated["routingConfigurations"] == [{"agentVersion": "2"}]
    assert world.instruction(agent_id, alias_id) == PROMPT + " Differently."


def test_tags_alone_make_no_version():
    world = World()
    agent_id = world.agent()
    world.create(ALIAS, alias(agent_id, description="one"))
    assert world.update(ALIAS, alias(agent_id, description="one", tags={"a": "b"}))["routingConfigurations"] == [
        {"agentVersion": "1"}
    ]


@pytest.mark.parametrize("prepared", [True, False])
def test_a_change_of_the_agent_alone_must_prepare_it(prepared: bool):
    """Pitfall: with prepare_agent off on the agent, groups that did not change prepare nothing, and no version follows."""
    world = World()
    agent_id = world.agent(prepareAgent=prepared)
    world.create(GROUP, group(agent_id))
    world.create(ALIAS, alias(agent_id, description="one"))
    world.update(AGENT, AGENT_INPUTS | {"instruction": PROMPT + " Differently.", "prepareAgent": prepared})
    if prepared:
        assert world.update(ALIAS, alias(agent_id, description="two"))["routingConfigurations"] == [{"agentVersion": "2"}]
    else:
        with pytest.raises(LocalCloudError, match="changes that were not prepared"):
            world.update(ALIAS, alias(agent_id, description="two"))


def test_a_group_that_does_not_prepare_is_in_no_version():
    """Pitfall: preparing comes after the action group."""
    world = World()
    agent_id = world.agent()
    world.create(GROUP, group(agent_id, prepareAgent=False))
    with pytest.raises(LocalCloudError, match="changes that were not prepared"):
        world.create(ALIAS, alias(agent_id))
    world.update(GROUP, group(agent_id, description="now", prepareAgent=True))
    assert world.create(ALIAS, alias(agent_id))["agentAliasId"]


def test_a_disabled_group_is_offered_to_no_model():
    world = World()
    agent_id = world.agent()
    world.create(GROUP, group(agent_id, actionGroupState="DISABLED"))
    made = world.create(ALIAS, alias(agent_id))
    assert world.context.classic.find(agent_id, made["agentAliasId"])[1].groups == ()


def test_an_enabled_group_and_an_agent_with_an_alias_are_only_deleted_on_demand():
    """Pitfall: without skip_resource_in_use_check AWS refuses both."""
    world = World()
    agent_id = world.agent()
    group_id, alias_id = world.create(GROUP, group(agent_id))["id"], world.create(ALIAS, alias(agent_id))["id"]
    with pytest.raises(LocalCloudError, match="is enabled"):
        world.delete(GROUP, group_id, group(agent_id))
    with pytest.raises(LocalCloudError, match="in use by an alias"):
        world.delete(AGENT, agent_id, AGENT_INPUTS)
    world.delete(GROUP, group_id, group(agent_id, skipResourceInUseCheck=True))
    world.delete(ALIAS, alias_id, alias(agent_id))
    with pytest.raises(UsageError):
        world.context.classic.find(agent_id, alias_id.split(",")[0])
    world.delete(AGENT, agent_id, AGENT_INPUTS)
    assert len(world.context.classic) == 0
    for token, gone, inputs in ((GROUP, group_id, group(agent_id)), (ALIAS, alias_id, alias(agent_id))):
        world.delete(token, gone, inputs)


def test_a_permission_is_kept_per_function_and_goes():
    world = World()
    made = world.create(PERMISSION, GOOD[PERMISSION])
    policies, source = world.context.function_policies, GOOD[PERMISSION]["sourceArn"]
    policies.check(FUNCTION_ARN, "bedrock.amazonaws.com", source, "123456789012")
    world.delete(PERMISSION, made["id"], GOOD[PERMISSION])
    with pytest.raises(RefusedError):
        policies.check(FUNCTION_ARN, "bedrock.amazonaws.com", source, "123456789012")


def test_a_permission_without_conditions_lets_the_service_in_for_everybody():
    """What makes source ARN and account worth having: a permission without them is a confused deputy's."""
    policies = FunctionPolicies()
    policies.add(FUNCTION_ARN, FunctionPermission(statement_id="s", principal="bedrock.amazonaws.com"))
    policies.check(FUNCTION_ARN, "bedrock.amazonaws.com", "arn:aws:bedrock:eu-central-1:999999999999:agent/X", "999999999999")
