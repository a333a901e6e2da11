"""Stacks with the real Pulumi engine, on AWS or on the local cloud: `agentic up` and `agentic.Stack`.

Reading order: `stack` (what people use), `engine` (Pulumi's Automation API, as typed changes), `recovery` (an update that was
killed), `hosted` and `host` (the program's process), `configuration` (a local stack's settings).
"""

from agentic.deployment.engine import Change, Changes, Op, Progress
from agentic.deployment.outputs import Outputs
from agentic.deployment.stack import Stack

__all__ = ["Change", "Changes", "Op", "Outputs", "Progress", "Stack"]
