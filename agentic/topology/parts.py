"""What every backend is given of the stack, and what it gives back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pulumi

from agentic.agents.declaration import Agent, generators
from agentic.core.names import StackNames
from agentic.core.settings import Settings
from agentic.topology.functions import Function, Functions
from agentic.topology.logs import AgentLogs
from agentic.topology.place import Place
from agentic.topology.roles import Statement

type InvokingRights = Callable[[pulumi.Input[str], Sequence[pulumi.Input[str]], str], Sequence[Statement]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The stack so far. `tools` are the functions that exist whoever drives them; `functions` makes further ones."""

    place: Place
    names: StackNames
    settings: Settings
    agents: Mapping[str, Agent]
    table_name: pulumi.Output[str]
    table_arn: pulumi.Output[str]
    tools: Mapping[str, Function]
    functions: Functions
    child: pulumi.ResourceOptions

    @property
    def generators(self) -> Mapping[str, Agent]:
        """By API; the one for all APIs is under the empty name."""
        return generators(self.agents.values())

    def agent_logs(self, child: pulumi.ResourceOptions) -> None:
        """Make the log group of each agent."""
        AgentLogs(
            "agent-logs",
            group_names={agent: self.names.agent_log_group(agent) for agent in self.agents},
            retention_days=self.settings.log_retention_days,
            opts=child,
        )

    def invoking_tool(self, tool: str, agent_arns: Mapping[str, Sequence[pulumi.Output[str]]], may: InvokingRights) -> Function:
        """Make the function behind a tool with which the orchestrator calls another agent.

        `agent_arns` are those of all instances, by API where the agent has variants; an agent for all APIs stands under the
        empty name. `may` makes the function's rights from the table's ARN, the agents' ARNs and the function's own ARN.
        """
        return self.functions.make(
            tool,
            environment={
                "AGENTIC_TABLE": self.table_name,
                **_told_agents(agent_arns),
                "AGENTIC_TOOL_WAIT": f"{self.settings.tool_wait:g}",
            },
            may=may(
                self.table_arn,
                [arn for arns in agent_arns.values() for arn in arns],
                self.place.function(self.names.function(tool)),
            ),
            asynchronous=True,
        )


def all_instances(arns: Sequence[pulumi.Output[str]]) -> pulumi.Output[str]:
    """An agent as those are told of it who ask it (`agentic.agents.conversation.instances`)."""
    return pulumi.Output.all(*arns).apply(" ".join) if len(arns) > 1 else arns[0]


def _told_agents(arns: Mapping[str, Sequence[pulumi.Output[str]]]) -> dict[str, pulumi.Input[str]]:
    """What the environment of a function that asks an agent says of it: its ARN, or those of its variants by API."""
    told = {api: all_instances(instances) for api, instances in arns.items()}
    if set(told) == {""}:
        return {"AGENTIC_AGENT_ARN": told[""]}
    return {"AGENTIC_AGENT_ARNS": pulumi.Output.json_dumps(told)}


class Backend(Protocol):
    """What drives a run from task to outcome."""

    orchestrator: pulumi.Output[str]
    """The ARN that the front door asks; its kind tells how (`agentic.agents.conversation`)."""
    drives: Sequence[Statement]
    """What a function needs that asks it."""
    functions: Mapping[str, Function]
    """Functions that only this backend has, by name."""
    exports: Mapping[str, Any]
    """What else people may want to know of it."""
