"""The sandbox: hostile scripts run in a process of their own that holds nothing. `Sandbox.run` is the way in."""

from agentic.sandbox.network import Link, Network
from agentic.sandbox.policy import SandboxPolicy
from agentic.sandbox.run import Sandbox
from agentic.sandbox.zygote_process import Terms

__all__ = ["Link", "Network", "Sandbox", "SandboxPolicy", "Terms"]
