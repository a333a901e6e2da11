"""Backend `classic`: agents of Bedrock Agents Classic, for accounts that have used it before."""

import pulumi

from agentic.agents.declaration import EXECUTOR, ORCHESTRATOR
from agentic.topology import rights
from agentic.topology.bedrock_agents import BedrockAgent
from agentic.topology.functions import Function
from agentic.topology.parts import Parts

# Bedrock user guide, "Amazon Bedrock Agents Classic maintenance mode".
_CLOSED = (
    "agentic:backend classic: AWS refuses Bedrock Agents to accounts without prior use of it since 2026-07-30; "
    "if this account is one, run `pulumi config set agentic:backend harness`"
)


class ClassicBackend(pulumi.ComponentResource):
    """The agents' loops run in Bedrock Agents; the orchestrator's tools call the two others by their aliases."""

    def __init__(self, parts: Parts) -> None:
        super().__init__("agentic:topology:ClassicBackend", "agents", None, parts.child)
        self._parts = parts
        self._child = pulumi.ResourceOptions(parent=self)
        pulumi.log.warn(_CLOSED, self)
        parts.agent_logs(self._child)
        tools = dict(parts.tools)
        names = [agent.name for agent in parts.generators.values()]
        agents = {agent: self._agent(agent, tools) for agent in (*names, EXECUTOR)}
        generators = {api: [agents[agent.name].alias_arn] for api, agent in parts.generators.items()}
        executor = {"": [agents[EXECUTOR].alias_arn]}
        self.functions = {
            "invoke_generator": parts.invoking_tool("invoke_generator", generators, rights.invoke_bedrock_agent),
            "invoke_executor": parts.invoking_tool("invoke_executor", executor, rights.invoke_bedrock_agent),
        }
        agents[ORCHESTRATOR] = self._agent(ORCHESTRATOR, tools | self.functions)
        self.orchestrator = agents[ORCHESTRATOR].alias_arn
        self.drives = rights.drive_bedrock_agent(self.orchestrator)
        self.exports = {"agent_alias_arns": {agent: agents[agent].alias_arn for agent in parts.agents}}
        self.register_outputs({"orchestrator": self.orchestrator})

    def _agent(self, name: str, tools: dict[str, Function]) -> BedrockAgent:
        parts = self._parts
        return BedrockAgent(
            f"{name}-agent",
            agent=parts.agents[name],
            agent_name=parts.names.bedrock_agent(name),
            role_name=parts.names.bedrock_agent_role(name),
            functions=tools,
            place=parts.place,
            opts=self._child,
        )
