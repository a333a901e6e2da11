"""Backend `harness`: AgentCore harnesses for each agent, which has a gateway of its own. The default, for every account."""

import pulumi
import pulumi_random as random

from agentic.agents.declaration import EXECUTOR, ORCHESTRATOR, Agent
from agentic.topology import limits, rights
from agentic.topology.functions import Function
from agentic.topology.gateways import AgentGateway
from agentic.topology.harnesses import AgentHarness
from agentic.topology.parts import Parts, all_instances


class HarnessBackend(pulumi.ComponentResource):
    """The agents' loops run in AWS's managed harness; the orchestrator's tools call the two others."""

    def __init__(self, parts: Parts) -> None:
        super().__init__("agentic:topology:HarnessBackend", "agents", None, parts.child)
        self._parts = parts
        self._child = pulumi.ResourceOptions(parent=self)
        parts.agent_logs(self._child)
        tools = dict(parts.tools)
        gateways: dict[str, AgentGateway] = {}
        harnesses: dict[str, list[AgentHarness]] = {}
        for agent in (*parts.generators.values(), parts.agents[EXECUTOR]):
            gateways[agent.name], harnesses[agent.name] = self._agent(agent, tools)
        arns = {agent: [harness.arn for harness in instances] for agent, instances in harnesses.items()}
        generators = {api: arns[agent.name] for api, agent in parts.generators.items()}
        self.functions = {
            "invoke_generator": parts.invoking_tool("invoke_generator", generators, rights.invoke_agent),
            "invoke_executor": parts.invoking_tool("invoke_executor", {"": arns[EXECUTOR]}, rights.invoke_agent),
        }
        gateways[ORCHESTRATOR], harnesses[ORCHESTRATOR] = self._agent(parts.agents[ORCHESTRATOR], tools | self.functions)
        arns[ORCHESTRATOR] = [harness.arn for harness in harnesses[ORCHESTRATOR]]
        self.orchestrator = all_instances(arns[ORCHESTRATOR])
        self.drives = rights.drive_harness(arns[ORCHESTRATOR])
        self.exports = {
            "harness_arns": {agent: all_instances(arns[agent]) for agent in parts.agents},
            "gateway_ids": {agent: gateways[agent].id for agent in parts.agents},
        }
        self.register_outputs({"orchestrator": self.orchestrator})

    def _agent(self, agent: Agent, tools: dict[str, Function]) -> tuple[AgentGateway, list[AgentHarness]]:
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
        return gateway, [self._instance(agent, gateway, number) for number in range(self._parts.settings.agent_instances)]

    def _instance(self, agent: Agent, gateway: AgentGateway, number: int) -> AgentHarness:
        names, ending = self._parts.names, limits.instance_ending(number)
        # Names of deleted harnesses stay reserved for a while; kept in state, the random part changes only with the stack.
        suffix = random.RandomString(
            f"{agent.name}-harness{ending}", length=limits.HARNESS_RANDOM, special=False, upper=False, opts=self._child
        )
        return AgentHarness(
            f"{agent.name}-harness{ending}",
            agent=agent,
            harness_name=suffix.result.apply(lambda text: names.harness(agent.name, text)),
            role_name=f"{names.prefix}-{agent.name}-harness{ending}",
            gateway=gateway,
            place=self._parts.place,
            reuses_sessions=agent.name == ORCHESTRATOR,
            opts=self._child,
        )
