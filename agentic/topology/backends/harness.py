"""Backend `harness`: an AgentCore harness for each agent, each with a gateway of its own. The default, for every account."""

import pulumi
import pulumi_random as random

from agentic.agents.declaration import EXECUTOR, ORCHESTRATOR, Agent
from agentic.topology import limits, rights
from agentic.topology.functions import Function
from agentic.topology.gateways import AgentGateway
from agentic.topology.harnesses import AgentHarness
from agentic.topology.parts import Parts


class HarnessBackend(pulumi.ComponentResource):
    """The agents' loops run in AWS's managed harness; the orchestrator's tools call the two others."""

    def __init__(self, parts: Parts) -> None:
        super().__init__("agentic:topology:HarnessBackend", "agents", None, parts.child)
        self._parts = parts
        self._child = pulumi.ResourceOptions(parent=self)
        parts.agent_logs(self._child)
        tools = dict(parts.tools)
        gateways: dict[str, AgentGateway] = {}
        harnesses: dict[str, AgentHarness] = {}
        for agent in (*parts.generators.values(), parts.agents[EXECUTOR]):
            gateways[agent.name], harnesses[agent.name] = self._agent(agent, tools)
        generators = {api: harnesses[agent.name].arn for api, agent in parts.generators.items()}
        self.functions = {
            "invoke_generator": parts.invoking_tool("invoke_generator", generators, rights.invoke_agent),
            "invoke_executor": parts.invoking_tool("invoke_executor", {"": harnesses[EXECUTOR].arn}, rights.invoke_agent),
        }
        gateways[ORCHESTRATOR], harnesses[ORCHESTRATOR] = self._agent(parts.agents[ORCHESTRATOR], tools | self.functions)
        self.orchestrator = harnesses[ORCHESTRATOR].arn
        self.drives = rights.drive_harness(self.orchestrator)
        self.exports = {
            "harness_arns": {agent: harnesses[agent].arn for agent in parts.agents},
            "gateway_ids": {agent: gateways[agent].id for agent in parts.agents},
        }
        self.register_outputs({"orchestrator": self.orchestrator})

    def _agent(self, agent: Agent, tools: dict[str, Function]) -> tuple[AgentGateway, AgentHarness]:
        names, place = self._parts.names, self._parts.place
        gateway = AgentGateway(
            f"{agent.name}-gateway",
            agent=agent,
            gateway_name=names.gateway(agent.name),
            role_name=f"{names.prefix}-{agent.name}-gateway",
            functions=tools,
            place=place,
            opts=self._child,
        )
        # Names of deleted harnesses stay reserved for a while; kept in state, the random part changes only with the stack.
        suffix = random.RandomString(
            f"{agent.name}-harness", length=limits.HARNESS_RANDOM, special=False, upper=False, opts=self._child
        )
        harness = AgentHarness(
            f"{agent.name}-harness",
            agent=agent,
            harness_name=suffix.result.apply(lambda text: names.harness(agent.name, text)),
            role_name=f"{names.prefix}-{agent.name}-harness",
            gateway=gateway,
            place=place,
            reuses_sessions=agent.name == ORCHESTRATOR,
            opts=self._child,
        )
        return gateway, harness
