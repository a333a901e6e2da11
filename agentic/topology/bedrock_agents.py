"""Bedrock agents (Agents Classic): one component per agent, in the order that AWS needs.

What does not follow from the resources alone (sources: reference, Classic in pulumi_aws):

- Whatever changes an agent prepares it (`prepare_agent`), and one after the other: two at once are refused. The agent
  does so too, because action groups that did not change would leave its own change unprepared.
- A version is only made by changing an alias; there is no call for it. So the alias's description carries a digest of
  all that a version is a copy of, and the alias waits for everything that prepares.
- An action group that is enabled, and an agent whose aliases are still being deleted, count as in use: they are deleted
  all the same.

One action group per tool: a group has one function. A tool that a release takes away is deleted after the alias has
changed; its last version keeps offering it until the next change, to a function that lets nobody in any more.
"""

import hashlib
from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws

from agentic.agents.declaration import Agent, Tool
from agentic.topology import rights, roles
from agentic.topology.functions import Function
from agentic.topology.place import Place

_DRAFT = "DRAFT"
_ALIAS_NAME = "current"
_PRINCIPAL = "bedrock.amazonaws.com"


class BedrockAgent(pulumi.ComponentResource):
    """An agent with its role, its tools and the alias by which it is asked. `functions` are the tools' functions, by tool name.

    There is no bound of its turns and answers to set here; `max_turns`, `max_tokens` and `timeout_seconds` do not apply.
    """

    alias_arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        agent: Agent,
        agent_name: str,
        role_name: str,
        functions: Mapping[str, Function],
        place: Place,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("agentic:topology:BedrockAgent", name, None, opts)
        self._name, self._agent_name = name, agent_name
        role = roles.ServiceRole(
            name,
            role_name=role_name,
            service=roles.Service(_PRINCIPAL, place.arn("bedrock", "agent/*")),
            place=place,
            statements=rights.bedrock_agent(place, agent.model_id),
            opts=pulumi.ResourceOptions(parent=self),
        )
        made = aws.bedrock.AgentAgent(
            name,
            agent_name=agent_name,
            description=f"The {agent.name} of {agent_name}",
            agent_resource_role_arn=role.arn,
            foundation_model=agent.model_id,
            instruction=agent.prompt,
            prepare_agent=True,
            skip_resource_in_use_check=True,
            # Its rights first: AWS tries the model when the agent is made. Names of agents are unique in an account.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[role], delete_before_replace=True),
        )
        groups: list[pulumi.Resource] = []
        permissions: list[pulumi.Resource] = []
        for tool in agent.tools:
            groups.append(self._action_group(made, tool, functions[tool.name], after=groups[-1:]))
            permissions.append(self._permission(made, tool, functions[tool.name], place))
        alias = aws.bedrock.AgentAgentAlias(
            name,
            agent_alias_name=_ALIAS_NAME,
            agent_id=made.agent_id,
            description=pulumi.Output.concat("Follows the agent: ", _digest(agent, agent_name, role.arn, functions)),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*groups, *permissions]),
        )
        self.alias_arn = alias.agent_alias_arn
        self.register_outputs({"alias_arn": self.alias_arn})

    def _action_group(
        self, agent: aws.bedrock.AgentAgent, tool: Tool, function: Function, *, after: Sequence[pulumi.Resource]
    ) -> aws.bedrock.AgentAgentActionGroup:
        return aws.bedrock.AgentAgentActionGroup(
            f"{self._name}-{tool.target}",
            # No hyphens and no two underscores in a row: models see functions as group__function.
            action_group_name=tool.name,
            agent_id=agent.agent_id,
            agent_version=_DRAFT,
            action_group_executor={"lambda_": function.arn},
            function_schema={
                "member_functions": {
                    "functions": [{"name": tool.name, "description": tool.description, "parameters": _parameters(tool)}]
                }
            },
            prepare_agent=True,
            skip_resource_in_use_check=True,
            opts=pulumi.ResourceOptions(parent=self, depends_on=after),
        )

    def _permission(
        self, agent: aws.bedrock.AgentAgent, tool: Tool, function: Function, place: Place
    ) -> aws.lambda_.Permission:
        return aws.lambda_.Permission(
            f"{self._name}-{tool.target}",
            action="lambda:InvokeFunction",
            function=function.name,
            principal=_PRINCIPAL,
            source_arn=agent.agent_arn,
            source_account=place.account,
            statement_id=f"{self._agent_name}-{tool.target}",
            opts=pulumi.ResourceOptions(parent=self),
        )


def _parameters(
    tool: Tool,
) -> list[aws.bedrock.AgentAgentActionGroupFunctionSchemaMemberFunctionsFunctionParameterArgsDict]:
    required = tool.input_schema["required"]
    return [
        {"map_block_key": name, "type": facts["type"], "description": facts["description"], "required": name in required}
        for name, facts in tool.properties.items()
    ]


def _digest(
    agent: Agent, agent_name: str, role_arn: pulumi.Output[str], functions: Mapping[str, Function]
) -> pulumi.Output[str]:
    """Other hex digits whenever anything is other that a version is a copy of."""
    tools = [[tool.name, tool.description, _parameters(tool), functions[tool.name].arn] for tool in agent.tools]
    content = pulumi.Output.json_dumps([agent_name, role_arn, agent.model_id, agent.prompt, tools])
    return content.apply(lambda text: hashlib.sha256(text.encode()).hexdigest()[:16])
