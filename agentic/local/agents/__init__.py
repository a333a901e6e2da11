"""AgentCore on a laptop: harnesses (the agent loop), gateways (tools that are functions), and the models behind them.

Importing this package is cheap; Strands is imported with the first invocation, or by `preload`.
"""

from agentic.local.agents.converse import Converse
from agentic.local.agents.gateway import GatewayDeclaration, Gateways, GatewayTool, TargetDeclaration, ToolDeclaration
from agentic.local.agents.harness import HarnessDeclaration, Harnesses, preload
from agentic.local.agents.models import Models

__all__ = [
    "Converse",
    "GatewayDeclaration",
    "GatewayTool",
    "Gateways",
    "HarnessDeclaration",
    "Harnesses",
    "Models",
    "TargetDeclaration",
    "ToolDeclaration",
    "preload",
]
