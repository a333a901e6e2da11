"""Agents on a laptop: harnesses and Classic agents, the tools that are functions, and the models behind them.

Importing this package is cheap; Strands is imported with the first invocation, or by `preload`.
"""

from agentic.local.agents.classic import ClassicBook
from agentic.local.agents.classic_runtime import ClassicAgents
from agentic.local.agents.converse import Converse
from agentic.local.agents.function_policies import FunctionPolicies
from agentic.local.agents.gateway import GatewayDeclaration, Gateways, GatewayTool, TargetDeclaration, ToolDeclaration
from agentic.local.agents.harness import HarnessDeclaration, Harnesses, preload
from agentic.local.agents.models import Models

__all__ = [
    "ClassicAgents",
    "ClassicBook",
    "Converse",
    "FunctionPolicies",
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
