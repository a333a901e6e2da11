"""The sandbox: hostile scripts run in a process of their own that holds nothing. `Sandbox.run` is the way in."""

from agentic.sandbox.layers import KERNEL, LAYERS, WALLS, Terms, missing
from agentic.sandbox.lockdown import not_dumpable
from agentic.sandbox.network import Link, Network
from agentic.sandbox.policy import Pins, SandboxPolicy
from agentic.sandbox.run import Sandbox

__all__ = [
    "KERNEL",
    "LAYERS",
    "WALLS",
    "Link",
    "Network",
    "Pins",
    "Sandbox",
    "SandboxPolicy",
    "Terms",
    "missing",
    "not_dumpable",
]
