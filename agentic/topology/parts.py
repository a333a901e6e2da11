"""What every backend is given of the stack, and what it gives back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pulumi

from agentic.agents.declaration import Agent
from agentic.core.names import StackNames
from agentic.core.settings import Settings
from agentic.topology.functions import Function, Functions
from agentic.topology.logs import AgentLogs
from agentic.topology.place import Place
from agentic.topology.roles import Statement


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

    def agent_logs(self, child: pulumi.ResourceOptions) -> None:
        """Make the log group of each agent."""
        AgentLogs(
            "agent-logs",
            group_names={agent: self.names.agent_log_group(agent) for agent in self.agents},
            retention_days=self.settings.log_retention_days,
            opts=child,
        )

    def invoking_tool(self, tool: str, agent_arn: pulumi.Output[str], may: Sequence[Statement]) -> Function:
        """Make the function behind a tool with which the orchestrator calls another agent."""
        return self.functions.make(
            tool,
            environment={
                "AGENTIC_TABLE": self.table_name,
                "AGENTIC_AGENT_ARN": agent_arn,
                "AGENTIC_TOOL_WAIT": f"{self.settings.tool_wait:g}",
            },
            may=may,
            asynchronous=True,
        )


class Backend(Protocol):
    """What drives a run from task to outcome."""

    orchestrator: pulumi.Output[str]
    """The ARN that the front door asks; its kind tells how (`agentic.agents.conversation`)."""
    functions: Mapping[str, Function]
    """Functions that only this backend has, by name."""
    exports: Mapping[str, Any]
    """What else people may want to know of it."""
