"""What every backend is given of the stack, and what it gives back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import pulumi

from agentic.agents.declaration import Agent
from agentic.core.names import StackNames
from agentic.core.settings import Settings
from agentic.topology.functions import Function, Functions
from agentic.topology.place import Place


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


class Backend(Protocol):
    """What drives a run from task to outcome."""

    orchestrator: pulumi.Output[str]
    """The ARN that the front door asks; its kind tells how (`agentic.agents.conversation`)."""
    functions: Mapping[str, Function]
    """Functions that only this backend has, by name."""
    exports: Mapping[str, Any]
    """What else people may want to know of it."""
